#!/usr/bin/python3
"""What ./up shows: two routers, a client and two web servers; the address moves, the servers come and go, and all of it is measured.

show.py [--dut COMMAND] [--part all|address|services]. The services need a kernel with IPVS: without, that part runs in User-Mode Linux.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import select
import shlex
import signal
import sys
import termios
import time
import tty

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import guest, ipvs  # noqa: E402
from lab.backends import Backends  # noqa: E402
from lab.configuration import skew  # noqa: E402
from lab.daemon import Daemon, holdfast_command, project  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.observe import Client  # noqa: E402
from lab.screen import Screen  # noqa: E402
from lab.shell import argv_in, run  # noqa: E402

ADDRESS, INSIDE = "10.9.0.100", "10.9.1.254"
INTERVAL, PRIORITY = 0.1, {"A": 200, "B": 100}
OUTSIDE_OF = {"A": "10.9.0.1", "B": "10.9.0.2"}
INSIDE_OF = {"A": "10.9.1.251", "B": "10.9.1.252"}
WEB = ("http:10.9.1.1:80", "http:10.9.1.2:80")
GUEST_SECONDS_MAX = 180

CONFIGURATION = """global_defs {
    router_id %(name)s
    enable_script_security
    script_user nobody
}

vrrp_sync_group both {
    group {
        outside
        inside
    }
}

vrrp_instance outside {
    interface eth0
    virtual_router_id 51
    priority %(priority)d
    version 3
    advert_int %(interval)s
    virtual_ipaddress {
        10.9.0.100/24
    }
}

vrrp_instance inside {
    interface eth1
    virtual_router_id 52
    priority %(priority)d
    version 3
    advert_int %(interval)s
    virtual_ipaddress {
        10.9.1.254/24
    }
}
"""

SERVICE = """
virtual_server 10.9.0.100 80 {
    delay_loop 1
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 10.9.1.1 80 {
        HTTP_GET {
            url {
                path /
                status_code 200
            }
            connect_timeout 1
            retry 0
        }
    }
    real_server 10.9.1.2 80 {
        HTTP_GET {
            url {
                path /
                status_code 200
            }
            connect_timeout 1
            retry 0
        }
    }
}
"""


class Routers:
    """The lab: two routers between a client's network and the servers' network."""

    def __init__(self, lab, command, with_service):
        self.lab, self.with_service = lab, with_service
        outside, inside = lab.bridge("out"), lab.bridge("in")
        self.outside = outside
        self.namespace = {n: lab.namespace(n.lower()) for n in "AB"}
        self.client = lab.namespace("client")
        lab.plug(outside, "pC", self.client, "eth0", "10.9.0.3/24")
        for n, namespace in self.namespace.items():
            lab.plug(outside, f"p{n}", namespace, "eth0", OUTSIDE_OF[n] + "/24")
            lab.plug(inside, f"p{n}", namespace, "eth1", INSIDE_OF[n] + "/24")
            run("sysctl -qw net.ipv4.ip_forward=1", namespace)
        self.web = Backends(lab, WEB, inside, gateway=(), device="pW")
        run(f"ip -n {inside} link set pW master br0")
        run(f"ip -n {self.web.namespace} route add default via {INSIDE}")
        self.daemons = {}
        for n in "AB":
            text = CONFIGURATION % dict(name=n, priority=PRIORITY[n], interval=INTERVAL) + (SERVICE if with_service else "")
            self.daemons[n] = Daemon(lab, command, self.namespace[n], n, text, () if with_service else ("-P",))
        self.mac = {n: lab.mac(namespace, "eth0") for n, namespace in self.namespace.items()}

    def holders(self):
        return "".join(n for n, namespace in self.namespace.items() if ADDRESS in self.lab.addresses(namespace, "eth0"))

    def table(self, n):
        return run("ipvsadm -Ln", self.namespace[n], check=False).splitlines()

    def ask(self):
        """What the client gets from the service: the server's name, or why not."""
        done = run(argv_in(self.client, ["/usr/bin/python3", "-c", "import urllib.request,sys\ntry: print(urllib.request.urlopen('http://%s/', timeout=1).read().decode().strip())\n"
                                         "except OSError as e: print('no answer:', e)" % ADDRESS]), check=False)
        return done.strip()


class Show:
    def __init__(self, routers, screen):
        self.routers, self.screen = routers, screen
        self.note, self.failed = "", 0

    # ------------------------------------------------------------ the picture

    def router_line(self, n, holders):
        s, routers = self.screen, self.routers
        state = s.style("● holds " + ADDRESS, "green", "bold") if n in holders else s.style("○ waits", "dim")
        cable = "────" if "state DOWN" not in run(f"ip -n {routers.outside} link show p{n}", check=False) else s.style("╳╳╳╳", "red")
        running = "" if routers.daemons[n].running() else s.style(" (stopped)", "red")
        return f"   {cable} router {n}  {OUTSIDE_OF[n]}  priority {PRIORITY[n]}  {state}{running}"

    def picture(self):
        s, routers = self.screen, self.routers
        holders = routers.holders()
        lines = ["", s.style("   client 10.9.0.3 asks ", "dim") + ADDRESS + s.style(" every millisecond", "dim"), ""]
        lines += [self.router_line(n, holders) for n in "AB"]
        if routers.with_service and holders:
            lines += [""] + ["   " + s.style(line, "cyan") for line in routers.table(holders[0])[2:]]
        return lines + ["", "   " + s.style(self.note, "yellow"), ""]

    def watch(self, seconds, until=None):
        """Draws for a while, or until something is true; says whether it became true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until is not None and until():
                return True
            if self.screen.pretty:
                self.screen.draw(self.picture())
            time.sleep(0.02)
        return until is None or bool(until())

    def good(self, text):
        self.screen.say(self.screen.style(" ✓ ", "green") + text)

    def bad(self, text):
        self.failed += 1
        self.screen.say(self.screen.style(" ✗ ", "red", "bold") + text)
        for n, daemon in self.routers.daemons.items():
            self.screen.say(self.screen.style("\n".join(f"   {n}: {line}" for line in daemon.log().splitlines()[-12:]), "dim"))

    # ------------------------------------------------------------ the story

    def start(self):
        self.note = "the routers start"
        began = time.monotonic()
        for n in "BA":
            self.routers.daemons[n].start()
        if not self.watch(15, lambda: self.routers.holders() == "A"):
            self.bad(f"router A did not become active; {ADDRESS} is on '{self.routers.holders()}'")
            return False
        self.good(f"router A holds {ADDRESS} and {INSIDE}, {time.monotonic() - began:.1f} s after the start")
        return True

    def failover(self, what, action, limit_seconds, limit_text, to="B"):
        """Does something to the active router and measures what the client sees of it."""
        source = OUTSIDE_OF["A" if to == "B" else "B"]
        self.note = "the client starts to ask"
        client = Client(self.routers.lab, self.routers.client, ADDRESS)
        self.watch(0.7)
        self.note = what
        began = time.time()
        action()
        moved = self.watch(8, lambda: self.routers.holders().endswith(to))
        self.watch(0.7)
        seen = client.finish()
        answer = seen.first_answer(self.routers.mac[to], began)
        last = [t for t, _ in seen.adverts_of(source) if answer is None or t < answer]
        if not moved or answer is None or not last:
            self.bad(f"{what}: router {to} did not take over")
            return
        measured = (answer - last[-1]) * 1e3
        style = ("green",) if measured <= limit_seconds * 1e3 + 5 else ("yellow",)
        self.good(f"{what}: the client hears nothing for {self.screen.style('%.0f ms' % (seen.silence(began - 0.01) * 1e3), 'bold')}. Router {to} answered "
                  f"{self.screen.style('%.1f ms' % measured, 'bold', *style)} after the last word of the other; "
                  f"the protocol's limit is {limit_seconds * 1e3:.1f} ms ({limit_text})")

    def address_story(self):
        routers, lab = self.routers, self.routers.lab
        skew_b = skew(PRIORITY["B"], INTERVAL)
        down_b = 3 * INTERVAL + skew_b
        self.failover("the cable of router A is pulled", lambda: lab.link(routers.outside, "pA", "down"), down_b,
                      f"3 × {INTERVAL * 1e3:.0f} ms + skew {skew_b * 1e3:.0f} ms")
        lab.link(routers.outside, "pA", "up")
        self.back("the cable is back")
        self.killed()
        self.failover("router A is told to stop", lambda: routers.daemons["A"].signal(signal.SIGTERM), skew_b, "the skew alone, after priority 0")
        routers.daemons["A"].wait_exit()
        routers.daemons["A"].start()
        self.back("router A is started again")

    def back(self, what):
        self.note = what
        if self.watch(8, lambda: self.routers.holders() == "A"):
            self.good(f"{what}: it has the higher priority and takes the address again")
        else:
            self.bad(f"{what}: {ADDRESS} is on '{self.routers.holders()}'")

    def killed(self, active="A"):
        """kill -9 of the process that speaks VRRP: nobody should notice."""
        victim = self.routers.daemons[active].pid("r")
        other = "B" if active == "A" else "A"
        self.note = f"kill -9 {victim}: the VRRP process of router {active}"
        client = Client(self.routers.lab, self.routers.client, ADDRESS)
        self.watch(0.5)
        os.kill(victim, signal.SIGKILL)
        self.watch(1.5)
        seen = client.finish()
        lost, spoke = seen.lost(), seen.adverts_of(OUTSIDE_OF[other])
        text = (f"kill -9 of the VRRP process of router {active}: {lost} of {len(seen.sent)} questions unanswered, "
                f"router {other} {'spoke' if spoke else 'noticed nothing'}")
        (self.good if lost == 0 and not spoke else self.bad)(text)
        self.watch(8, lambda: self.routers.holders() == active)

    def summary(self):
        if self.failed:
            self.screen.say(self.screen.style(f"   {self.failed} of these did not go as they should", "red", "bold"))
        else:
            self.screen.say(self.screen.style("   everything went as it should", "green"))

    def show_table(self, title, n="A"):
        self.screen.say(f"   {title}")
        for line in self.routers.table(n)[1:]:
            self.screen.say("     " + self.screen.style(line, "cyan"))

    def servers_in(self, n="A"):
        return {line.split()[1] for line in self.routers.table(n) if "->" in line and ":80" in line}

    def services_story(self):
        web = {"10.9.1.1:80", "10.9.1.2:80"}
        if not self.watch(10, lambda: self.servers_in() == web):
            self.bad(f"router A's table has {self.servers_in()}")
            return
        self.show_table("the table of router A:")
        answers = [self.routers.ask() for _ in range(4)]
        served = {a.removeprefix("http:") for a in answers}
        (self.good if served == web else self.bad)("the client asks four times, answers come from: " + ", ".join(answers))
        self.server_leaves_and_returns(web)
        self.failover("the cable of router A is pulled", lambda: self.routers.lab.link(self.routers.outside, "pA", "down"), 3 * INTERVAL + skew(PRIORITY["B"], INTERVAL),
                      "3 adverts + skew")
        answer = self.routers.ask()
        (self.good if answer.removeprefix("http:") in web else self.bad)(f"the client asks router B for the service: {answer}")
        self.show_table("the table of router B:", "B")

    def server_leaves_and_returns(self, web):
        dead = WEB[0].removeprefix("http:")
        self.note = f"web server {dead} dies"
        began = time.monotonic()
        self.routers.web.down(WEB[0])
        if self.watch(10, lambda: self.servers_in() == web - {dead}):
            self.good(f"web server {dead} died and left the table {time.monotonic() - began:.1f} s later (checked every second)")
        else:
            self.bad(f"web server {dead} died and is still in the table")
        self.show_table("the table of router A:")
        self.routers.web.up(WEB[0])
        began = time.monotonic()
        if self.watch(10, lambda: self.servers_in() == web):
            self.good(f"it returned and was back in the table {time.monotonic() - began:.1f} s later")
        else:
            self.bad("it returned and did not come back into the table")


def kernel_has_ipvs():
    run("modprobe -q ip_vs", check=False)
    return ipvs.available()


def play(command, screen, parts, elsewhere=None, by_hand=False):
    """One lab from its beginning to its end; the number of things that went wrong. Parts are "address" and "services";
    elsewhere() is a part of the story that runs in another kernel, and returns its number."""
    with Lab("up") as lab:
        show = Show(Routers(lab, command, "services" in parts), screen)
        try:
            if show.start():
                if "address" in parts:
                    show.address_story()
                if "services" in parts:
                    show.services_story()
                if elsewhere:
                    screen.close()
                    show.failed += elsewhere()
                if not guest.inside():
                    show.summary()
                if by_hand:
                    Keys(show).run()
        finally:
            screen.close()
        return show.failed


class Keys:
    """After the story: the same events at the press of a key, for as long as one likes."""

    HELP = "c: pull the cable of the active router   k: kill -9 its VRRP process   t: stop it   q: quit"

    def __init__(self, show):
        self.show, self.routers = show, show.routers

    def run(self):
        saved = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        try:
            while True:
                self.show.note = self.HELP
                self.show.screen.draw(self.show.picture())
                if select.select([sys.stdin], [], [], 0.05)[0]:
                    key = sys.stdin.read(1)
                    if key in ("q", "", "\x04"):
                        return
                    self.press(key)
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)

    def press(self, key):
        show, routers, active = self.show, self.routers, self.routers.holders()[:1]
        if key not in "ckt" or not active:
            return
        other = "B" if active == "A" else "A"
        wait = skew(PRIORITY[other], INTERVAL)
        if key == "k":
            show.killed(active)
        elif key == "c":
            show.failover(f"the cable of router {active} is pulled", lambda: routers.lab.link(routers.outside, f"p{active}", "down"), 3 * INTERVAL + wait, "3 adverts + skew", other)
            routers.lab.link(routers.outside, f"p{active}", "up")
        else:
            show.failover(f"router {active} is told to stop", lambda: routers.daemons[active].signal(signal.SIGTERM), wait, "the skew alone", other)
            routers.daemons[active].wait_exit()
            routers.daemons[active].start()
        show.watch(3, lambda: routers.holders() == "A")


def in_guest(command, screen):
    """The services' part in User-Mode Linux; its lines are shown as they come. The number of failures."""
    screen.say(screen.style("   This kernel has no IPVS: a User-Mode Linux guest with the same lab boots now.", "dim"))
    if screen.pretty:
        os.environ["HOLDFAST_STYLES"] = "1"  # the guest's output is a file, but it ends on this terminal
    inner = ["/usr/bin/python3", os.path.abspath(__file__), "--part", "services", "--dut", shlex.join(command)]
    os.chdir(project())
    status = guest.follow(inner, GUEST_SECONDS_MAX, "512M")
    return 0 if status == 0 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dut", help="another daemon with keepalived's command line")
    parser.add_argument("--part", choices=("all", "address", "services"), default="all")
    args = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    command = shlex.split(args.dut) if args.dut else holdfast_command()
    screen = Screen()
    by_hand = screen.pretty and sys.stdin.isatty()
    try:
        if args.part != "all":
            failed = play(command, screen, {args.part})
        elif kernel_has_ipvs():
            failed = play(command, screen, {"address", "services"}, None, by_hand)
        else:
            failed = play(command, screen, {"address"}, lambda: in_guest(command, screen), by_hand)
    except KeyboardInterrupt:
        screen.close()
        sys.exit(130)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

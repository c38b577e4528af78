#!/usr/bin/python3
"""What health checks cost: CPU seconds per 1,000 checks of Holdfast and of Debian's keepalived, in turn in one User-Mode Linux guest.

checks.py [--counts "500"] [--kinds "tcp http"] [--seconds N] [--json FILE]
Every service has one local server and delay_loop 1. Checks are counted by the server, CPU seconds by the kernel, over all processes of the
daemon. Detection: from a server's death to its absence from the IPVS table, less the time that the configuration allows (1 s).
Nothing is asserted: figures are compared, never judged alone.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import guest, ipvs  # noqa: E402
from lab.configuration import GLOBALS, http_check, service, tcp_check  # noqa: E402
from lab.daemon import Daemon, holdfast_command, keepalived_command  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.shell import run, wait_for  # noqa: E402

PORT = 8000
COUNTER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab", "counting_server.py")


def configuration(kind, count):
    check = tcp_check() if kind == "tcp" else http_check("/health")
    text = GLOBALS
    for index in range(count):
        head = f"10.9.{index // 250}.{index % 250 + 1} 80"
        server = f"127.1.{index // 250}.{index % 250 + 1} {PORT}"  # an address each: nothing can be shared
        text += service(head, [(server, "weight 1\n" + check)], delay_loop=1)
    return text


def cpu_seconds(pids):
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Server:
    """One process that answers on every address and counts connections."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, COUNTER, str(PORT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def ask(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(name, command, kind, count, seconds):
    with Lab(f"bench-{name}-{kind}") as lab:
        server = Server()
        daemon = Daemon(lab, command, None, name, configuration(kind, count), ("-C",)).start()
        try:
            wait_for(lambda: len(ipvs.weights()) == count, 60)
            time.sleep(4)  # every check has had its first run
            before, checks, began = cpu_seconds(daemon.tree() + [daemon.process.pid]), server.ask("count"), time.monotonic()
            time.sleep(seconds)
            after, done, took = cpu_seconds(daemon.tree() + [daemon.process.pid]), server.ask("count") - checks, time.monotonic() - began
            server.ask("die")
            died = time.monotonic()
            gone = wait_for(lambda: not ipvs.weights(), 30)
            noticed = time.monotonic() - died - 1.0
        finally:
            daemon.stop(30)
            server.end()
            run("ipvsadm -C")
    return {"daemon": name, "kind": kind, "checks": count, "per second": round(done / took, 1),
            "CPU s per 1000": round((after - before) * 1000 / max(done, 1), 3), "all gone after 1 s +": round(noticed, 2) if gone else None}


def inside(args):
    run("ip link set lo up")
    results = []
    for kind in args.kinds.split():
        for count in map(int, args.counts.split()):
            for name, command in (("holdfast", holdfast_command()), ("keepalived", keepalived_command())):
                results.append(measure(name, command, kind, count, args.seconds))
                print(json.dumps(results[-1]), flush=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(results, f, indent=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", default="500")
    parser.add_argument("--kinds", default="tcp http")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--json")
    args = parser.parse_args()
    if guest.inside():
        return inside(args)
    sys.exit(guest.follow([sys.executable, os.path.abspath(__file__)] + sys.argv[1:], 1800, "768M"))


if __name__ == "__main__":
    main()

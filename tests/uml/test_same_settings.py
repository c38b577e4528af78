"""Settings of IPVS as a whole, one file each: at every stage the table, the time-outs, the sync daemons and nft's lists are what they are under
Debian's keepalived. Every case has a network namespace of its own, so that all of them live at the same time.
"""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import time
from typing import Callable

import pytest

from lab.configuration import GLOBALS, instance, service
from lab.daemon import Daemon
from lab.network import Lab
from lab.shell import run, wait_for

STAGE_SECONDS = 3    # what a stage gets under keepalived; VRRP and checks need less than half of it
LIMIT_SECONDS = 6    # until Holdfast has to have what keepalived had
PARTS = ("table", "daemons", "time-outs", "nft")
STAGES = ["started", "disturbed", "settled again", "reloaded", "reloaded again", "as at first", "stopped"]
FOREIGN = "ipvsadm -A -t 10.250.0.1:80 -s rr"
SERVICE = service("10.200.1.1 80", [("10.99.1.1 80", "weight 1")])
VRRP = instance(device="vip0", interval=0.1, priority=200, addresses=("10.9.0.100/24",), vrid=7)


def globals_with(*lines):
    return GLOBALS.replace("}", "".join(f"    {line}\n" for line in lines) + "}")


def lines_of_globals(*variants, rest=SERVICE):
    """A file whose global_defs has these lines in each variant."""
    return lambda v: globals_with(*variants[v].splitlines()) + rest


def local(v):
    """Checks only while the address of the service is here; the server behind it is dead."""
    check = "TCP_CHECK {\nconnect_timeout 1\nretry 0\nwarmup 0\n}"
    return GLOBALS + service("10.9.0.100 80", [("10.9.0.55 81", "weight 1\n" + check), ("10.9.0.56 81", f"weight {v + 2}")], delay_loop=0.3,
                             extra="ha_suspend")


def marked(*variants):
    """Groups by marks; each variant is {group: its lines}. The guest's kernel has no nf_tables for IP: what is compared is IPVS's side."""
    def text(v):
        servers = "".join(f"    real_server 10.99.1.{n} 80 {{\n        weight {n}\n    }}\n" for n in (1, 2))
        groups = "".join(f"virtual_server_group {name} {{\n{lines}\n}}\nvirtual_server group {name} {{\n    lvs_sched rr\n    lvs_method DR\n"
                         f"    protocol TCP\n{servers}}}\n" for name, lines in variants[v].items())
        return globals_with("nftables_ipvs", "nftables_ipvs_start_fwmark 500") + SERVICE + groups
    return text


@dataclasses.dataclass
class Case:
    text: Callable[[int], str]
    arguments: tuple = ("-C",)
    before: tuple = ()
    disturb: tuple = ()
    settle: tuple = ()


DOWN, UP = ("ip link set vip0 down",), ("ip link set vip0 up",)
COME, GO = ("ip addr add 10.9.0.100/32 dev vip0",), ("ip addr del 10.9.0.100/32 dev vip0",)
CASES = {
    "nothing": Case(lambda v: GLOBALS + SERVICE),
    "foreign services": Case(lambda v: GLOBALS + SERVICE, before=(FOREIGN,)),
    "timeouts": Case(lines_of_globals("lvs_timeouts tcp 100 tcpfin 20 udp 30", "lvs_timeouts tcp 200 tcpfin 20 udp 30", "lvs_timeouts tcp 300 tcpfin 40 udp 50")),
    "one timeout": Case(lines_of_globals("lvs_timeouts tcp 100", "lvs_timeouts tcp 100", "lvs_timeouts tcp 101")),
    "flush": Case(lines_of_globals(*["lvs_flush"] * 3), before=(FOREIGN,)),
    "flush on stop": Case(lines_of_globals(*["lvs_flush_on_stop"] * 3), before=(FOREIGN,)),
    "flush services on stop": Case(lines_of_globals(*["lvs_flush_on_stop VS"] * 3), before=(FOREIGN,)),
    "flush by its old name": Case(lines_of_globals(*["lvs_flush_onstop"] * 3), before=(FOREIGN,)),
    "sync follows": Case(lines_of_globals(*["lvs_sync_daemon sync0 inst VI"] * 3, rest=VRRP + SERVICE), (), disturb=DOWN, settle=UP),
    "sync follows with options": Case(lines_of_globals(*["lvs_sync_daemon sync0 inst VI id 9 maxlen 1400 port 9000 ttl 3 group 224.0.0.99"] * 3,
                                                       rest=VRRP + SERVICE), (), disturb=DOWN, settle=UP),
    "sync in its old form": Case(lines_of_globals(*["lvs_sync_daemon sync0 VI 11"] * 3, rest=VRRP + SERVICE), ()),
    "sync in an instance": Case(lambda v: GLOBALS + VRRP.replace("    state", "    lvs_sync_daemon_interface sync0\n    state") + SERVICE, ()),
    "sync without services": Case(lines_of_globals(*["lvs_sync_daemon sync0 inst VI"] * 3, rest=VRRP), ("-P",), disturb=DOWN, settle=UP),
    "sync of nobody": Case(lines_of_globals(*["lvs_sync_daemon sync0 inst ME"] * 3, rest=VRRP + SERVICE), ()),
    "sync both ways": Case(lines_of_globals(*["lvs_sync_daemon sync0 id 5"] * 3)),
    "sync moves": Case(lines_of_globals("lvs_sync_daemon sync0 inst VI", "lvs_sync_daemon vip0 inst VI", "lvs_sync_daemon vip0 inst VI id 3", rest=VRRP + SERVICE), ()),
    "marks": Case(marked({"G": "10.1.1.1 80\n10.1.1.2-4 80"}, {"G": "10.1.1.1 80\n10.1.1.9 80"}, {"G": "10.1.1.1 80", "H": "10.1.2.1 80"})),
    "marks come and go": Case(marked({}, {"G": "10.1.1.1 80"}, {})),
    "suspended": Case(local, disturb=COME, settle=GO),
}


class Life:
    """One case under one daemon."""

    def __init__(self, lab, case, command, name):
        self.case, self.namespace = case, lab.namespace(name)
        for line in ("ip link add vip0 type veth peer name vip1", "ip link set vip1 up", "ip addr add 10.9.0.1/24 dev vip0", "ip link set vip0 up",
                     "ip link add sync0 type dummy", "ip addr add 10.8.0.1/24 dev sync0", "ip link set sync0 up", *case.before):
            run(line, self.namespace)
        self.daemon = Daemon(lab, command, self.namespace, name, case.text(0), case.arguments)

    def state(self):
        """One list of lines for each of PARTS."""
        script = "ipvsadm -Sn | sort; echo =; ipvsadm -Ln --daemon | sort; echo =; ipvsadm -Ln --timeout; echo =; nft list ruleset"
        return [part.splitlines() for part in run(["sh", "-c", script], self.namespace).split("=\n")]

    def enter(self, stage):
        if stage == "started":
            self.daemon.start(wait=False)  # all at once
        elif stage == "disturbed":
            self.run(self.case.disturb)
        elif stage == "settled again":
            self.run(self.case.settle)
        elif stage == "stopped":
            self.daemon.stop(30)
        else:
            self.daemon.configure(self.case.text(("as at first", "reloaded", "reloaded again").index(stage)))
            self.daemon.reload()

    def run(self, lines):
        for line in lines:
            run(line, self.namespace)


def all_lives(command, letter, wanted=None):
    """{stage: {case: state}}; with `wanted` a case that differs is looked at again for a while."""
    with Lab("settings") as lab:
        lives = {name: Life(lab, case, command, f"{letter}{number}") for number, (name, case) in enumerate(CASES.items())}
        seen = {}
        for stage in STAGES:
            for life in lives.values():
                life.enter(stage)
            time.sleep(STAGE_SECONDS)
            seen[stage] = {name: life.state() for name, life in lives.items()}
            for name, life in lives.items():
                if wanted and not wait_for(lambda name=name, life=life: life.state() == wanted[stage][name], 0 if stage == "stopped" else LIMIT_SECONDS, 0.3):
                    print(f"{name}, {stage}:\n{life.daemon.log()[-1500:]}")
                    seen[stage][name] = life.state()
                elif wanted:
                    seen[stage][name] = wanted[stage][name]
        return seen


@pytest.fixture(scope="module")
def both(keepalived, holdfast):
    run("modprobe -d /run/mods nf_tables")
    peer = all_lives(keepalived, "p")
    return peer, all_lives(holdfast, "d", peer)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", CASES)
def test_case(both, name, stage):
    peer, ours = both
    for what, wanted, found in zip(PARTS, peer[stage][name], ours[stage][name]):
        assert found == wanted, what


def test_the_peer_does_something(both):
    peer, _ = both
    assert [name for name in CASES if name != "sync without services" and not peer["started"][name][0]] == []
    assert all(peer["started"][name][1] for name in CASES if name.startswith("sync") and "nobody" not in name), "no daemon under keepalived"
    assert peer["started"]["timeouts"][2] != peer["stopped"]["timeouts"][2]

"""BFD beside Debian's keepalived: sessions come up with either, a pulled cable is noticed in the detection time, and instances follow."""
# SPDX-License-Identifier: Apache-2.0
import re
import time

import pytest

from lab import configuration
from lab.daemon import Daemon, settle
from lab.shell import wait_for

V4 = ("10.9.0.1", "10.9.0.2")
V6 = ("2001:db8:9::1", "2001:db8:9::2")
DETECTION_MS = 300


def session(own, neighbour, extra=""):
    return f"""bfd_instance link {{
    source_ip {own}
    neighbor_ip {neighbour}
    min_rx 100
    min_tx 100
    multiplier 3
{extra}
}}
"""


def text(own, neighbour, extra="", weight=None, priority=100):
    tracked = "    track_bfd {\n        link" + (f" weight {weight}" if weight else "") + "\n    }"
    return configuration.GLOBALS + session(own, neighbour, extra) + configuration.instance(device="lan", interval=1, priority=priority, extra=tracked)


class Line:
    """Two routers on one cable; each has an instance of its own on another device, so that only the session joins them."""

    def __init__(self, lab, commands, family, extra=""):
        self.lab = lab
        addresses = V4 if family == 4 else V6
        length = 24 if family == 4 else 64
        self.bridge = lab.bridge()
        self.daemons, self.namespaces = [], []
        for number, name in enumerate("ab"):
            namespace = lab.namespace(name)
            lab.plug(self.bridge, f"p{name}", namespace, "eth0", f"{addresses[number]}/{length}")
            lab.cable(namespace, "lan", namespace, "lan-peer", f"10.8.{number}.1/24")
            self.namespaces.append(namespace)
            self.daemons.append(Daemon(lab, commands[number], namespace, name.upper(), text(addresses[number], addresses[1 - number], extra)))

    def start(self):
        for daemon in self.daemons:
            daemon.start()
        for daemon in self.daemons:
            assert daemon.wait_log("Entering Up state", 15), daemon.log()[-2500:]
        return self

    def count(self, words):
        return [daemon.log().count(words) for daemon in self.daemons]

    def states(self):
        return ["MASTER" if "10.9.0.100" in self.lab.addresses(namespace, "lan") else "" for namespace in self.namespaces]


@pytest.mark.parametrize("family", [4, 6])
def test_up_and_down_and_up(lab, commands, family):
    line = Line(lab, commands, family).start()
    assert wait_for(lambda: line.states() == ["MASTER", "MASTER"], 12), [d.log()[-1500:] for d in line.daemons]
    pulled = time.monotonic()
    lab.link(line.bridge, "pb", "down")
    assert wait_for(lambda: line.count("Entering Down state") == [1, 1], 5, 0.005), [d.log()[-1500:] for d in line.daemons]
    assert time.monotonic() - pulled < 3
    for daemon in line.daemons:
        expired = re.search(r"Expired after (\d+) ms \((\d+) usec overdue\)", daemon.log())
        assert expired and abs(int(expired.group(1)) - int(expired.group(2)) / 1000 - DETECTION_MS) <= 2, daemon.log()[-1500:]
    assert wait_for(lambda: line.states() == ["", ""], 5), "an instance without its session is in FAULT"
    lab.link(line.bridge, "pb", "up")
    assert wait_for(lambda: line.count("Entering Up state") == [2, 2], 15), [d.log()[-1500:] for d in line.daemons]
    assert wait_for(lambda: line.states() == ["MASTER", "MASTER"], 12)


def test_stop_is_told_at_once(lab, holdfast, keepalived):
    line = Line(lab, [holdfast, keepalived], 4).start()
    line.daemons[0].stop()
    assert line.daemons[1].wait_log("Entering Down state", 3)
    assert "Expired after" not in line.daemons[1].log(), "it was told, it did not have to find out"


def test_a_reload_keeps_the_session(lab, holdfast, keepalived):
    line = Line(lab, [holdfast, keepalived], 4).start()
    settle(1)
    line.daemons[0].configure(text(*V4, extra="    idle_tx 2000").replace("min_tx 100", "min_tx 200"))
    line.daemons[0].reload()
    settle(4)
    assert line.count("Entering Down state") == [0, 0]


def test_weight_changes_the_priority(lab, holdfast):
    """Without a neighbour the session is down and nothing is added; with one the priority is 150."""
    line = Line(lab, [holdfast, holdfast], 4)
    line.daemons[0].configure(text(*V4, weight=50))
    line.start()
    assert line.daemons[0].wait_log("Changing effective priority from 100 to 150", 5)
    line.daemons[1].stop()
    assert line.daemons[0].wait_log("Changing effective priority from 150 to 100", 5)


def test_passive_sessions_wait(lab, holdfast, keepalived):
    line = Line(lab, [holdfast, keepalived], 4)
    line.daemons[0].configure(text(*V4, extra="    passive"))
    line.start()

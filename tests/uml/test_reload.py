"""A reload costs what changed: the netlink requests are counted by a monitor device that sees all of them."""
# SPDX-License-Identifier: Apache-2.0
import time

from lab import ipvs
from lab.configuration import GLOBALS, service
from lab.shell import wait_for

SERVICES, SERVERS = 5, 4


def text(weight=1, servers=SERVERS):
    """SERVICES services with SERVERS servers; the third server of the second service has its own weight."""
    return GLOBALS + "".join(
        service(f"10.200.0.{s} 80", [(f"10.99.{s}.{r} 80", f"weight {weight if (s, r) == (2, 3) else 1}") for r in range(1, servers + 1)])
        for s in range(1, SERVICES + 1))


def changes_of(lab, running, new_text, done):
    tap = ipvs.Tap(lab)
    running.configure(new_text)
    running.reload()
    assert wait_for(done, 10), running.log()[-2000:]
    time.sleep(1)
    return [c for c in tap.finish() if c in ipvs.CHANGES]


def started(daemon):
    running = daemon(text())
    assert wait_for(lambda: len(ipvs.weights()) == SERVICES * SERVERS, 10), running.log()[-2000:]
    return running


def reloaded(running, before):
    return running.log().count("Reload complete") > before


def test_an_unchanged_file_changes_nothing(daemon, lab):
    running = started(daemon)
    before, seen = ipvs.table(), running.log().count("Reload complete")
    assert changes_of(lab, running, text(), lambda: reloaded(running, seen)) == []
    assert ipvs.table() == before


def test_one_weight_is_one_change(daemon, lab):
    running = started(daemon)
    assert changes_of(lab, running, text(weight=7), lambda: ipvs.weights().get(("10.200.0.2:80", "10.99.2.3:80")) == 7) == ["set dest"]


def test_a_server_less_is_one_deletion_each(daemon, lab):
    running = started(daemon)
    assert changes_of(lab, running, text(servers=SERVERS - 1), lambda: len(ipvs.weights()) == SERVICES * (SERVERS - 1)) == ["del dest"] * SERVICES


def test_a_broken_file_changes_nothing(daemon, lab):
    running = started(daemon)
    before = ipvs.table()
    broken = text(weight=7).replace("weight 7", "weight seven")
    assert changes_of(lab, running, broken, lambda: "seven" in running.log()) == []
    assert ipvs.table() == before and running.running()


def test_a_storm_of_reloads_changes_nothing(daemon, lab):
    running = started(daemon)
    tap = ipvs.Tap(lab)
    for _ in range(50):
        running.reload()
        time.sleep(0.02)
    time.sleep(3)
    assert [c for c in tap.finish() if c in ipvs.CHANGES] == []
    assert running.running() and len(ipvs.weights()) == SERVICES * SERVERS

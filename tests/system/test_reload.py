"""SIGHUP: what did not change does not notice, an error changes nothing, a storm is one reload after another at most."""
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

from lab import configuration, wire
from lab.daemon import settle
from lab.observe import Client, Monitor
from lab.pair import ADDRESS, PRIORITY_A, SOURCE
from lab.shell import wait_for

INTERVAL = 0.1
SECOND_ADDRESS = "10.9.0.101"


class Quiet:
    """Watches the active router from all sides; undisturbed() asserts that nobody noticed anything."""

    def __init__(self, routers):
        self.routers = routers
        self.capture = routers.lab.capture(routers.c, "eth0")
        self.monitor = Monitor(routers.lab, routers.a)
        self.client = Client(routers.lab, routers.c, ADDRESS)
        settle(3 * INTERVAL)

    def undisturbed(self, but=()):
        settle(5 * INTERVAL)
        events, seen = self.monitor.finish(), self.client.finish()
        adverts = wire.adverts(self.capture.stop())
        kinds = ("newaddr", "deladdr") if but else tuple({e["kind"] for e in events})  # an address brings routes of its own
        assert [e for e in events if e["kind"] in kinds and e.get("address") not in but] == []
        assert {a.source for a in adverts} == {SOURCE["A"]}
        assert all(a.priority > 0 for a in adverts)
        assert max(wire.gaps(adverts)) < 1.5 * INTERVAL, "an advert was late"
        assert seen.lost() == 0
        return adverts


def reloaded(daemon, count=1, timeout=5):
    return wait_for(lambda: daemon.log().count("Reload complete") >= count, timeout)


def test_an_unchanged_file_changes_nothing(pair):
    routers = pair(interval=INTERVAL).start()
    quiet = Quiet(routers)
    pids = routers.A.tree()
    routers.A.reload()
    assert reloaded(routers.A), routers.A.log()[-2000:]
    quiet.undisturbed()
    assert routers.A.tree() == pids


def test_a_storm_changes_nothing(pair):
    routers = pair(interval=INTERVAL).start()
    quiet = Quiet(routers)
    for _ in range(100):
        routers.A.reload()
        settle(0.01)
    assert reloaded(routers.A), routers.A.log()[-2000:]
    settle(1)
    quiet.undisturbed()


def test_an_added_address_comes_and_goes_alone(pair):
    routers = pair(interval=INTERVAL).start()
    plain = configuration.GLOBALS + configuration.instance(priority=PRIORITY_A, interval=INTERVAL)
    more = configuration.GLOBALS + configuration.instance(priority=PRIORITY_A, interval=INTERVAL, addresses=(f"{ADDRESS}/24", f"{SECOND_ADDRESS}/24"))
    quiet = Quiet(routers)
    routers.A.configure(more)
    routers.A.reload()
    assert wait_for(lambda: routers.holds(routers.a, SECOND_ADDRESS), 3), routers.A.log()[-2000:]
    routers.A.configure(plain)
    routers.A.reload()
    assert wait_for(lambda: not routers.holds(routers.a, SECOND_ADDRESS), 3), routers.A.log()[-2000:]
    adverts = quiet.undisturbed(but=(SECOND_ADDRESS,))
    assert [ADDRESS, SECOND_ADDRESS] in [a.addresses for a in adverts]


def test_a_new_priority_is_in_the_next_advert(pair):
    routers = pair(interval=INTERVAL).start()
    quiet = Quiet(routers)
    routers.A.configure(configuration.GLOBALS + configuration.instance(priority=150, interval=INTERVAL))
    routers.A.reload()
    assert reloaded(routers.A), routers.A.log()[-2000:]
    adverts = quiet.undisturbed()
    priorities = [a.priority for a in adverts]
    assert priorities == sorted(priorities, reverse=True) and set(priorities) == {PRIORITY_A, 150}


def test_a_removed_instance_is_released_and_the_other_stays(pair):
    first = configuration.instance(priority=PRIORITY_A, interval=INTERVAL)
    second = configuration.instance("VI2", vrid=52, priority=PRIORITY_A, interval=INTERVAL, addresses=(f"{SECOND_ADDRESS}/24",))
    routers = pair(interval=INTERVAL, text_a=configuration.GLOBALS + first + second).start()
    assert wait_for(lambda: routers.holds(routers.a, SECOND_ADDRESS), 3)
    capture = routers.lab.capture(routers.c, "eth0")
    routers.A.configure(configuration.GLOBALS + first)
    routers.A.reload()
    assert wait_for(lambda: not routers.holds(routers.a, SECOND_ADDRESS), 3), routers.A.log()[-2000:]
    settle(5 * INTERVAL)
    path = capture.stop()
    assert wire.adverts(path, vrid=52)[-1].priority == 0
    assert max(wire.gaps(wire.adverts(path, vrid=51))) < 1.5 * INTERVAL
    assert routers.owners() == "A"


GOOD = configuration.GLOBALS + configuration.instance(priority=PRIORITY_A, interval=INTERVAL)
BROKEN = {
    "unknown keyword": GOOD.replace("    state BACKUP", "    state BACKUP\n    colour blue"),
    "missing brace": GOOD.rstrip()[:-1],
    "bad number": GOOD.replace(f"priority {PRIORITY_A}", "priority many"),
    "missing interface": GOOD.replace("interface eth0", "interface eth77"),
    "duplicate VRID": GOOD + configuration.instance("VI2", priority=10, interval=INTERVAL, addresses=("10.9.0.102/24",)),
    "missing word": GOOD.replace("virtual_router_id 51", "virtual_router_id"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_leaves_everything_as_it_was(pair, fault):
    routers = pair(interval=INTERVAL).start()
    quiet = Quiet(routers)
    before = len(routers.A.log())
    pids = routers.A.tree()
    routers.A.configure(BROKEN[fault])
    routers.A.reload()
    assert wait_for(lambda: routers.A.configuration in routers.A.log()[before:], 5), "the fault is not named\n" + routers.A.log()[before:]
    quiet.undisturbed()
    assert routers.A.tree() == pids
    routers.A.configure(GOOD)
    routers.A.reload()
    assert reloaded(routers.A), "a good file after a broken one must be taken\n" + routers.A.log()[before:]


def test_a_vanished_file_leaves_everything_as_it_was(pair):
    routers = pair(interval=INTERVAL).start()
    quiet = Quiet(routers)
    before = len(routers.A.log())
    os.unlink(routers.A.configuration)
    routers.A.reload()
    assert wait_for(lambda: routers.A.configuration in routers.A.log()[before:], 5), routers.A.log()[before:]
    quiet.undisturbed()

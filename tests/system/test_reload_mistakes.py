"""A reload with a defective file changes nothing and says what is wrong: one router, one bad use of the language after the other."""
# SPDX-License-Identifier: Apache-2.0
import re

from lab import cases, configuration, wire
from lab.daemon import settle
from lab.observe import Monitor
from lab.pair import PRIORITY_A
from lab.shell import wait_for

INTERVAL = 0.1
GOOD = configuration.GLOBALS + configuration.instance(priority=PRIORITY_A, interval=INTERVAL)

# Bad uses that can stand in the running instance, each of another kind of mistake, and whole files that are broken.
IN_INSTANCE = ["priority 256", "priority x", "priority 7x", "priority", "state SLAVE", "version 4", "interface eth77", "virtual_router_id 0",
               "advert_int x", "preempt_delay 1001", "lower_prio_no_advert maybe", "mcast_src_ip x", "mcast_dst_ip 192.0.2.9",
               "garp_master_repeat 0", "unicast_peer { x }", "track_script { nobody }", "virtual_ipaddress_excluded { 203.0.113.1/24 dev eth77 }"]
IN_FILE = {"an unknown keyword": GOOD.replace("    state BACKUP", "    colour blue\n    state BACKUP"),
           "an open block": GOOD.rstrip()[:-1],
           "an unmatched quote": GOOD.replace("router_id", 'router_id "'),
           "a bad sequence": "~SEQ(i,1,0,3) x\n" + GOOD,
           "a required include": "includea nothing.conf\n" + GOOD,
           "the same router twice": GOOD + configuration.instance("VI2", priority=10, interval=INTERVAL, addresses=("10.9.0.102/24",))}


def defective_files():
    """(what, text): the uses come from tests/conformance/config, so that what is tried here is what is judged there."""
    known = {case.text for case in cases.read_all() if case.context == "vrrp_instance" and not case.good}
    for text in IN_INSTANCE:
        if "track_script" not in text and "_excluded" not in text and "maybe" not in text:
            assert text in known, text
        yield text, GOOD.replace("    version 3", f"    version 3\n    {text}", 1)
    yield from IN_FILE.items()


def test_no_defective_file_changes_anything(pair):
    routers = pair(interval=INTERVAL).start()
    router = routers.A
    pids, before = router.tree(), routers.lab.addresses(routers.a)
    monitor = Monitor(routers.lab, routers.a)
    capture = routers.lab.capture(routers.c, "eth0")
    tried = 0
    for what, text in defective_files():
        log = len(router.log())
        router.configure(text)
        router.reload()
        place = re.escape(router.configuration) + r":\d+:\d+: (error|warning)"
        assert wait_for(lambda: re.search(place, router.log()[log:]), 5), f"{what}: the mistake is not named\n" + router.log()[log:]
        assert wait_for(lambda: "Reload refused" in router.log()[log:], 5), f"{what}: it was not refused\n" + router.log()[log:]
        tried += 1
    assert tried >= 20
    settle(5 * INTERVAL)
    assert [e for e in monitor.finish() if e["kind"] in ("newaddr", "deladdr")] == []
    adverts = wire.adverts(capture.stop())
    assert {a.priority for a in adverts} == {PRIORITY_A}, "somebody else spoke, or with another priority"
    assert router.tree() == pids and routers.lab.addresses(routers.a) == before
    router.configure(GOOD)
    log = len(router.log())
    router.reload()
    assert wait_for(lambda: "Reload complete" in router.log()[log:], 5), "a good file must be taken after all of them\n" + router.log()[log:]

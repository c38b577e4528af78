"""The kinds of routers that a file can describe: IPv6, unicast, excluded addresses, delays, weights, groups; with every mix of daemons."""
# SPDX-License-Identifier: Apache-2.0
import json
import signal

import pytest

from lab import configuration, wire
from lab.daemon import settle
from lab.pair import ADDRESS, Pair, PRIORITY_A, PRIORITY_B, SOURCE
from lab.shell import run, wait_for

INTERVAL = 0.1
SIX = "2001:db8:9::100"


def texts(build):
    """The two files, built by build(priority, own name, the other's name)."""
    return dict(text_a=configuration.GLOBALS + build(PRIORITY_A, "A", "B"), text_b=configuration.GLOBALS + build(PRIORITY_B, "B", "A"))


def moves_and_returns(pair, address):
    """A holds it, stops, B holds it, A returns and preempts."""
    pair.B.start()
    pair.A.start()
    assert wait_for(lambda: pair.owners(address) == "A", 8), pair.A.log()[-2500:]
    assert pair.A.stop() == 0
    assert wait_for(lambda: pair.owners(address) == "B", 5), pair.B.log()[-2500:]
    pair.A.start()
    assert wait_for(lambda: pair.owners(address) == "A", 8), pair.A.log()[-2500:]


def test_ipv6(lab, commands):
    pair = Pair(lab, *commands, interval=INTERVAL, **texts(lambda p, *_: configuration.instance(priority=p, interval=INTERVAL, addresses=(f"{SIX}/64",))))
    capture = lab.capture(pair.c, "eth0")
    moves_and_returns(pair, SIX)
    settle(0.5)
    path = capture.stop()
    adverts = wire.adverts(path)
    assert all(a.checksum_right and a.ttl == 255 and a.source.startswith("fe80:") and a.addresses == [SIX] for a in adverts)
    macs = {mac for _, mac, _ in wire.neighbour_adverts(path, SIX)}
    assert macs == {pair.mac["A"], pair.mac["B"]}
    assert all(flags & 0x20 for _, _, flags in wire.neighbour_adverts(path, SIX)), "the override flag is not set"


def test_unicast(lab, commands):
    def build(priority, own, other):
        peers = f"    unicast_src_ip {SOURCE[own]}\n    unicast_peer {{\n        {SOURCE[other]}\n    }}"
        return configuration.instance(priority=priority, interval=INTERVAL, extra=peers)
    pair = Pair(lab, *commands, interval=INTERVAL, **texts(build))
    capture = lab.capture(pair.bridge, "br0")
    multicast = lab.capture(pair.c, "eth0", "client.pcap")
    moves_and_returns(pair, ADDRESS)
    assert wire.adverts(multicast.stop()) == [], "a unicast router spoke to the group"
    capture.stop()


def test_excluded_addresses_move_and_are_not_announced(lab, commands):
    extra = f"    virtual_ipaddress_excluded {{\n        10.9.0.110/24\n        {SIX}/64\n    }}"
    pair = Pair(lab, *commands, interval=INTERVAL, extra_a=extra, extra_b=extra)
    capture = lab.capture(pair.c, "eth0")
    moves_and_returns(pair, "10.9.0.110")
    assert wait_for(lambda: pair.owners(SIX) == "A", 3)
    assert {tuple(a.addresses) for a in wire.adverts(capture.stop())} == {(ADDRESS,)}


def test_preempt_delay(lab, commands):
    pair = Pair(lab, *commands, interval=INTERVAL, extra_a="    preempt_delay 2").start()
    assert pair.A.stop() == 0
    pair.wait_owner("B")
    pair.A.start()
    settle(1.2)
    assert pair.owners() == "B", "it preempted before its delay"
    pair.wait_owner("A", 5)


@pytest.mark.parametrize("weight,moves", [(-150, True), (-50, False)])
def test_a_tracked_interface_with_a_weight(lab, commands, weight, moves):
    pair = Pair(lab, *commands, interval=INTERVAL, extra_a=f"    track_interface {{\n        t0 weight {weight}\n    }}").start()
    lab.link(pair.a, "t0", "down")
    assert pair.A.wait_log(f"Changing effective priority from 200 to {200 + weight}"), pair.A.log()[-2000:]
    settle(8 * INTERVAL)
    assert pair.owners() == ("B" if moves else "A")
    lab.link(pair.a, "t0", "up")
    pair.wait_owner("A")


def test_a_tracked_script_without_weight_is_a_fault(lab, commands):
    flag = lab.file("healthy")
    head = configuration.GLOBALS + f'vrrp_script chk {{\n    script "/usr/bin/test -e {flag}"\n    interval 1\n    fall 1\n    rise 1\n}}\n'
    body = configuration.instance(priority=PRIORITY_A, interval=INTERVAL, extra="    track_script {\n        chk\n    }")
    pair = Pair(lab, *commands, interval=INTERVAL, text_a=head + body).start()
    run(["rm", flag])
    pair.wait_owner("B")
    assert "FAULT STATE" in pair.A.log()
    lab.file("healthy")
    pair.wait_owner("A")


def test_a_sync_group_moves_as_one(lab, commands):
    second = "10.9.0.101"

    def build(priority, *_):
        track = "    track_interface {\n        t0\n    }" if priority == PRIORITY_A else ""
        return ("vrrp_sync_group G {\n    group {\n        VI\n        VI2\n    }\n}\n" + configuration.instance(priority=priority, interval=INTERVAL, extra=track)
                + configuration.instance("VI2", vrid=52, priority=priority, interval=INTERVAL, addresses=(f"{second}/24",)))
    pair = Pair(lab, *commands, interval=INTERVAL, **texts(build)).start()
    assert wait_for(lambda: pair.owners(second) == "A", 3)
    lab.link(pair.a, "t0", "down")
    pair.wait_owner("B")
    assert wait_for(lambda: pair.owners(second) == "B", 2), "the group was torn apart"


def test_the_words_of_an_address(pair):
    """Prefix, broadcast, scope, label and device of an address arrive in the kernel."""
    lines = ("10.9.0.100/24 brd 10.9.0.255 label eth0:vip", "10.9.8.1/32 dev t0 scope link", "10.9.0.120")
    routers = pair(interval=INTERVAL, text_a=configuration.GLOBALS + configuration.instance(priority=PRIORITY_A, interval=INTERVAL, addresses=lines))
    routers.A.start()
    assert wait_for(lambda: routers.holds(routers.a, "10.9.0.120"), 5), routers.A.log()[-2000:]
    found = {a["local"]: a for link in json.loads(run(f"ip -n {routers.a} -j addr show")) for a in link["addr_info"]}
    assert (found["10.9.0.100"]["prefixlen"], found["10.9.0.100"]["label"], found["10.9.0.100"]["broadcast"]) == (24, "eth0:vip", "10.9.0.255")
    assert found["10.9.8.1"]["scope"] == "link" and "10.9.8.1" in routers.lab.addresses(routers.a, "t0")
    assert found["10.9.0.120"]["prefixlen"] == 32
    routers.A.signal(signal.SIGTERM)
    routers.A.wait_exit()
    assert routers.lab.addresses(routers.a) & {"10.9.0.100", "10.9.8.1", "10.9.0.120"} == set()


def test_an_address_deleted_by_hand_gives_up_the_mastership_or_returns(lab, commands):
    pair = Pair(lab, *commands, interval=INTERVAL).start()
    run(f"ip -n {pair.a} addr del {ADDRESS}/24 dev eth0")
    assert wait_for(lambda: pair.owners() == "A", 5), "nobody holds the address"


def test_the_interface_of_a_router_goes_down_and_returns(lab, commands):
    pair = Pair(lab, *commands, interval=INTERVAL).start()
    lab.link(pair.a, "eth0", "down")
    pair.wait_owner("B")
    lab.link(pair.a, "eth0", "up")
    pair.wait_owner("A")

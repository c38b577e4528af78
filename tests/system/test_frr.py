"""Beside FRRouting: BFD with its bfdd, VRRP version 3 with its vrrpd, IPv4 and IPv6."""
# SPDX-License-Identifier: Apache-2.0
import pytest

from lab import configuration, wire
from lab.daemon import Daemon, settle
from lab.frr import Frr
from lab.shell import wait_for

V4, V6 = ("10.9.0.1", "10.9.0.2"), ("2001:db8:9::1", "2001:db8:9::2")
VRID = 51


class Segment:
    """Holdfast on one end, FRRouting on the other, a bridge between them."""

    def __init__(self, lab):
        self.lab, self.bridge = lab, lab.bridge()
        self.ours, self.theirs = lab.namespace("h"), lab.namespace("f")
        lab.plug(self.bridge, "ph", self.ours, "eth0", f"{V4[0]}/24", f"{V6[0]}/64")
        lab.plug(self.bridge, "pf", self.theirs, "eth0", f"{V4[1]}/24", f"{V6[1]}/64")


def peer(addresses):
    return f"""bfd
 peer {addresses[0]} local-address {addresses[1]} interface eth0
  detect-multiplier 3
  receive-interval 100
  transmit-interval 100
 !
!
"""


@pytest.mark.parametrize("addresses", [V4, V6], ids=["IPv4", "IPv6"])
def test_bfd_up_down_up(lab, holdfast, addresses):
    segment = Segment(lab)
    text = configuration.GLOBALS + f"""bfd_instance frr {{
    source_ip {addresses[0]}
    neighbor_ip {addresses[1]}
    min_rx 100
    min_tx 100
    multiplier 3
}}
"""
    daemon = Daemon(lab, holdfast, segment.ours, "H", text, ("-P",)).start()
    frr = Frr(lab, segment.theirs, bfdd=peer(addresses))
    assert daemon.wait_log("Entering Up state", 20), daemon.log()[-2000:] + frr.log("bfdd")
    settle(2)
    assert "Entering Down state" not in daemon.log(), "it holds"
    lab.link(segment.bridge, "pf", "down")
    assert daemon.wait_log("Control Detection Time Expired", 3)
    lab.link(segment.bridge, "pf", "up")
    assert wait_for(lambda: daemon.log().count("Entering Up state") == 2, 15), daemon.log()[-2000:]


def macvlan(segment, name, mac, *addresses):
    lab = segment.lab
    lab.run(f"ip -n {segment.theirs} link add {name} link eth0 type macvlan mode bridge")
    lab.run(f"ip -n {segment.theirs} link set {name} address {mac}")
    for address in addresses:
        lab.run(f"ip -n {segment.theirs} addr add {address} dev {name}")
    lab.run(f"ip -n {segment.theirs} link set {name} up")


def router(priority, word, address):
    return f"""interface eth0
 vrrp {VRID} version 3
 vrrp {VRID} priority {priority}
 vrrp {VRID} advertisement-interval 500
 vrrp {VRID} {word} {address}
!
"""


CASES = {"IPv4": ("ip", "10.9.0.100", ("10.9.0.100/24",), f"00:00:5e:00:01:{VRID:02x}"),
         "IPv6": ("ipv6", "2001:db8:9::100", ("fe80::9:100/64", "2001:db8:9::100/64"), f"00:00:5e:00:02:{VRID:02x}")}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("ours,theirs", [(200, 100), (100, 200)], ids=["we lead", "FRR leads"])
def test_vrrp_election_and_hand_over(lab, holdfast, name, ours, theirs):
    word, address, listed, mac = CASES[name]
    segment = Segment(lab)
    macvlan(segment, "vrrp-51", mac, f"{address}/{24 if word == 'ip' else 64}")
    frr = Frr(lab, segment.theirs, vrrpd=router(theirs, word, address))
    if theirs > ours:
        assert wait_for(lambda: "Backup -> Master" in frr.log("vrrpd"), 20), frr.log("vrrpd")[-2000:]
        settle(1)
    capture = lab.capture(segment.ours, "eth0", expression="ip proto 112 or ip6 proto 112")
    daemon = Daemon(lab, holdfast, segment.ours, "H", configuration.GLOBALS + configuration.instance(priority=ours, interval=0.5, addresses=listed), ("-P",))
    daemon.start()
    if ours > theirs:
        assert daemon.wait_log("Entering MASTER STATE", 10), daemon.log()[-2000:]
        settle(3)
        assert daemon.log().count("Entering") == 2, "nothing flaps:" + daemon.log()[-2000:]
        daemon.stop()
        settle(3)
    else:
        settle(5)
        assert "Entering BACKUP STATE" in daemon.log() and "Entering MASTER STATE" not in daemon.log(), daemon.log()[-2000:] + frr.log("vrrpd")
        lab.link(segment.bridge, "pf", "down")
        assert daemon.wait_log("Entering MASTER STATE", 5), daemon.log()[-2000:]
        lab.link(segment.bridge, "pf", "up")
        assert wait_for(lambda: daemon.log().count("Entering BACKUP STATE") == 2, 6), daemon.log()[-2000:]
    adverts = wire.adverts(capture.stop(), vrid=VRID)
    assert {ours, theirs} <= {a.priority for a in adverts}, sorted({(a.source, a.priority) for a in adverts})
    if ours > theirs:
        last = adverts[-1]
        assert last.priority == theirs, "FRR took over"

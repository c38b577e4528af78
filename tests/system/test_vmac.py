"""VMACs: the links, their MAC addresses and settings, and what is left of them, compared with keepalived on the same file."""
# SPDX-License-Identifier: Apache-2.0
import json
import os

import pytest

from lab import configuration, wire
from lab.daemon import Daemon, settle
from lab.pair import SOURCE
from lab.shell import run, wait_for

SETTINGS = ("arp_ignore", "arp_filter", "rp_filter", "accept_local", "promote_secondaries", "arp_announce", "accept_redirects", "forwarding")
SETTINGS6 = ("disable_ipv6", "addr_gen_mode", "accept_ra", "autoconf", "forwarding")
BASE_MAC = "02:00:00:0a:09:01"
MAC4, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"
LINK_LOCAL = "fe80::ff:fe0a:901"

IPV4 = configuration.instance(interval=0.1, extra="    use_vmac")
IPV6 = configuration.instance(interval=0.1, addresses=("fe80::51/64", "2001:db8::51/64"), extra="    use_vmac")
ON_BASE = configuration.instance(interval=0.1, extra="    use_vmac vm51\n    vmac_xmit_base")
ON_BASE6 = configuration.instance(interval=0.1, addresses=("fe80::51/64",), extra="    use_vmac vm51\n    vmac_xmit_base")
EXCLUDED = configuration.instance(interval=0.1, extra="    use_vmac\n    virtual_ipaddress_excluded {\n        10.8.0.1/24\n        2001:db8::7/64\n    }")
OWN_MAC = configuration.instance(interval=0.1, extra="    use_vmac 02:11:22:33:44")
ON_ADDRESS = configuration.instance(interval=0.1, addresses=("10.9.0.100/24", "10.8.0.1/24 dev eth1 use_vmac"))
EVERYWHERE = configuration.instance(interval=0.1, addresses=("10.9.0.100/24", "10.8.0.1/24 dev eth1"), extra="    use_vmac\n    use_vmac_addr")
BOTH = IPV4 + configuration.instance(name="V6", interval=0.1, addresses=("fe80::51/64",), extra="    use_vmac")
PREFIXES = "global_defs {\n    vmac_prefix vr\n    vmac_addr_prefix va\n}\n"
CASES = {
    "IPv4": IPV4,
    "IPv6": IPV6,
    "IPv4, adverts on the base": ON_BASE,
    "IPv6, adverts on the base": ON_BASE6,
    "both families with one VRID": BOTH,
    "excluded addresses": EXCLUDED,
    "its own MAC address": OWN_MAC,
    "one address": ON_ADDRESS,
    "addresses elsewhere": EVERYWHERE,
    "prefixes": PREFIXES + EVERYWHERE,
}


@pytest.fixture
def router(lab):
    """make(command, text): a daemon on eth0 (10.9.0.1) and eth1, not started."""
    def make(command, text, name="A"):
        namespace = lab.namespace(name.lower())
        for number, mac, address in ((0, BASE_MAC, "10.9.0.1/24"), (1, "02:00:00:0a:09:02", "10.8.0.9/24")):
            run(f"ip link add eth{number} netns {namespace} address {mac} type veth peer name peer{number} netns {namespace}")
            run(f"ip -n {namespace} addr add {address} dev eth{number}")
            run(f"ip -n {namespace} link set eth{number} up")
            run(f"ip -n {namespace} link set peer{number} up")
        assert wait_for(lambda: ready(lab, namespace), 5), "the links of the lab have no link-local addresses"
        return Daemon(lab, command, namespace, name, configuration.GLOBALS + text, ("-P",))
    return make


def ready(lab, namespace):
    there = json.loads(run(f"ip -n {namespace} -j -6 addr show"))
    local = [a for link in there for a in link["addr_info"] if a.get("scope") == "link" and "tentative" not in a]
    return len(local) >= 4


def links(namespace):
    """What ip-link(8) and ip-address(8) say of each link, without what is random, and without counters of queues.

    The operational state of a fresh macvlan is UNKNOWN until the kernel gets round to it, although it works: the flags tell the same."""
    said = {}
    for link in json.loads(run(f"ip -n {namespace} -j -d addr show")):
        if link["ifname"] in ("lo", "peer0", "peer1"):
            continue
        info = link.get("linkinfo", {})
        said[link["ifname"]] = {
            "mac": link.get("address"), "below": link.get("link"), "flags": sorted(link["flags"]), "group": link.get("group"),
            "mtu": link["mtu"], "state": link["operstate"].replace("UNKNOWN", "UP"), "kind": info.get("info_kind"),
            "mode": info.get("info_data", {}).get("mode") if info.get("info_kind") == "macvlan" else None,
            "addresses": sorted((a["local"], a["prefixlen"], a["scope"], a.get("nodad", False), a.get("deprecated", False))
                                for a in link["addr_info"]),
        }
    return said


def read_setting(namespace, name):
    return run(f"cat /proc/sys/net/{name}", namespace).strip()


def settings(namespace):
    """Every setting that a VMAC could touch, of every link there is and of those that will come."""
    script = "cd /proc/sys/net; for f in " + " ".join(
        [f"ipv4/conf/*/{s}" for s in SETTINGS] + [f"ipv6/conf/*/{s}" for s in SETTINGS6] + ["ipv4/igmp_link_local_mcast_reports"]
    ) + '; do echo "$f $(cat $f)"; done'
    return dict(line.split(" ", 1) for line in run(["sh", "-c", script], namespace).splitlines())


def master(daemon):
    count = daemon.log_text.count("vrrp_instance ")
    return wait_for(lambda: daemon.log().count("Entering MASTER STATE") >= count, 15)


def start(daemon, text):
    daemon.log_text = text
    daemon.start()
    assert master(daemon), daemon.log()[-3000:]
    settle(0.2)
    return daemon


@pytest.mark.parametrize("case", CASES)
def test_links_and_settings_equal_keepalived(lab, router, holdfast, keepalived, case):
    seen = {}
    for name, command in (("ours", holdfast), ("theirs", keepalived)):
        daemon = router(command, CASES[case], name)
        before = links(daemon.namespace), settings(daemon.namespace)
        start(daemon, CASES[case])
        during = links(daemon.namespace), settings(daemon.namespace)
        assert daemon.stop() == 0
        seen[name] = before, during, (links(daemon.namespace), settings(daemon.namespace))
    (before, ours, after), (_, theirs, _) = seen["ours"], seen["theirs"]
    assert ours[0] == theirs[0]
    assert ours[1] == theirs[1]
    assert after == before, "something is left behind"


@pytest.mark.parametrize("value", ["1", "2"])
def test_the_reverse_path_check_is_kept_for_everybody_else(lab, router, holdfast, keepalived, value):
    seen = []
    for name, command in (("ours", holdfast), ("theirs", keepalived)):
        daemon = router(command, IPV4, name)
        run(f"sysctl -qw net.ipv4.conf.all.rp_filter={value} net.ipv4.conf.eth1.rp_filter=2", daemon.namespace)
        before = settings(daemon.namespace)
        start(daemon, IPV4)
        seen.append({k: v for k, v in settings(daemon.namespace).items() if k.endswith("/rp_filter")})
        assert daemon.stop() == 0
        if name == "ours":
            assert settings(daemon.namespace) == before
    ours, theirs = seen
    used = ("all", "default", "eth0", "eth1", "vrrp.51")
    assert [ours[f"ipv4/conf/{link}/rp_filter"] for link in used] == [theirs[f"ipv4/conf/{link}/rp_filter"] for link in used] == ["0", value, value, "2", "0"]
    # keepalived leaves interfaces that it does not use without the check that conf.all gave them.
    assert ours["ipv4/conf/peer0/rp_filter"] == value


@pytest.mark.parametrize("text,source,mac", [(IPV4, "10.9.0.1", MAC4), (IPV6, LINK_LOCAL, MAC6), (ON_BASE, "10.9.0.1", BASE_MAC),
                                             (ON_BASE6, LINK_LOCAL, BASE_MAC)], ids=["IPv4", "IPv6", "base", "base6"])
def test_adverts_and_announcements_carry_the_right_addresses(lab, router, holdfast, keepalived, text, source, mac):
    virtual = MAC6 if ":" in source else MAC4
    frames = []
    for name, command in (("ours", holdfast), ("theirs", keepalived)):
        daemon = router(command, text, name)
        capture = lab.capture(daemon.namespace, "peer0", f"{name}.pcap")
        start(daemon, text)
        settle(0.5)
        path = capture.stop()
        adverts = wire.adverts(path, vrid=51)
        assert adverts and {(a.source, a.mac) for a in adverts} == {(source, mac)}
        if ":" in source:
            assert {m for _, m, _ in wire.neighbour_adverts(path, "fe80::51")} == {virtual}
        else:
            assert {g.mac for g in wire.gratuitous_arps(path, "10.9.0.100")} == {virtual}
        frames.append(adverts[0].frame if ":" in source else adverts[0].frame[:18] + adverts[0].frame[20:24] + adverts[0].frame[26:])
        daemon.stop()
    assert frames[0] == frames[1], "the first adverts differ (beside the IPv4 identification and its checksum)"


def test_a_reload_that_removes_the_instance_removes_its_link(lab, router, holdfast):
    daemon = router(holdfast, BOTH)
    before = settings(daemon.namespace)
    start(daemon, BOTH)
    capture = lab.capture(daemon.namespace, "peer0")
    daemon.configure(configuration.GLOBALS + configuration.instance(name="V6", interval=0.1, addresses=("fe80::51/64",), extra="    use_vmac"))
    daemon.reload()
    assert wait_for(lambda: "vrrp.51" not in links(daemon.namespace), 5), daemon.log()[-2000:]
    settle(0.5)
    assert "vrrp6.51" in links(daemon.namespace) or "vrrp.51" in links(daemon.namespace)
    changed = {k: v for k, v in settings(daemon.namespace).items() if before.get(k, v) != v}
    assert changed == {}, "the interface below is as it was: no IPv4 VMAC is left on it"
    assert [a for a in wire.adverts(capture.stop(), "10.9.0.1") if a.priority == 0], "it said goodbye before its link went"
    daemon.stop()


def test_cleanup_removes_links_and_restores_settings(lab, router, holdfast):
    daemon = router(holdfast, BOTH)
    run("sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.arp_ignore=2", daemon.namespace)
    before = links(daemon.namespace), settings(daemon.namespace)
    start(daemon, BOTH)
    daemon.kill()
    assert "vrrp.51" in links(daemon.namespace)
    run(holdfast + ["--cleanup", "-f", daemon.configuration, "-p", daemon.pid_files["p"]], daemon.namespace)
    assert (links(daemon.namespace), settings(daemon.namespace)) == before


def test_a_start_after_a_crash_takes_the_links_over_and_knows_what_to_restore(lab, router, holdfast):
    daemon = router(holdfast, IPV4)
    before = links(daemon.namespace), settings(daemon.namespace)
    start(daemon, IPV4)
    index = run(f"ip -n {daemon.namespace} -j link show vrrp.51")
    daemon.kill()
    os.unlink(daemon.log_path)
    start(daemon, IPV4)
    assert json.loads(run(f"ip -n {daemon.namespace} -j link show vrrp.51"))[0]["ifindex"] == json.loads(index)[0]["ifindex"]
    assert "Found matching interface vrrp.51" in daemon.log()
    assert daemon.stop() == 0
    assert (links(daemon.namespace), settings(daemon.namespace)) == before


def test_a_link_of_the_same_name_that_is_another_one_is_made_anew(lab, router, holdfast):
    daemon = router(holdfast, configuration.instance(interval=0.1, extra="    use_vmac vm51"))
    run(f"ip -n {daemon.namespace} link add vm51 link eth1 address {MAC4} type macvlan mode private")
    start(daemon, IPV4)
    said = links(daemon.namespace)["vm51"]
    assert (said["below"], said["mac"]) == ("eth0", MAC4)
    daemon.stop()


def test_a_name_that_something_else_has_is_not_taken(lab, router, holdfast):
    daemon = router(holdfast, IPV4)
    run(f"ip -n {daemon.namespace} link add vrrp.51 type bridge")
    start(daemon, IPV4)
    said = links(daemon.namespace)
    assert said["vrrp.51"]["kind"] == "bridge" and said["vrrp1.51"]["mac"] == MAC4
    daemon.stop()
    assert "vrrp.51" in links(daemon.namespace)


@pytest.mark.parametrize("text", [IPV4, IPV6], ids=["IPv4", "IPv6"])
def test_a_deleted_link_is_made_again(lab, router, holdfast, text):
    daemon = router(holdfast, text)
    start(daemon, text)
    there = links(daemon.namespace), settings(daemon.namespace)
    run(f"ip -n {daemon.namespace} link del vrrp.51")
    assert wait_for(lambda: daemon.log().count("Entering MASTER STATE") == 2, 10), daemon.log()[-2000:]
    assert wait_for(lambda: (links(daemon.namespace), settings(daemon.namespace)) == there, 5)
    daemon.stop()


def test_the_interface_below_goes_down_and_comes_up(lab, router, holdfast):
    daemon = router(holdfast, IPV4)
    start(daemon, IPV4)
    lab.link(daemon.namespace, "eth0", "down")
    assert wait_for(lambda: "Entering FAULT STATE" in daemon.log(), 5)
    assert "10.9.0.100" not in lab.addresses(daemon.namespace)
    lab.link(daemon.namespace, "eth0", "up")
    assert wait_for(lambda: "10.9.0.100" in lab.addresses(daemon.namespace, "vrrp.51"), 10), daemon.log()[-2000:]
    daemon.stop()


def test_a_restarted_ipvsd_goes_on_with_the_links(lab, router, holdfast):
    daemon = router(holdfast, IPV4)
    before = links(daemon.namespace), settings(daemon.namespace)
    start(daemon, IPV4)
    there = links(daemon.namespace), settings(daemon.namespace)
    os.kill(daemon.role("ipvsd")[0], 9)
    assert wait_for(lambda: "Found matching interface vrrp.51" in daemon.log(), 5), daemon.log()[-2000:]
    assert (links(daemon.namespace), settings(daemon.namespace)) == there
    assert daemon.log().count("Entering MASTER STATE") == 1
    assert daemon.stop() == 0
    assert (links(daemon.namespace), settings(daemon.namespace)) == before


@pytest.mark.parametrize("extra", ["    use_vmac", "    use_vmac\n    vmac_xmit_base"], ids=["vmac", "base"])
def test_both_ways_with_every_peer(lab, commands, extra):
    from lab.pair import Pair
    routers = Pair(lab, *commands, interval=0.2, extra_a=extra, extra_b=extra).start()
    assert lab.addresses(routers.a, "vrrp.51") >= {"10.9.0.100"}
    capture = lab.capture(routers.c, "eth0")
    routers.A.stop()
    routers.wait_owner("B")
    routers.A.start()
    routers.wait_owner("A")
    settle(0.5)
    path = capture.stop()
    expected = {MAC4} if "base" not in extra else set(routers.mac.values())
    assert {a.mac for a in wire.adverts(path)} == expected
    assert {a.source for a in wire.adverts(path)} == {SOURCE["A"], SOURCE["B"]}
    assert {g.mac for g in wire.gratuitous_arps(path, "10.9.0.100")} == {MAC4}


def test_local_igmp_is_quiet_only_while_there_are_links(lab, router, holdfast, keepalived):
    text = "global_defs {\n    disable_local_igmp\n}\n" + IPV4
    for name, command in (("ours", holdfast), ("theirs", keepalived)):
        daemon = router(command, text, name)
        start(daemon, text)
        assert read_setting(daemon.namespace, "ipv4/igmp_link_local_mcast_reports") == "0"
        daemon.stop()
        assert read_setting(daemon.namespace, "ipv4/igmp_link_local_mcast_reports") == "1"


def test_extra_interfaces_are_announced_again_and_again(lab, router, holdfast):
    text = configuration.instance(interval=0.1, extra="    use_vmac\n    vmac_xmit_base\n    garp_master_delay 0\n    garp_master_repeat 1\n    garp_extra_if 1")
    daemon = router(holdfast, text)
    capture = lab.capture(daemon.namespace, "peer0")
    start(daemon, text)
    settle(3.2)
    daemon.stop()
    assert 3 <= len(wire.gratuitous_arps(capture.stop(), "10.9.0.100")) <= 6


def test_the_json_dump_names_the_link(lab, router, holdfast):
    """keepalived names the VMAC in both fields, whichever interface adverts use."""
    for name, text, link in (("a", IPV4, "vrrp.51"), ("b", ON_BASE, "vm51")):
        daemon = router(holdfast, text, name)
        start(daemon, text)
        said = json.loads(run(holdfast + ["--ask=json", "-f", daemon.configuration], daemon.namespace))[0]["data"]
        assert (said["vmac_ifname"], said["ifp_ifname"]) == (link, link)
        daemon.stop()


def test_the_link_may_come_later_and_come_back(lab, router, holdfast):
    text = "global_defs {\n    dynamic_interfaces\n}\n" + configuration.instance(interval=0.1, device="eth7", extra="    use_vmac")
    daemon = router(holdfast, text)
    daemon.start()
    settle(0.5)
    assert daemon.running() and "vrrp.51" not in links(daemon.namespace)
    for number in (1, 2):
        run(f"ip link add eth7 netns {daemon.namespace} type veth peer name peer7 netns {daemon.namespace}")
        run(f"ip -n {daemon.namespace} link set peer7 up")
        run(f"ip -n {daemon.namespace} link set eth7 up")
        run(f"ip -n {daemon.namespace} addr add 10.7.0.1/24 dev eth7")
        assert wait_for(lambda: "10.9.0.100" in lab.addresses(daemon.namespace, "vrrp.51"), 10), daemon.log()[-2000:]
        assert read_setting(daemon.namespace, "ipv4/conf/eth7/arp_ignore") == "1"
        run(f"ip -n {daemon.namespace} link del eth7")
        assert wait_for(lambda: daemon.log().count("Entering FAULT STATE") == number + 1, 5), daemon.log()[-2000:]
    assert daemon.stop() == 0


def test_delays_of_links(lab, router, holdfast):
    text = "interface_up_down_delays {\n    eth0 1 2\n}\n" + IPV4
    daemon = router(holdfast, text)
    start(daemon, text)
    lab.link(daemon.namespace, "peer0", "down")
    settle(0.3)
    lab.link(daemon.namespace, "peer0", "up")
    settle(1.5)
    assert "Entering FAULT STATE" not in daemon.log(), "a short loss does not count"
    lab.link(daemon.namespace, "peer0", "down")
    settle(0.5)
    assert "Entering FAULT STATE" not in daemon.log()
    assert wait_for(lambda: "Entering FAULT STATE" in daemon.log(), 5)
    lab.link(daemon.namespace, "peer0", "up")
    settle(1.0)
    assert daemon.log().count("Entering BACKUP STATE") == 1
    assert wait_for(lambda: daemon.log().count("Entering MASTER STATE") == 2, 6), daemon.log()[-2000:]
    daemon.stop()


@pytest.mark.parametrize("method", ["", "MII", "ETHTOOL", "IOCTL"])
def test_polled_links(lab, router, holdfast, method):
    text = f"linkbeat_interfaces {{\n    eth0 {method}\n}}\n" + IPV4
    daemon = router(holdfast, text)
    start(daemon, text)
    lab.link(daemon.namespace, "peer0", "down")
    assert wait_for(lambda: "Entering FAULT STATE" in daemon.log(), 5)
    lab.link(daemon.namespace, "peer0", "up")
    assert wait_for(lambda: daemon.log().count("Entering MASTER STATE") == 2, 8), daemon.log()[-2000:]
    daemon.stop()

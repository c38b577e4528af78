"""What moves with the address: routes, rules, firewall. The same file under keepalived and under Holdfast gives the same kernel state
after MASTER, after a fault, after a reload and after TERM, for IPv4 and IPv6."""
# SPDX-License-Identifier: Apache-2.0
import json
import re

import pytest

from lab.daemon import Daemon
from lab.shell import run, wait_for

HEAD = "global_defs {\n    router_id moves\n    vrrp_version 3\n%s}\n"

# Each line of them is a case of its own: every word of the grammars that this kernel and keepalived 2.2.7 can do.
ROUTES4 = """
10.50.0.0/24 via 10.9.0.2
10.50.1.0/24 via 10.9.0.2 dev eth0
to 10.50.2.0/24 via inet 10.9.0.2 oif eth0
unicast 10.50.3.0/24 dev eth0
10.50.4.0/24 dev eth0 src 10.9.0.100
10.50.5.0/24 via 10.9.0.2 dev eth0 table 100
10.50.6.0/24 via 10.9.0.2 dev eth0 table 100000
10.50.7.0/24 via 10.9.0.2 dev eth0 protocol 55 no_track
10.50.8.0/24 via 10.9.0.2 dev eth0 protocol static no_track
10.50.9.0/24 dev eth0 scope link
10.50.10.0/24 dev eth0 scope 253
10.50.11.0/24 via 10.9.0.2 dev eth0 metric 5
10.50.11.0/24 via 10.9.0.3 dev eth0 priority 6
10.50.11.0/24 via 10.9.0.4 dev eth0 preference 7
10.50.12.0/24 via 10.9.0.2 dev eth0 tos 8
10.50.12.0/24 via 10.9.0.2 dev eth0 dsfield 0x10
10.50.13.0/24 via 192.0.2.1 dev eth0 onlink
10.50.14.0/24 via 10.9.0.2 dev eth0 mtu 1400
10.50.15.0/24 via 10.9.0.2 dev eth0 mtu lock 1300 advmss lock 1200
10.50.16.0/24 via 10.9.0.2 dev eth0 advmss 1200 reordering 5 hoplimit 9
10.50.17.0/24 via 10.9.0.2 dev eth0 cwnd lock 9 ssthresh 8 window 7
10.50.18.0/24 via 10.9.0.2 dev eth0 rtt 300ms rttvar 1s rto_min 2s
10.50.19.0/24 via 10.9.0.2 dev eth0 rtt lock 4000 rttvar 2000
10.50.20.0/24 via 10.9.0.2 dev eth0 initcwnd 11 initrwnd 12 quickack 1
10.50.21.0/24 via 10.9.0.2 dev eth0 features ecn fastopen_no_cookie 1
10.50.22.0/24 via 10.9.0.2 dev eth0 congctl cubic
10.50.23.0/24 via 10.9.0.2 dev eth0 congctl lock reno
10.50.25.0/24 dev eth0 encap ip id 5 dst 10.1.1.1 src 10.9.0.1 ttl 5 tos 8
10.50.26.0/24 nexthop via 10.9.0.2 dev eth0 weight 3 nexthop via 10.9.0.3 dev eth0
10.50.27.0/24 nexthop via 10.9.0.2 dev eth0 onlink nexthop via 10.8.0.2 dev eth1 weight 256
10.50.28.0/24 via 10.9.0.2 or 10.9.0.3
10.50.29.0/24 gw 10.9.0.2 dev eth0
blackhole 10.50.30.0/24
unreachable 10.50.31.0/24
prohibit 10.50.32.0/24
throw 10.50.33.0/24 table 100
blackhole 10.50.34.0/24 metric 9 table 100
add 10.50.35.0/24 via 10.9.0.2 dev eth0
append 10.50.36.0/24 via 10.9.0.2 dev eth0
prepend 10.50.37.0/24 via 10.9.0.2 dev eth0
default via 10.9.0.2 dev eth0 table 101
any via 10.9.0.2 dev eth0 table 102
"""
ROUTES6 = """
2001:db8:50::/64 via 2001:db8::2
2001:db8:50:1::/64 via fe80::2 dev eth0
2001:db8:50:2::/64 dev eth0
2001:db8:50:3::/64 via fe80::2 dev eth0 metric 5 mtu 1400
2001:db8:50:4::/64 via fe80::2 dev eth0 table 100
2001:db8:50:5::/64 via fe80::2 dev eth0 pref high
2001:db8:50:6::/64 via fe80::2 dev eth0 pref low
2001:db8:50:8::/64 dev eth0 encap ip6 id 5 dst 2001:db8::9 hoplimit 7
2001:db8:50:9::/64 nexthop via fe80::2 dev eth0 weight 2 nexthop via fe80::3 dev eth0
blackhole 2001:db8:50:a::/64
unreachable 2001:db8:50:b::/64
default6 via fe80::2 dev eth0 table 103
2001:db8:50:c::/64 via fe80::2 dev eth0 hoplimit 9 advmss 1200
"""
RULES4 = """
from 10.1.0.0/16 table 100 preference 100
to 10.1.0.0/16 lookup 100 order 101
from 10.1.0.0/16 to 10.2.0.0/16 table 100000 priority 102
not from 10.1.0.0/16 table 100 preference 103
tos 8 table 100 preference 104
dsfield 0x10 table 100 preference 105
fwmark 7 table 100 preference 106
fwmark 0x10/0xff table 100 preference 107
iif eth0 table 100 preference 108
dev eth0 table 100 preference 109
oif eth1 table 100 preference 110
iif eth0 oif eth1 table main preference 111
uidrange 1-1000 table 100 preference 112
ipproto tcp table 100 preference 113
ipproto 17 sport 80-80 table 100 preference 114
ipproto udp sport 1000-2000 dport 53-53 table 100 preference 115
preference 116 l3mdev
table main suppress_prefixlength 8 preference 117
table main sup_pl 0 preference 118
table main suppress_ifgroup 3 preference 119
table main sup_group default preference 120
from 10.3.0.0/16 blackhole preference 121
from 10.3.0.0/16 type unreachable preference 122
from 10.3.0.0/16 prohibit preference 123
from 10.3.0.0/16 goto 500 preference 124
from 10.3.0.0/16 nop preference 125
from 10.4.0.0/16 table 100 protocol 77 no_track preference 126
tunnel-id 9 table 100 preference 127
from all table 100 preference 500
from 10.5.0.0/16 table 100
from 10.6.0.0/16 table 100
"""
RULES6 = """
from 2001:db8::/32 table 100 preference 100
to 2001:db8:1::/48 table 100 preference 101
from 2001:db8::/32 prohibit preference 102
iif eth0 from 2001:db8:5::/48 table 100 preference 103
from 2001:db8:2::/48 table 100
from 2001:db8:3::/48 fwmark 9 ipproto tcp dport 22-22 table 100 preference 104
"""


def block(name, lines):
    return f"    {name} {{\n" + "\n".join("        " + line for line in lines) + "\n    }\n"


def lines(*texts):
    return [line for text in texts for line in text.split("\n") if line]


def instance(body="", priority=150):
    return f"""vrrp_instance V {{
    interface eth0
    virtual_router_id 51
    priority {priority}
    advert_int 0.1
{body}    virtual_ipaddress {{
        10.9.0.100/24
        10.8.0.100/24 dev eth1 label eth1:vip brd +
        10.9.0.102/24 scope link
    }}
    virtual_ipaddress_excluded {{
        2001:db8::100/64
        2001:db8::101 preferred_lft forever
        fe80::77/64 dev eth1
        2001:db8::102/64 home -nodad noprefixroute
        10.9.0.103/24 scope host
    }}
}}
"""


MOVING = (block("virtual_routes", lines(ROUTES4, ROUTES6)) + block("virtual_rules", lines(RULES4, RULES6)))


class Router:
    """One daemon alone in a namespace of its own, and what of the kernel's state is to be compared."""

    def __init__(self, lab, name, command, text):
        self.namespace = lab.namespace(name)
        for device, v4, v6 in (("eth0", "10.9.0.1/24", "2001:db8::1/64"), ("eth1", "10.8.0.1/24", "2001:db8:8::1/64")):
            lab.cable(self.namespace, device, self.namespace, device + "p", v4)
            run(f"ip -n {self.namespace} addr add {v6} dev {device} nodad")
        self.before = self.state()
        self.daemon = Daemon(lab, command, self.namespace, name, text)

    def ip(self, *words):
        return json.loads(run(f"ip -n {self.namespace} -j -d " + " ".join(words), check=False) or "[]")

    def state(self):
        """Addresses, routes of all tables, rules, and the firewall, without what only says when it was made."""
        addresses = [(link["ifname"], strip(a)) for link in self.ip("addr") for a in link["addr_info"]
                     if link["ifname"] in ("eth0", "eth1") and (not a["local"].startswith("fe80") or a["local"] == "fe80::77")]
        routes = [strip(route) for family in ("-4", "-6") for route in self.ip(family, "route show table all")]
        rules = [strip(rule) for family in ("-4", "-6") for rule in self.ip(family, "rule")]
        return {"addresses": text(addresses), "routes": text(r for r in routes if ours(r)), "rules": text(rules), "firewall": self.firewall()}

    def firewall(self):
        found = json.loads(run(f"ip netns exec {self.namespace} nft -j list ruleset"))["nftables"]
        things = [strip(thing) for thing in found if "metainfo" not in thing]
        for thing in things:
            for value in thing.values():
                if isinstance(value, dict) and "elem" in value:
                    value["elem"] = sorted(value["elem"], key=json.dumps)
        order = {}  # of the rules within their chain
        for thing in things:
            if "rule" in thing:
                chain = (thing["rule"]["family"], thing["rule"]["chain"])
                order[chain] = order.get(chain, 0) + 1
                thing["rule"]["order"] = order[chain]
        return text(things)

    def holds(self):
        return "10.9.0.100" in json.dumps(self.ip("addr"))

    def settled(self, wanted):
        """The same state twice in a row, once `wanted` is true."""
        assert wait_for(wanted, 10), self.daemon.log()[-3000:]
        seen = []
        assert wait_for(lambda: seen.append(self.state()) or (len(seen) > 3 and seen[-1] == seen[-3]), 10)
        return seen[-1]


def strip(value):
    """Without numbers that the kernel gives and without times."""
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in ("handle", "valid_life_time", "expires", "index", "packets", "bytes", "protocol_name")}
    return [strip(v) for v in value] if isinstance(value, list) else value


def ours(route):
    return route.get("protocol") not in ("kernel",) and route.get("type") not in ("multicast",)


def text(things):
    return sorted(json.dumps(thing, sort_keys=True) for thing in things)


def difference(ours_, theirs):
    out = []
    for part in theirs:
        out += [f"{part}: only keepalived {line}" for line in theirs[part] if line not in ours_[part]]
        out += [f"{part}: only Holdfast {line}" for line in ours_[part] if line not in theirs[part]]
    return "\n".join(out)


@pytest.fixture
def both(lab, holdfast, keepalived):
    """make(text): Holdfast and keepalived on that file, each alone."""
    def make(words):
        routers = [Router(lab, "h", holdfast, words), Router(lab, "k", keepalived, words)]
        for router in routers:
            router.daemon.start()
        return routers
    return make


def same(routers, wanted):
    ours_, theirs = (router.settled(lambda r=router: wanted(r)) for router in routers)
    assert ours_ == theirs, difference(ours_, theirs) + "\n" + routers[0].daemon.log()[-3000:]
    return ours_


def test_tables_are_large():
    assert len(lines(ROUTES4, ROUTES6)) >= 40 and len(lines(RULES4, RULES6)) >= 30


def test_routes_and_rules_come_and_go_with_the_address(both):
    routers = both(HEAD % "" + instance(MOVING))
    state = same(routers, Router.holds)
    routes = [r for r in state["routes"] if '"protocol": "keepalived"' in r]
    assert len(routes) >= 40 and len([r for r in state["rules"] if "keepalived" in r]) >= 30
    for router in routers:
        run(f"ip -n {router.namespace} link set eth1 down")
    same(routers, lambda r: not r.holds())
    for router in routers:
        run(f"ip -n {router.namespace} link set eth1 up")
        run(f"ip -n {router.namespace} addr replace 2001:db8:8::1/64 dev eth1 nodad")
    same(routers, Router.holds)
    for router in routers:
        assert router.daemon.stop() == 0
        assert router.holds() is False
    ours_, theirs = (router.state() for router in routers)
    assert ours_ == theirs, difference(ours_, theirs)


def test_an_address_with_a_peer(both):
    """keepalived 2.2.7 does not find it again and leaves it: only what it adds is compared."""
    routers = both(HEAD % "" + instance().replace("10.9.0.102/24 scope link", "10.9.0.102 peer 10.9.7.7 scope link"))
    same(routers, Router.holds)
    routers[0].daemon.stop()
    assert "10.9.7.7" not in json.dumps(routers[0].ip("addr"))


def test_a_reload_changes_what_differs(both):
    first, second = lines(ROUTES4)[:12], lines(ROUTES4)[6:20]
    routers = both(HEAD % "" + instance(block("virtual_routes", first) + block("virtual_rules", lines(RULES4)[:6])))
    before = same(routers, Router.holds)
    for router in routers:
        router.daemon.configure(HEAD % "" + instance(block("virtual_routes", second) + block("virtual_rules", lines(RULES4)[3:9])))
        router.daemon.reload()
    after = same(routers, lambda r: "10.50.0.0/24" not in json.dumps(r.ip("route")) and '"priority": 108' in json.dumps(r.ip("rule")))
    assert after != before


STATICS = ("static_ipaddress {\n    10.8.0.200/24 dev eth1\n    2001:db8:8::200/64 dev eth1\n}\n"
           "static_routes {\n    10.60.0.0/24 via 10.9.0.2 dev eth0\n    2001:db8:60::/64 via fe80::2 dev eth0\n    blackhole 10.61.0.0/24\n}\n"
           "static_rules {\n    from 10.60.0.0/16 table 100 preference 300\n    from 2001:db8:60::/48 table 100 preference 301\n}\n")


def test_static_items_are_there_from_the_start_and_go_at_the_end(both):
    routers = both(HEAD % "" + STATICS + instance(priority=150))
    same(routers, Router.holds)
    for router in routers:
        router.daemon.configure(HEAD % "" + STATICS.replace("10.60.0.0/24", "10.62.0.0/24").replace("10.8.0.200", "10.8.0.201") + instance())
        router.daemon.reload()
    same(routers, lambda r: "10.62.0.0/24" in json.dumps(r.ip("route")) and "10.8.0.201" in json.dumps(r.ip("addr")))
    for router in routers:
        router.daemon.stop()
    ours_, theirs = (router.state() for router in routers)
    assert ours_ == theirs, difference(ours_, theirs)


def test_static_addresses_that_somebody_deletes_come_back(both):
    routers = both(HEAD % "" + STATICS + instance())
    before = same(routers, Router.holds)
    for router in routers:
        run(f"ip -n {router.namespace} addr del 10.8.0.200/24 dev eth1")
        run(f"ip -n {router.namespace} addr del 2001:db8:8::200/64 dev eth1")
    assert same(routers, lambda r: all(a in json.dumps(r.ip("addr")) for a in ("10.8.0.200", "2001:db8:8::200"))) == before


def test_static_routes_and_rules_come_back_too(lab, holdfast):
    """keepalived 2.2.7 says so in its manual and does not do it: doc/differences.md."""
    router = Router(lab, "h", holdfast, HEAD % "" + STATICS + instance())
    router.daemon.start()
    before = router.settled(router.holds)
    for words in ("route del 10.60.0.0/24", "route del 2001:db8:60::/64", "route del blackhole 10.61.0.0/24", "rule del preference 300",
                  "-6 rule del preference 301"):
        run(f"ip -n {router.namespace} {words}")
    assert router.settled(lambda: router.state() == before) == before


@pytest.mark.parametrize("what", ["route del 10.50.1.0/24", "rule del preference 100"])
def test_what_somebody_deletes_comes_back_with_a_new_election(both, what):
    routers = both(HEAD % "" + instance(block("virtual_routes", lines(ROUTES4)[:6]) + block("virtual_rules", lines(RULES4)[:2])))
    before = same(routers, Router.holds)
    for router in routers:
        run(f"ip -n {router.namespace} {what}")
    back = (lambda r: "10.50.1.0/24" in json.dumps(r.ip("route"))) if "route" in what else (lambda r: '"priority": 100' in json.dumps(r.ip("rule")))
    assert same(routers, lambda r: back(r) and r.holds()) == before
    for router in routers:
        assert len(re.findall("Entering MASTER STATE", router.daemon.log())) == 2, router.daemon.log()[-2000:]


@pytest.mark.parametrize("settings", ["", "    nftables hf\n    nftables_priority -5\n", "    nftables\n    nftables_counters\n", "    vrrp_iptables\n"])
def test_packets_to_the_addresses_are_dropped(both, settings):
    routers = both(HEAD % settings + instance("    no_accept\n"))
    state = same(routers, Router.holds)
    assert any("10.9.0.100" in thing for thing in state["firewall"])
    for router in routers:
        run(f"ip -n {router.namespace} link set eth0 down")
    empty = same(routers, lambda r: not r.holds())
    assert empty["firewall"] and not any("10.9.0.100" in thing for thing in empty["firewall"])
    for router in routers:
        router.daemon.stop()
        assert router.firewall() == []


def test_an_owner_accepts(both):
    assert same(both(HEAD % "" + instance("    no_accept\n", priority=255)), Router.holds)["firewall"] == []


def test_strict_mode_drops_without_being_asked(both):
    state = same(both(HEAD % "    vrrp_strict\n" + instance()), Router.holds)
    assert any("10.9.0.100" in thing for thing in state["firewall"])

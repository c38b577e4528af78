"""Configurations for test_same_table.py: each row is one use of the keywords of IPVS, with addresses of its own, so that many rows fit one file.

A row is a function of its place and the variant: 0 as started, 1 and 2 as reloaded. It says what stands in the file.
"""
# SPDX-License-Identifier: Apache-2.0
import re

WATCHED = "10.9.1.1"  # where every check of every row connects to, so that one server's death is that of one server in each row
CHECK = f"TCP_CHECK {{\nconnect_ip {WATCHED}\nconnect_port 80\nconnect_timeout 1\nretry 0\nwarmup 0\n}}"
SCHEDULERS = "rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq".split()


class Place:
    """The addresses of one row."""

    def __init__(self, number):
        self.number = number

    def vip(self, k=1):
        return f"10.200.{self.number}.{k}"

    def vip6(self, k=1):
        return f"2001:db8:{self.number:x}::{k:x}"

    def rs(self, k=1):
        return f"10.99.{self.number}.{k}"

    def rs6(self, k=1):
        return f"2001:db8:{self.number:x}::a{k:x}"

    def mark(self, k=1):
        return self.number * 10 + k

    def mine(self, line):
        """Whether a line of the table or of the pipe is of this row."""
        if re.search(rf"\b10\.(200|99)\.{self.number}\.\d", line) or re.search(rf"2001:db8:{self.number:x}::", line, re.I):
            return True
        if f"[G{self.number}]" in line:
            return True
        mark = re.search(r"(?:-f|FWM) (\d+)", line)
        return bool(mark) and int(mark.group(1)) // 10 == self.number


def server(address, *lines, watched=False):
    return "\n".join([f"real_server {address} {{", *lines] + ([CHECK] if watched else []) + ["}"])


def service(head, servers, *lines, scheduler="rr", method="NAT", protocol="TCP"):
    said = [f"virtual_server {head} {{", "delay_loop 0.3"] + [f"lvs_sched {scheduler}"] * bool(scheduler) + [f"lvs_method {method}"] * bool(method)
    return "\n".join(said + [f"protocol {protocol}"] * bool(protocol) + [*lines, *servers, "}"]) + "\n"


def two(p, port=80, *lines, variant=0):
    """A server that is watched and one that is not; a reload changes the second one's weight, then takes it away."""
    first = server(f"{p.rs(1)} {port}", "weight 3", *lines, watched=True)
    second = server(f"{p.rs(2)} {port}", f"weight {5 if variant == 1 else 2}", *lines)
    return [first] if variant == 2 else [first, second]


def plain(head="{p.vip} 80", port=80, inner=(), **options):
    """A service with two servers and these lines."""
    lines = options.pop("lines", ())
    return lambda p, v: service(head.replace("{p.vip}", p.vip()).replace("{p.vip6}", p.vip6()).replace("{p.mark}", str(p.mark())),
                                two(p, port, *inner, variant=v), *lines, **options)


def six(method="NAT", lines=(), **options):
    return lambda p, v: service(f"{p.vip6()} 80", [server(f"{p.rs6(1)} 80", "weight 3", watched=True), server(f"{p.rs6(2)} 80", f"weight {v + 1}")],
                                *lines, method=method, **options)


def group(members, servers=two, head_lines=(), changed=None, **options):
    """A virtual_server_group with these members; `changed`: those after the first reload."""
    def text(p, v):
        now = changed(p) if changed and v == 1 else members(p)
        return (f"virtual_server_group G{p.number} {{\n" + "\n".join(now) + "\n}\n" +
                service(f"group G{p.number}", servers(p, variant=v), *head_lines, **options))
    return text


def no_port(p, variant=0):
    return [server(p.rs(1), "weight 3", watched=True), server(p.rs(2), f"weight {variant + 1}")]


def quorum(*lines, inner=(), weights=(3, 2, 2)):
    """Three servers of which the first dies, with these lines about quorum and sorry server."""
    def text(p, v):
        said = [line.replace("{sorry}", f"{p.rs(99)} 80") for line in lines]
        return service(f"{p.vip()} 80", [server(f"{p.rs(k)} 80", f"weight {w + (v == 1 and k == 3)}", *inner, watched=k == 1)
                                         for k, w in enumerate(weights, 1)], *said)
    return text


def moved(p, v):
    """A reload turns one service into another and back."""
    return service(f"{p.vip(1 + v)} 80", two(p))


def rescheduled(p, v):
    return service(f"{p.vip()} 80", two(p), scheduler=("rr", "wlc", "sh")[v], method="DR")


def remethod(p, v):
    return service(f"{p.vip()} 80", two(p), method=("DR", "TUN", "NAT")[v])


def repersisted(p, v):
    return service(f"{p.vip()} 80", two(p), *([], ["persistence_timeout 50"], ["persistence_timeout 99\npersistence_granularity 255.255.0.0"])[v])


def shared_group(p, v):
    text = f"virtual_server_group G{p.number} {{\n{p.vip()} 53\n{p.vip(2)}-4 53\n}}\n"
    return text + "".join(service(f"group G{p.number}", two(p, 53, variant=v), protocol=protocol) for protocol in ("TCP", "UDP"))


ROWS = {f"scheduler {s}": plain(scheduler=s, method="DR") for s in SCHEDULERS}
ROWS |= {
    "udp": plain(protocol="UDP"),
    "udp one packet": plain(protocol="UDP", lines=["ops"]),
    "sctp": plain(protocol="SCTP"),
    "protocol in small letters": plain(protocol="tcp"),
    "direct": plain(method="DR"),
    "nat to another port": plain(port=8080),
    "tunnel": plain(method="TUN"),
    "tunnel ipip": plain(method="TUN type ipip"),
    "tunnel gue": plain(method="TUN type gue port 6080"),
    "tunnel gue nocsum": plain(method="TUN type gue port 6080 nocsum"),
    "tunnel gue csum": plain(method="TUN type gue port 6080 csum"),
    "tunnel gue remcsum": plain(method="TUN type gue port 6081 remcsum"),
    "tunnel gre": plain(method="TUN type gre"),
    "tunnel gre csum": plain(method="TUN type gre csum"),
    "old names": lambda p, v: plain()(p, v).replace("lvs_sched", "lb_algo").replace("lvs_method", "lb_kind"),
    "method of a server": plain(inner=["lvs_method DR"]),
    "flags by number": plain(lines=["flag-1", "flag-3"]),
    "sh with flags": plain(scheduler="sh", lines=["sh-port", "sh-fallback"]),
    "mh with flags": plain(scheduler="mh", lines=["mh-port", "mh-fallback"]),
    "persistence": plain(lines=["persistence_timeout"]),
    "persistence with time": plain(lines=["persistence_timeout 77"]),
    "persistence with mask": plain(lines=["persistence_timeout 77", "persistence_granularity 255.255.255.0"]),
    "mask alone": plain(lines=["persistence_granularity 255.255.0.0"]),
    "persistence engine": plain(protocol="UDP", lines=["persistence_engine sip", "persistence_timeout 60"]),
    "thresholds": plain(inner=["uthreshold 100", "lthreshold 50"]),
    "every port": lambda p, v: service(p.vip(), no_port(p, variant=v), "persistence_timeout 60", method="DR"),
    "default weight": lambda p, v: service(f"{p.vip()} 80", [server(f"{p.rs()} 80", watched=True), server(f"{p.rs(2)} 80", "weight 0")], f"weight {4 + v}"),
    "six": six(),
    "six direct": six("DR"),
    "six persistence": six("DR", lines=["persistence_timeout 60", "persistence_granularity 64"]),
    "six tunnel to four": lambda p, v: service(f"{p.vip6()} 80", two(p, variant=v), method="TUN"),
    "four tunnel to six": lambda p, v: service(f"{p.vip()} 80", [server(f"{p.rs6()} 80", f"weight {v + 1}", watched=True)], method="TUN"),
    "mark": lambda p, v: service(f"fwmark {p.mark()}", no_port(p, variant=v), protocol="", method="DR"),
    "mark nat with port": lambda p, v: service(f"fwmark {p.mark()}", two(p, 8080, variant=v), protocol=""),
    "mark six": lambda p, v: service(f"fwmark {p.mark()}", [server(p.rs6(), f"weight {v + 1}", watched=True)], "ip_family inet6", protocol="", method="DR"),
    "mark six by tunnel": lambda p, v: service(f"fwmark {p.mark()}", [server(p.rs(), f"weight {v + 1}", watched=True)], "ip_family inet6", protocol="", method="TUN"),
    "group of addresses": group(lambda p: [f"{p.vip(k)} 80" for k in (1, 2, 3)], changed=lambda p: [f"{p.vip(k)} 80" for k in (1, 3, 4)]),
    "group of a range": group(lambda p: [f"{p.vip(10)}-14 80"], changed=lambda p: [f"{p.vip(10)}-14 80", f"{p.vip(30)} 80"], method="DR"),
    "group of a range of six": group(lambda p: [f"{p.vip6(16)}-14 80"], lambda p, variant: [server(f"{p.rs6()} 80", f"weight {variant + 1}", watched=True)]),
    "group of ports": group(lambda p: [f"{p.vip()} 80", f"{p.vip()} 443"], method="DR"),
    "group of ports nat": group(lambda p: [f"{p.vip()} 80", f"{p.vip()} 443"], lambda p, variant: two(p, 8080, variant=variant)),
    "group of marks": group(lambda p: [f"fwmark {p.mark(k)}" for k in (1, 2)], no_port, method="DR"),
    "group of addresses and marks": group(lambda p: [f"{p.vip()} 80", f"fwmark {p.mark()}"], method="DR"),
    "group with quorum": group(lambda p: [f"{p.vip(k)} 80" for k in (1, 2)], head_lines=["quorum 4", "sorry_server 10.99.250.1 80"]),
    "group for two protocols": shared_group,
    "group of both families": group(lambda p: [f"{p.vip()} 80", f"{p.vip6()} 80"], method="TUN"),
    "group with persistence": group(lambda p: [f"{p.vip()} 80", f"{p.vip(2)} 80"], head_lines=["persistence_timeout 60", "persistence_granularity 255.255.0.0"]),
    "quorum": quorum("quorum 5", "sorry_server {sorry}"),
    "quorum with hysteresis": quorum("quorum 5", "hysteresis 2", "sorry_server {sorry}"),
    "quorum without sorry": quorum("quorum 6"),
    "sorry only": quorum("sorry_server {sorry}", weights=(3,)),
    "sorry inhibited": quorum("quorum 5", "sorry_server {sorry}", "sorry_server_inhibit"),
    "sorry by its own method": quorum("quorum 5", "sorry_server {sorry}", "sorry_server_lvs_method DR"),
    "sorry and inhibited servers": quorum("quorum 5", "sorry_server {sorry}", "inhibit_on_failure"),
    "inhibited": quorum("inhibit_on_failure"),
    "inhibited by server": quorum(inner=["inhibit_on_failure"]),
    "alpha": quorum("alpha"),
    "alpha inhibited": quorum("alpha", "inhibit_on_failure"),
    "alpha with sorry": quorum("alpha", "quorum 3", "sorry_server {sorry}"),
    "omega": quorum("omega", "quorum 5", "sorry_server {sorry}"),
    "weights of nothing": quorum(weights=(0, 0, 1)),
    "another address": moved,
    "another scheduler": rescheduled,
    "another method": remethod,
    "another persistence": repersisted,
}
# Where keepalived's table is not what its file says; doc/differences.md names both.
# It forgets addresses that a reload takes out of a group, for good: {row: {variant: last octets that it should no longer have}}.
FORGOTTEN = {"group of addresses": {0: (4,), 1: (2,), 2: (4,), None: (2, 4)}, "group of a range": {0: (30,), 2: (30,), None: (30,)}}
# A reload that changes the method of a server brings it back although it is dead.
REVIVED = {("another method", "reloaded while dead")}
# persistence_granularity does nothing for a group.
MASKLESS = "group with persistence"
PLACES = {name: Place(number) for number, name in enumerate(ROWS, 1)}


def text(name, variant):
    return ROWS[name](PLACES[name], variant)


def without_faults(name, stage, variant, lines):
    """keepalived's lines, as they would be without the faults above."""
    place = PLACES[name]
    if name == MASKLESS:
        lines = [line.replace("-p 60", "-p 60 -M 255.255.0.0") for line in lines]
    gone = [f" {place.vip(k)}:" for k in FORGOTTEN.get(name, {}).get(variant, ())]
    if (name, stage) in REVIVED:
        gone.append(f"-r {place.rs()}:")
    return [line for line in lines if not any(g in line for g in gone)]


def everything(variant):
    return "".join(text(name, variant) for name in ROWS)

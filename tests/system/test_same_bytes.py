"""From one file Debian's keepalived and Holdfast send the same octets: adverts, the last advert, gratuitous ARPs, neighbour advertisements.

Not compared: what the kernel counts or hashes (IP identification, header checksum, flow label), and with an authentication header its
sequence number, its digest and the DF bit (doc/decisions/0005).
"""
# SPDX-License-Identifier: Apache-2.0
import pytest

from lab import configuration, wire
from lab.daemon import Daemon, settle

MAC = "02:00:00:00:09:01"
PEER_MAC = "02:00:00:00:09:02"
V6 = ("fe80::9:100/64", "2001:db8:9::100/64")


def instance(**options):
    return configuration.GLOBALS + configuration.instance(priority=255, state="MASTER", **options)


def authentication(kind, password):
    return f"    authentication {{\n        auth_type {kind}\n        auth_pass {password}\n    }}"


def many(count):
    return tuple(f"10.9.{i // 200}.{100 + i % 100}/32" for i in range(count))


UNICAST = "    unicast_src_ip 10.9.0.1\n    unicast_peer {\n        10.9.0.2\n        10.9.0.3\n    }"
CASES = {
    "v2": instance(version=2),
    "v2-interval-3": instance(version=2, interval=3),
    "v2-password": instance(version=2, extra=authentication("PASS", "s3cret")),
    "v2-long-password": instance(version=2, extra=authentication("PASS", "longerthan8")),
    "v2-header": instance(version=2, extra=authentication("AH", "s3cret")),
    "v2-unicast": instance(version=2, extra=UNICAST),
    "v2-unicast-ttl": instance(version=2, extra=UNICAST + "\n    unicast_ttl 7"),
    "v2-20-addresses": instance(version=2, addresses=many(20)),
    "v3": instance(version=3),
    "v3-100ms": instance(version=3, interval=0.1),
    "v3-40s": instance(version=3, interval=40.95),
    "v3-unicast": instance(version=3, extra=UNICAST),
    "v3-100-addresses": instance(version=3, addresses=many(100)),
    "v3-other-group": instance(version=3, extra="    mcast_dst_ip 224.0.0.99"),
    "v3-foreign-source": instance(version=3, extra="    mcast_src_ip 10.9.0.77"),
    "v6": instance(version=3, addresses=V6),
    "v6-500ms": instance(version=3, addresses=V6, interval=0.5),
}


def masked(frame):
    """The octets that both have to have in common."""
    frame = bytearray(frame)
    if frame[12:14] == b"\x08\x00":
        frame[18:20] = frame[24:26] = b"\0\0"
        if frame[23] == wire.PROTOCOL_HEADER:
            frame[20:22] = b"\0\0"
            frame[42:58] = bytes(16)
    if frame[12:14] == b"\x86\xdd":
        frame[15] &= 0xF0
        frame[16:18] = b"\0\0"
    return bytes(frame)


def kind(frame):
    if frame[12:14] == b"\x08\x06":
        return "arp"
    protocol, rest = (frame[23], frame[34:]) if frame[12:14] == b"\x08\x00" else (frame[20], frame[54:])
    if protocol == wire.PROTOCOL_HEADER:
        protocol, rest = wire.PROTOCOL_VRRP, rest[24:]
    if protocol == wire.PROTOCOL_VRRP:
        return "last advert" if rest[2] == 0 else "advert"
    return "na" if rest[0] == 136 else None


def frames(lab, name, command, text):
    """What one daemon sends from its start to its end: {kind: set of masked frames}."""
    router, other = lab.namespace(f"r{name}"), lab.namespace(f"o{name}")
    lab.cable(router, "eth0", other, "eth0")
    lab.run(f"ip -n {router} link set eth0 address {MAC}")
    lab.run(f"ip -n {other} link set eth0 address {PEER_MAC}")
    lab.run(f"ip -n {router} addr add 10.9.0.1/24 dev eth0")
    for peer in ("10.9.0.2/24", "10.9.0.3/24"):
        lab.run(f"ip -n {other} addr add {peer} dev eth0")
    lab.run(f"ip -n {router} addr flush dev eth0 scope link")
    lab.run(f"ip -n {router} -6 addr add fe80::9:1/64 dev eth0 nodad")
    lab.run(f"ip -n {router} neigh add 10.9.0.2 lladdr {PEER_MAC} dev eth0")
    lab.run(f"ip -n {router} neigh add 10.9.0.3 lladdr {PEER_MAC} dev eth0")
    capture = lab.capture(other, "eth0", f"{name}.pcap", "vrrp or arp or icmp6 or ip6 proto 112 or ip proto 51", snap=2048)
    daemon = Daemon(lab, command, router, name, text, ("-P",)).start()
    assert daemon.wait_log("Entering MASTER STATE", 10), daemon.log()[-2000:]
    settle(1.2)
    daemon.stop()
    seen = {}
    for _, frame in wire.records(capture.stop()):
        if frame[6:12].hex(":") == MAC and (what := kind(frame)):
            seen.setdefault(what, set()).add(masked(frame))
    return {what: sorted(f.hex() for f in found) for what, found in seen.items()}


@pytest.mark.parametrize("name", CASES)
def test_one_file_one_wire(lab, keepalived, holdfast, name):
    theirs = frames(lab, "k", keepalived, CASES[name])
    ours = frames(lab, "h", holdfast, CASES[name])
    assert theirs.keys() >= {"advert", "last advert"}
    for what in sorted(theirs.keys() | ours.keys()):
        assert ours.get(what) == theirs.get(what), what


@pytest.mark.parametrize("version", [2, 3])
def test_a_changed_octet_is_seen(lab, keepalived, version):
    """The counter-proof: another password, another interval."""
    first = frames(lab, "a", keepalived, instance(version=version, interval=1))
    second = frames(lab, "b", keepalived, instance(version=version, interval=2))
    assert first["advert"] != second["advert"]

"""VRRP on the wire: captures read, adverts decoded and built (also wrong ones). RFC 3768, RFC 5798, RFC 9568."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import socket
import struct

PROTOCOL_VRRP = 112
PROTOCOL_HEADER = 51  # authentication header
MULTICAST = "224.0.0.18"
MULTICAST_MAC = bytes.fromhex("01005e000012")


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def records(path):
    """(time, frame) of a classic pcap file with Ethernet frames, as far as it is written."""
    with open(path, "rb") as f:
        head = f.read(24)
        if len(head) < 24:
            return
        order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        unit = 1e-9 if struct.unpack(order + "I", head[:4])[0] == 0xA1B23C4D else 1e-6
        while len(h := f.read(16)) == 16:
            seconds, fraction, length, _ = struct.unpack(order + "IIII", h)
            frame = f.read(length)
            if len(frame) == length:
                yield seconds + fraction * unit, frame


@dataclasses.dataclass
class Advert:
    time: float
    source: str
    mac: str
    ttl: int
    tos: int
    version: int
    vrid: int
    priority: int
    interval: float  # seconds
    addresses: list
    checksum_right: bool
    frame: bytes


@dataclasses.dataclass
class GratuitousArp:
    time: float
    address: str
    mac: str


def network_layer(frame):
    """(source, ttl, tos, VRRP PDU, what its checksum covers besides it in version 3) of an Ethernet frame, or None."""
    kind, ip = frame[12:14], frame[14:]
    if kind == b"\x08\x00" and len(ip) >= 28 and ip[9] == PROTOCOL_VRRP:
        pdu = ip[(ip[0] & 15) * 4:struct.unpack("!H", ip[2:4])[0]]
        return socket.inet_ntoa(ip[12:16]), ip[8], ip[1], pdu, ip[12:20] + struct.pack("!BBH", 0, PROTOCOL_VRRP, len(pdu))
    if kind == b"\x86\xdd" and len(ip) >= 48 and ip[6] == PROTOCOL_VRRP:
        pdu = ip[40:40 + struct.unpack("!H", ip[4:6])[0]]
        tos = struct.unpack("!H", ip[:2])[0] >> 4 & 0xFF
        return socket.inet_ntop(socket.AF_INET6, ip[8:24]), ip[7], tos, pdu, ip[8:40] + struct.pack("!II", len(pdu), PROTOCOL_VRRP)
    return None


def decode_advert(time, frame):
    """An Advert of an Ethernet frame with IPv4 or IPv6, or None."""
    layer = network_layer(frame)
    if layer is None or len(layer[3]) < 8:
        return None
    source, ttl, tos, pdu, pseudo = layer
    version, count = pdu[0] >> 4, pdu[3]
    if version == 2:
        interval, covered = float(pdu[5]), pdu
    else:
        interval, covered = (struct.unpack("!H", pdu[4:6])[0] & 0xFFF) / 100, pseudo + pdu
    family, size = (socket.AF_INET6, 16) if ":" in source else (socket.AF_INET, 4)
    addresses = [socket.inet_ntop(family, pdu[8 + size * i:8 + size * (i + 1)]) for i in range(count) if len(pdu) >= 8 + size * (i + 1)]
    return Advert(time, source, frame[6:12].hex(":"), ttl, tos, version, pdu[1], pdu[2], interval, addresses, checksum(covered) == 0, frame)


def neighbour_adverts(path, address):
    """(time, mac, flags) of unsolicited neighbour advertisements for an address."""
    wanted = socket.inet_pton(socket.AF_INET6, address)
    return [(t, f[6:12].hex(":"), f[58]) for t, f in records(path)
            if f[12:14] == b"\x86\xdd" and len(f) >= 78 and f[20] == 58 and f[54] == 136 and f[62:78] == wanted]


def adverts(path, source=None, vrid=None):
    found = [a for t, frame in records(path) if (a := decode_advert(t, frame))]
    return [a for a in found if source in (None, a.source) and vrid in (None, a.vrid)]


def gratuitous_arps(path, address=None):
    found = [GratuitousArp(t, socket.inet_ntoa(f[28:32]), f[22:28].hex(":")) for t, f in records(path)
             if f[12:14] == b"\x08\x06" and f[28:32] == f[38:42]]
    return [g for g in found if address in (None, g.address)]


def gaps(packets):
    return [b.time - a.time for a, b in zip(packets, packets[1:])]


def build_advert(source, vrid, priority, addresses, version=3, interval=1.0, ttl=255, kind=1, password=None, count=None,
                 wrong_checksum=False, destination=MULTICAST):
    """An IPv4 packet with an advert; the parameters can make it wrong in exactly one way."""
    packed = b"".join(socket.inet_aton(a) for a in addresses)
    count = len(addresses) if count is None else count
    if version == 2:
        auth = 1 if password is not None else 0
        pdu = struct.pack("!BBBBBBH", version << 4 | kind, vrid, priority, count, auth, int(interval), 0) + packed
        pdu += (password or "").encode()[:8].ljust(8, b"\0")
        covered = pdu
    else:
        pdu = struct.pack("!BBBBHH", version << 4 | kind, vrid, priority, count, int(round(interval * 100)), 0) + packed
        covered = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!BBH", 0, PROTOCOL_VRRP, len(pdu)) + pdu
    value = checksum(covered) ^ (0x5555 if wrong_checksum else 0)
    pdu = pdu[:6] + struct.pack("!H", value) + pdu[8:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0xC0, 20 + len(pdu), 1, 0, ttl, PROTOCOL_VRRP, 0, socket.inet_aton(source), socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + pdu


def build_frame(packet, mac="02:00:00:00:00:66"):
    return MULTICAST_MAC + bytes.fromhex(mac.replace(":", "")) + b"\x08\x00" + packet

"""VRRP on the wire: captures read, adverts decoded and built (also wrong ones). RFC 3768, RFC 5798, RFC 9568."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import socket
import struct

PROTOCOL_VRRP = 112
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


def decode_advert(time, frame):
    """An Advert of an Ethernet frame with IPv4, or None."""
    if frame[12:14] != b"\x08\x00" or len(frame) < 14 + 20 + 8:
        return None
    ip = frame[14:]
    header = (ip[0] & 15) * 4
    total, = struct.unpack("!H", ip[2:4])
    if ip[9] != PROTOCOL_VRRP:
        return None
    pdu = ip[header:total]
    version, count = pdu[0] >> 4, pdu[3]
    if version == 2:
        interval, covered = float(pdu[5]), pdu
    else:
        interval = (struct.unpack("!H", pdu[4:6])[0] & 0xFFF) / 100
        covered = ip[12:20] + struct.pack("!BBH", 0, PROTOCOL_VRRP, len(pdu)) + pdu
    addresses = [socket.inet_ntoa(pdu[8 + 4 * i:12 + 4 * i]) for i in range(count) if len(pdu) >= 12 + 4 * i]
    return Advert(time, socket.inet_ntoa(ip[12:16]), frame[6:12].hex(":"), ip[8], ip[1], version, pdu[1], pdu[2], interval, addresses,
                  checksum(covered) == 0, frame)


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

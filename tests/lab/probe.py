#!/usr/bin/python3
"""A client: ICMP echo to ADDRESS every INTERVAL seconds on DEVICE until standard input closes.

Prints "ready", then at the end one JSON object: sent [[number, time]], replies [[number, time, mac]], adverts [[time, source, vrid,
priority]], garps [[time, address, mac]]. Times of what is received are the kernel's.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import select
import socket
import struct
import sys
import time

SO_TIMESTAMPNS, SOL_PACKET, PACKET_IGNORE_OUTGOING, SOL_RAW, ICMP_FILTER, SO_RCVBUFFORCE = 35, 263, 23, 255, 1, 33
ETH_P_ALL, ICMP, VRRP, MARK = 3, 1, 112, 0x4846


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


class Probe:
    def __init__(self, address, device):
        self.address = address
        self.out = socket.socket(socket.AF_INET, socket.SOCK_RAW, ICMP)
        self.out.setsockopt(SOL_RAW, ICMP_FILTER, b"\xff\xff\xff\xff")
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.wire.bind((device, ETH_P_ALL))
        self.wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.wire.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.wire.setblocking(False)
        self.seen = {"sent": [], "replies": [], "adverts": [], "garps": []}

    def send(self, now):
        number = len(self.seen["sent"])
        body = struct.pack("!HHHHHH", 0x0800, 0, MARK, number & 0xFFFF, number >> 16, 0)
        body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
        try:
            self.out.sendto(body, (self.address, 0))
        except OSError:
            pass  # no neighbour at the moment: counts as unanswered
        self.seen["sent"].append([number, now])

    def receive(self):
        while True:
            try:
                frame, extra, _, _ = self.wire.recvmsg(2048, 128)
            except BlockingIOError:
                return
            stamp = next((d for _, kind, d in extra if kind == SO_TIMESTAMPNS), None)
            seconds, nanoseconds = struct.unpack("qq", stamp[:16]) if stamp else (time.time(), 0)
            self.note(seconds + nanoseconds / 1e9, frame)

    def note(self, now, frame):
        mac = frame[6:12].hex(":")
        if frame[12:14] == b"\x08\x00":
            ip = frame[14:]
            body = ip[(ip[0] & 15) * 4:]
            if ip[9] == ICMP and body[0] == 0:
                number = struct.unpack("!H", body[6:8])[0] | struct.unpack("!H", body[8:10])[0] << 16
                self.seen["replies"].append([number, now, mac])
            elif ip[9] == VRRP:
                self.seen["adverts"].append([now, socket.inet_ntoa(ip[12:16]), body[1], body[2]])
        elif frame[12:14] == b"\x08\x06" and frame[28:32] == frame[38:42]:
            self.seen["garps"].append([now, socket.inet_ntoa(frame[28:32]), mac])

    def run(self, interval):
        due = time.time()
        while True:
            now = time.time()
            if now >= due:
                self.send(now)
                due = max(due + interval, now)
            ready, _, _ = select.select([self.wire, sys.stdin], [], [], max(0, due - time.time()))
            if self.wire in ready:
                self.receive()
            if sys.stdin in ready:
                break
        time.sleep(0.05)
        self.receive()


def main():
    probe = Probe(sys.argv[1], sys.argv[2])
    print("ready", flush=True)
    probe.run(float(sys.argv[3]))
    json.dump(probe.seen, sys.stdout)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Every change that rtnetlink announces in this namespace, until standard input closes.

Prints "ready", then one JSON list of {time, kind, ...}: kind is newaddr, deladdr, newlink, dellink, newroute, delroute, newrule, delrule.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import select
import socket
import struct
import sys
import time

KINDS = {16: "newlink", 17: "dellink", 20: "newaddr", 21: "deladdr", 24: "newroute", 25: "delroute", 32: "newrule", 33: "delrule"}
GROUPS = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x80000  # link, IPv4/6 address, route, rule
SO_RCVBUFFORCE, IFA_ADDRESS, IFA_LOCAL = 33, 1, 2


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        if length < 4:
            return
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3:]


def event(kind, body):
    found = {"time": time.time(), "kind": KINDS[kind]}
    if kind in (20, 21):
        values = dict(attributes(body[8:]))
        raw = values.get(IFA_LOCAL, values.get(IFA_ADDRESS))
        found["address"] = socket.inet_ntop(socket.AF_INET if body[0] == socket.AF_INET else socket.AF_INET6, raw)
        found["index"] = struct.unpack("=I", body[4:8])[0]
    elif kind in (16, 17):
        found["index"] = struct.unpack("=i", body[4:8])[0]
    return found


def main():
    source = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    source.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    source.bind((0, GROUPS))
    print("ready", flush=True)
    events = []
    while True:
        ready, _, _ = select.select([source, sys.stdin], [], [])
        if source in ready:
            data = source.recv(1 << 17)
            while len(data) >= 16:
                size, kind = struct.unpack("=IH", data[:6])
                if kind in KINDS:
                    events.append(event(kind, data[16:size]))
                data = data[(size + 3) & ~3:]
        elif sys.stdin in ready:
            break
    json.dump(events, sys.stdout)


if __name__ == "__main__":
    main()

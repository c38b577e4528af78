#!/usr/bin/python3
"""How long a large IPVS table takes: start, reload with one server less, end. Holdfast and keepalived in turn, in one guest on one CPU.

ipvs_table.py [--services 1000] [--servers 10] [--runs 3] [--json FILE]
Nothing is asserted: figures are compared, never judged alone. `fill` is from the first service in the table to the last server;
`loader` is the least that takes: the same entries, ready-made, 64 to a call, each acknowledged. `changes`: requests that change the
table during that reload, counted in a reload of its own.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import ctypes
import json
import os
import signal
import socket
import statistics
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from lab import guest, ipvs  # noqa: E402
from lab.configuration import GLOBALS, service  # noqa: E402
from lab.daemon import Daemon, holdfast_command, keepalived_command  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.shell import run  # noqa: E402

GET_INFO, GET_SERVICE = 1152 + 1, 1152 + 3  # linux/ip_vs.h: IP_VS_SO_GET_*
SERVICE_ENTRY = "=H2x4sH2xI16sIIII56x"
LIMIT_SECONDS = 60
NEW_SERVICE, NEW_DEST = 1, 5
NLM_F_REQUEST, NLM_F_ACK = 1, 4


class Table:
    """What the kernel has, asked so cheaply that asking does not count."""

    def __init__(self, services, servers):
        self.services, self.servers = services, servers
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.libc = ctypes.CDLL(None, use_errno=True)

    def get(self, option, data):
        buffer = ctypes.create_string_buffer(data, len(data))
        size = ctypes.c_uint32(len(data))
        if self.libc.getsockopt(self.socket.fileno(), 0, option, buffer, ctypes.byref(size)) != 0:
            return None
        return buffer.raw

    def count(self):
        return struct.unpack("=III", self.get(GET_INFO, bytes(12)))[2]

    def servers_of_last(self):
        address = socket.inet_aton(vip(self.services - 1))
        found = self.get(GET_SERVICE, struct.pack(SERVICE_ENTRY, 6, address, socket.htons(80), 0, b"", 0, 0, 0, 0))
        return struct.unpack(SERVICE_ENTRY, found)[8] if found else 0

    def full(self, less=0):
        return self.count() == self.services and self.servers_of_last() == self.servers - less


def vip(number):
    return f"10.{200 + number // 65536}.{number // 256 % 256}.{number % 256}"


def rs(number, server):
    return f"10.{100 + number // 65536}.{number // 256 % 256}.{server + 1}"


def text(services, servers, less=0):
    """`less`: servers that the last service has less."""
    return GLOBALS + "".join(service(f"{vip(n)} 80", [(f"{rs(n, s)} 80", "weight 1") for s in range(servers - (less if n == services - 1 else 0))])
                             for n in range(services))


def until(condition):
    """Seconds until it is so."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > LIMIT_SECONDS:
            raise RuntimeError("it takes too long")
        time.sleep(0.002)
    return time.monotonic() - began


def life(lab, table, command, name):
    """One start, reload and end, as a dictionary of milliseconds."""
    daemon = Daemon(lab, command, None, name, text(table.services, table.servers), ("-C",))
    began = time.monotonic()
    daemon.start(wait=False)
    until(lambda: table.count() > 0)
    first = time.monotonic()
    until(table.full)
    figures = {"start": time.monotonic() - began, "fill": time.monotonic() - first}
    time.sleep(2)
    assert len(ipvs.weights()) == table.services * table.servers
    daemon.configure(text(table.services, table.servers, 1))
    daemon.reload()
    figures["reload"] = until(lambda: table.full(1))
    time.sleep(2)
    tap = ipvs.Tap(lab)
    daemon.configure(text(table.services, table.servers))
    daemon.reload()
    until(table.full)
    time.sleep(2)
    changes = len([c for c in tap.finish() if c in ipvs.CHANGES])
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    until(lambda: table.count() == 0)
    figures["emptied"] = time.monotonic() - began
    until(lambda: not daemon.running())
    figures["ended"] = time.monotonic() - began
    return {k: v * 1000 for k, v in figures.items()} | {"changes": changes}


def attribute(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


def messages(family, services, servers):
    def message(command, body):
        body = struct.pack("=BBH", command, 1, 0) + body
        return struct.pack("=IHHII", len(body) + 16, family, NLM_F_REQUEST | NLM_F_ACK, 0, 0) + body

    for n in range(services):
        key = (attribute(1, struct.pack("=H", 2)) + attribute(2, struct.pack("=H", 6)) +
               attribute(3, socket.inet_aton(vip(n)) + bytes(12)) + attribute(4, struct.pack("!H", 80)))
        options = (attribute(6, b"rr\0") + attribute(7, struct.pack("=II", 0, 0xffffffff)) + attribute(8, bytes(4)) +
                   attribute(9, struct.pack("=I", 0xffffffff)))
        yield message(NEW_SERVICE, attribute(0x8001, key + options))
        for s in range(servers):
            dest = (attribute(11, struct.pack("=H", 2)) + attribute(1, socket.inet_aton(rs(n, s)) + bytes(12)) +
                    attribute(2, struct.pack("!H", 80)) + attribute(3, bytes(4)) + attribute(4, struct.pack("=I", 1)) +
                    attribute(5, bytes(4)) + attribute(6, bytes(4)))
            yield message(NEW_DEST, attribute(0x8001, key) + attribute(0x8002, dest))


def loader(table):
    """Seconds for the table with nothing around it."""
    ready = list(messages(ipvs.Tap.family(), table.services, table.servers))
    calls = [(b"".join(ready[n:n + 64]), len(ready[n:n + 64])) for n in range(0, len(ready), 64)]
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as bus:
        bus.bind((0, 0))
        began = time.monotonic()
        for data, answers in calls:
            bus.send(data)
            while answers:
                got = bus.recv(65536)
                while got:
                    size, = struct.unpack("=I", got[:4])
                    error, = struct.unpack("=i", got[16:20])
                    assert error == 0, os.strerror(-error)
                    answers -= 1
                    got = got[size + 3 & ~3:]
        took = time.monotonic() - began
    assert table.full()
    run("ipvsadm -C")
    return took


def inside(args):
    table = Table(args.services, args.servers)
    seen = {"holdfast": [], "keepalived": [], "loader": []}
    for _ in range(args.runs):
        seen["loader"].append({"fill": loader(table) * 1000})
        for name, command in (("keepalived", keepalived_command()), ("holdfast", holdfast_command())):
            with Lab("table") as lab:
                seen[name].append(life(lab, table, command, name))
                if os.environ.get("HOLDFAST_BENCH_LOG"):
                    print(lab.daemons[-1].log()[-4000:])
    print("RESULT " + json.dumps(seen), flush=True)


def show(seen):
    middle = {name: {k: statistics.median(r[k] for r in rows) for k in rows[0]} for name, rows in seen.items()}
    ours, peer = middle["holdfast"], middle["keepalived"]
    print(f"{'':10}{'holdfast':>12}{'keepalived':>12}{'ratio':>8}")
    for key in ours:
        unit = "" if key == "changes" else " ms"
        print(f"{key:10}{ours[key]:>9.0f}{unit:3}{peer[key]:>9.0f}{unit:3}{ours[key] / max(peer[key], 1e-9):>8.2f}")
    print(f"loader    {middle['loader']['fill']:>9.0f} ms, fill is {ours['fill'] / middle['loader']['fill']:.2f} times that")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--servers", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    args = parser.parse_args()
    if guest.inside():
        return inside(args)
    command = [sys.executable, os.path.abspath(__file__)] + [f"--{k}={getattr(args, k)}" for k in ("services", "servers", "runs")]
    with guest.Guest(command, "512M") as box:
        box.process.wait(900)
        output = box.file("output")
    found = [line for line in output.splitlines() if line.startswith("RESULT ")]
    if not found:
        sys.exit(f"the guest gave no figures:\n{output[-3000:]}")
    seen = json.loads(found[0].removeprefix("RESULT "))
    show(seen)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(seen, f, indent=1)
    return None


if __name__ == "__main__":
    main()

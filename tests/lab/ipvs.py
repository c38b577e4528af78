"""The IPVS table as ipvsadm shows it, and every IPVS message that goes to the kernel, seen by a netlink monitor device."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import struct
import time

from lab.network import Capture
from lab.shell import run

COMMANDS = {1: "new service", 2: "set service", 3: "del service", 4: "get service", 5: "new dest", 6: "set dest", 7: "del dest", 8: "get dest",
            14: "set config", 15: "get config", 17: "zero", 18: "flush"}
CHANGES = ("new service", "set service", "del service", "new dest", "set dest", "del dest", "zero", "flush")
GENL_CONTROLLER, NLM_F_REQUEST = 0x10, 0x1


def table():
    """The whole table as sorted lines: ipvsadm -Sn, and the connection limits, which that does not show."""
    limits = [" ".join(line.split()) for line in run("ipvsadm -Ln --thresholds").splitlines() if re.search(r"->\s+\S+\s+[1-9]|->\s+\S+\s+\d+\s+[1-9]", line)]
    return sorted(run("ipvsadm -Sn").splitlines() + limits)


def weights():
    """{(service, server): weight} of all TCP and UDP services."""
    found, service = {}, None
    for line in run("ipvsadm -Ln").splitlines():
        words = line.split()
        if words and words[0] in ("TCP", "UDP", "SCTP", "FWM"):
            service = words[1]
        elif words and words[0] == "->" and service:
            found[service, words[1]] = int(words[3])
    return found


def settled(quiet=2.5, limit=20):
    """The table once it has not changed for a while."""
    last, since, end = table(), time.monotonic(), time.monotonic() + limit
    while time.monotonic() < end and time.monotonic() - since < quiet:
        time.sleep(0.2)
        now = table()
        if now != last:
            last, since = now, time.monotonic()
    return last


class Tap:
    """Every IPVS request of this namespace from the moment the constructor returns; names as in COMMANDS."""

    def __init__(self, lab, name="nlmon0"):
        self.name = name
        run(f"ip link add {name} type nlmon")
        run(f"ip link set {name} up")
        self.capture = Capture(lab, None, name, lab.path(f"{name}.{time.monotonic_ns()}.pcap"), snap=65536)

    def finish(self):
        path = self.capture.stop()
        run(f"ip link del {self.name}")
        family = self.family()
        return [c for _, message in self.messages(path) if (c := self.command(message, family))]

    @staticmethod
    def family():
        """The generic netlink number of IPVS in this kernel."""
        text = run("genl ctrl get name IPVS")
        return int(re.search(r"ID: (0x[0-9a-f]+)", text).group(1), 16)

    @staticmethod
    def messages(path):
        """(time, message) of every netlink message in a capture; a frame has a 16-byte cooked header and holds one or more."""
        with open(path, "rb") as f:
            f.read(24)
            while len(head := f.read(16)) == 16:
                seconds, micros, length, _ = struct.unpack("<IIII", head)
                data = f.read(length)[16:]
                while len(data) >= 16:
                    size, = struct.unpack("=I", data[:4])
                    yield seconds + micros / 1e6, data[:size]
                    data = data[max(size + 3 & ~3, 16):]

    @staticmethod
    def command(message, family):
        _, kind, flags = struct.unpack("=IHH", message[:8])
        if kind != family or not flags & NLM_F_REQUEST or len(message) < 20:
            return None
        return COMMANDS.get(message[16], f"command {message[16]}")


def available():
    return os.path.exists("/proc/net/ip_vs")

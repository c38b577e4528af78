"""A neighbour that sends malformed, spoofed, replayed and wrongly signed packets as fast as it can: nothing changes, nothing grows, the log
stays readable. HOLDFAST_SECONDS raises how long."""
# SPDX-License-Identifier: Apache-2.0
import os
import random
import subprocess
import sys

from lab import configuration, observe, wire
from lab.daemon import settle, status_of
from lab.pair import ADDRESS, PRIORITY_A, SOURCE

SECONDS = float(os.environ.get("HOLDFAST_SECONDS", "6"))
INSTANCES = 40
KEY = "0123456789abcdef0123456789abcdef"
SIGNED = f"    auth_hmac {{\n        key 1 {KEY}\n        active_key 1\n    }}"


def text(priority):
    lines = [configuration.GLOBALS, configuration.instance(priority=priority, interval=0.2, extra=SIGNED)]
    lines += [configuration.instance(name=f"N{n}", vrid=100 + n, priority=priority, interval=1, addresses=(f"10.9.1.{n + 1}/32",)) for n in range(INSTANCES)]
    return "\n".join(lines)


def hostile(replayed):
    """Every kind of packet that must not be used, for every router of the segment."""
    source = random.Random(1)
    made = []
    for vrid in [51] + [100 + n for n in range(INSTANCES)]:
        for fault in (dict(wrong_checksum=True), dict(ttl=254), dict(version=2), dict(kind=2), dict(count=9), dict(interval=0)):
            made.append(wire.build_frame(wire.build_advert("10.9.0.9", vrid, 255, [ADDRESS], **{**dict(interval=0.2), **fault})))
        junk = wire.build_advert("10.9.0.9", vrid, 255, [ADDRESS], interval=0.2) + bytes(source.randrange(256) for _ in range(28))
        made.append(wire.build_frame(junk[:2] + len(junk).to_bytes(2, "big") + junk[4:]))
    return made + replayed


def test_a_flood_of_everything_changes_nothing(pair):
    routers = pair(text_a=text(PRIORITY_A), text_b=text(100), interval=0.2).start()
    settle(4)
    first = routers.lab.capture(routers.c, "eth0", "first.pcap", "vrrp")
    settle(1.5)
    replayed = [f for _, f in wire.records(first.stop()) if f[35] == 51][:5]
    assert replayed
    vrrpd = {name: daemon.role("vrrpd") for name, daemon in (("A", routers.A), ("B", routers.B))}
    memory = {name: int(status_of(pids[0])["VmRSS"].split()[0]) for name, pids in vrrpd.items()}
    lines = {"A": routers.A.log().count("\n"), "B": routers.B.log().count("\n")}
    capture = routers.lab.capture(routers.c, "eth0", "flood.pcap", f"vrrp and src host {SOURCE['A']} and ip[21] = 51")
    done = subprocess.run(["ip", "netns", "exec", routers.c, sys.executable, os.path.join(observe.HERE, "flood.py"), "eth0", "1000000", str(SECONDS)],
                          input="\n".join(f.hex() for f in hostile(replayed)), text=True, capture_output=True, timeout=SECONDS + 60, check=True)
    rate = int(done.stdout) / SECONDS
    print(f"{rate:.0f} packets a second")
    settle(1)
    own = [a for a in wire.adverts(capture.stop()) if a.frame not in replayed]
    assert routers.owners() == "A"
    for name, daemon in (("A", routers.A), ("B", routers.B)):
        assert daemon.role("vrrpd") == vrrpd[name], "it was restarted"
        assert int(status_of(vrrpd[name][0])["VmRSS"].split()[0]) - memory[name] < 512, "memory grows"
        said = daemon.log().split("\n")[lines[name]:]
        rejections = [line for line in said if "rejected" in line]
        causes = {line.split("rejected: ")[-1] for line in rejections}
        assert len(rejections) <= len(causes) * (SECONDS + 3), "more than one line a second and cause"
        assert not [line for line in said if "Entering" in line], "a state changed"
    assert {a.priority for a in own} == {PRIORITY_A}
    assert rate > 1000, "the flood was too thin to prove anything"
    assert len(own) >= 0.9 * SECONDS / 0.2, "adverts are missing"

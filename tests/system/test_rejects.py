"""Packets that must be rejected change nothing: not one advert is late, missing or extra while they pour in.

HOLDFAST_SECONDS raises how long each flood lasts (the specification wants 20; ./check does fewer).
"""
# SPDX-License-Identifier: Apache-2.0
import os
import random
import subprocess
import sys

import pytest

from lab import configuration, observe, wire
from lab.daemon import settle
from lab.pair import ADDRESS, PRIORITY_A, SOURCE

SECONDS = float(os.environ.get("HOLDFAST_SECONDS", "4"))
FLOOD = os.path.join(observe.HERE, "flood.py")
SECRET = configuration.password("right")
V2 = dict(version=2, interval=1)
V3 = dict(version=3, interval=0.1)

# (name, the routers, what is wrong with the packet): each would win the election or end it if it were used.
WRONG = [
    ("checksum", V3, dict(wrong_checksum=True)),
    ("ttl", V3, dict(ttl=254)),
    ("password", dict(V2, extra_a=SECRET, extra_b=SECRET), dict(password="wrong")),
    ("authentication type", dict(V2, extra_a=SECRET, extra_b=SECRET), dict()),
    ("interval", V2, dict(interval=7)),
    ("version", V3, dict(version=2)),
    ("type", V3, dict(kind=2)),
    ("count", V3, dict(count=9)),
]


@pytest.mark.parametrize("rate", [10, 1500])
@pytest.mark.parametrize("setting,fault", [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_rejected_packets_change_nothing(pair, setting, fault, rate):
    routers = pair(**setting).start()
    packet = dict(version=routers.version, interval=routers.interval)
    packet.update(fault)
    frames = "\n".join(wire.build_frame(wire.build_advert("10.9.0.9", 51, priority, [ADDRESS], **packet)).hex() for priority in (255, 201, 0))
    seconds = max(SECONDS, 4 * routers.interval)
    capture = routers.lab.capture(routers.c, "eth0", expression="vrrp and not src host 10.9.0.9")
    done = subprocess.run(["ip", "netns", "exec", routers.c, sys.executable, FLOOD, "eth0", str(rate), str(seconds)],
                          input=frames, text=True, capture_output=True, timeout=seconds + 30, check=True)
    assert int(done.stdout) > 0.5 * rate * seconds, "the flood was too thin to prove anything"
    settle(1.1 * routers.interval)
    adverts = wire.adverts(capture.stop())
    assert {a.source for a in adverts} == {SOURCE["A"]}, "the backup spoke"
    assert {a.priority for a in adverts} == {PRIORITY_A}
    assert len(adverts) >= int(seconds / routers.interval), "adverts are missing"
    late = max(wire.gaps(adverts)) - routers.interval
    assert late < 0.2 * routers.interval + 0.03, f"an advert was {late:.3f} s late"
    assert routers.owners() == "A"


def test_the_flooded_link_can_carry_a_right_packet(pair):
    """The counter-proof: the same packet without a fault takes the mastership, so that the tests above can fail."""
    routers = pair(**V3).start()
    frames = wire.build_frame(wire.build_advert("10.9.0.9", 51, 255, [ADDRESS], interval=0.1)).hex()
    subprocess.run(["ip", "netns", "exec", routers.c, sys.executable, FLOOD, "eth0", "10", "2"], input=frames, text=True, check=True, capture_output=True)
    assert "higher priority" in routers.A.log()
    routers.settle()


def test_foreign_bytes_on_the_protocol_do_no_harm(pair):
    """Truncated, oversized and random payloads of protocol 112, from a fixed seed."""
    source = random.Random(112)
    routers = pair(**V3).start()
    whole = wire.build_advert("10.9.0.9", 51, 255, [ADDRESS], interval=0.1, wrong_checksum=True)
    frames = []
    for length in [0, 1, 3, 4, 7, 8, 9, 11, 12, 20, 255, 1400] * 4:
        body = bytes(source.randrange(256) for _ in range(length))
        head = whole[:2] + (20 + length).to_bytes(2, "big") + whole[4:10] + b"\0\0" + whole[12:20]
        head = head[:10] + wire.checksum(head).to_bytes(2, "big") + head[12:]
        frames.append(wire.build_frame(head + body).hex())
    pid = routers.A.role("vrrpd")
    capture = routers.lab.capture(routers.c, "eth0", expression="vrrp and not src host 10.9.0.9")
    subprocess.run(["ip", "netns", "exec", routers.c, sys.executable, FLOOD, "eth0", "500", "2"], input="\n".join(frames), text=True, check=True, capture_output=True)
    adverts = wire.adverts(capture.stop())
    assert {a.source for a in adverts} == {SOURCE["A"]} and max(wire.gaps(adverts)) < 0.15
    assert routers.A.role("vrrpd") == pid, "it was restarted"

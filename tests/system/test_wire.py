"""What Holdfast sends, judged by an independent decoder and by tshark: every field, every interval."""
# SPDX-License-Identifier: Apache-2.0
import statistics
import subprocess

import pytest

from lab import configuration, wire
from lab.daemon import settle
from lab.pair import ADDRESS, PRIORITY_A, SOURCE

VERSIONS = {
    "v2": dict(version=2, interval=1),
    "v2-password": dict(version=2, interval=1, extra_a=configuration.password("secret12"), extra_b=configuration.password("secret12")),
    "v3": dict(version=3, interval=1),
    "v3-100ms": dict(version=3, interval=0.1),
    "v3-10ms": dict(version=3, interval=0.01),
}


def tshark(path, *fields):
    """One list of field values a packet, as tshark decodes them, checksums verified."""
    argv = ["tshark", "-r", path, "-o", "ip.check_checksum:TRUE", "-T", "fields", "-E", "separator=|", "-Y", "vrrp"]
    for field in fields:
        argv += ["-e", field]
    text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return [line.split("|") for line in text.splitlines()]


@pytest.mark.parametrize("name", VERSIONS)
def test_adverts_are_right_and_regular(pair, name):
    routers = pair(**VERSIONS[name]).start(alone=True)
    capture = routers.lab.capture(routers.c, "eth0")
    settle(max(3.2 * routers.interval, 1.0))
    path = capture.stop()
    adverts = wire.adverts(path)
    assert len(adverts) >= 3
    for advert in adverts:
        assert advert.source == SOURCE["A"]
        assert (advert.ttl, advert.tos, advert.version, advert.vrid) == (255, 0xC0, routers.version, 51)
        assert (advert.priority, advert.interval, advert.addresses) == (PRIORITY_A, routers.interval, [ADDRESS])
        assert advert.checksum_right
    median = statistics.median(wire.gaps(adverts))
    assert abs(median - routers.interval) < 0.02 * routers.interval + 0.002
    for fields in tshark(path, "ip.ttl", "ip.dst", "eth.dst", "vrrp.checksum.status", "ip.checksum.status"):
        assert fields == ["255", "224.0.0.18", "01:00:5e:00:00:12", "1", "1"]


def test_takeover_says_advert_then_gratuitous_arp(pair):
    routers = pair(interval=0.1)
    capture = routers.lab.capture(routers.c, "eth0")
    routers.start(alone=True)
    settle(0.5)
    path = capture.stop()
    first = wire.adverts(path, SOURCE["A"])[0].time
    arps = wire.gratuitous_arps(path, ADDRESS)
    assert len([a for a in arps if a.time - first < 1]) == 5
    assert {a.mac for a in arps} == {routers.mac["A"]}
    assert arps[0].time >= first


def test_sigterm_sends_one_priority_zero(pair):
    routers = pair(interval=0.1).start()
    capture = routers.lab.capture(routers.c, "eth0")
    settle(0.3)
    routers.A.stop()
    settle(0.3)
    zeros = [a for a in wire.adverts(capture.stop(), SOURCE["A"]) if a.priority == 0]
    assert len(zeros) == 1
    assert zeros[0].addresses == [ADDRESS]
    assert zeros[0].checksum_right


def test_a_backup_sends_nothing(pair):
    routers = pair(interval=0.1).start()
    capture = routers.lab.capture(routers.c, "eth0")
    settle(2)
    path = capture.stop()
    assert wire.adverts(path, SOURCE["B"]) == []
    assert len(wire.adverts(path, SOURCE["A"])) > 10

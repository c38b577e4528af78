"""auth_type AH beside Debian's keepalived: each is heard by the other, hands over to it, and is heard again; a wrong key and a replay are not."""
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

from lab import observe, wire
from lab.daemon import settle
from lab.pair import Pair, SOURCE

KEY = "    authentication {\n        auth_type AH\n        auth_pass s3cret\n    }"
OTHER = KEY.replace("s3cret", "secret")


def test_election_and_hand_over_with_a_header(lab, commands):
    routers = Pair(lab, *commands, version=2, extra_a=KEY, extra_b=KEY).start()
    assert routers.owners() == "A"
    routers.A.stop()
    routers.wait_owner("B")
    routers.A.start()
    routers.wait_owner("A")
    settle(3)
    assert routers.owners() == "A", "two that do not hear each other would both hold it"


def test_a_crashed_router_goes_on_being_heard(lab, holdfast, keepalived):
    """The sequence number of a new process is not that of a replay."""
    routers = Pair(lab, holdfast, keepalived, version=2, extra_a=KEY, extra_b=KEY).start()
    before = routers.B.log().count("Entering MASTER STATE")
    subprocess.run(["kill", "-9", str(routers.A.role("vrrpd")[0])], check=True)
    settle(5)
    assert routers.owners() == "A"
    assert routers.B.log().count("Entering MASTER STATE") == before


def test_another_key_is_not_heard(lab, holdfast, keepalived):
    routers = Pair(lab, holdfast, keepalived, version=2, extra_a=KEY, extra_b=OTHER)
    routers.A.start()
    routers.wait_owner("A")
    routers.B.start()
    routers.wait_owner("AB")
    assert "wrong password" in routers.A.log()


def test_a_replay_is_not_heard(pair):
    """Adverts of a router that was better, sent again after it has gone, do not silence the one that is left."""
    routers = pair(version=2, extra_a=KEY, extra_b=KEY).start()
    capture = routers.lab.capture(routers.c, "eth0", expression="ip proto 51")
    settle(2.5)
    frames = [frame for _, frame in wire.records(capture.stop()) if frame[26:30] == bytes(int(p) for p in SOURCE["A"].split("."))]
    assert len(frames) >= 2
    routers.A.stop()
    routers.wait_owner("B")
    flood = [sys.executable, f"{observe.HERE}/flood.py", "eth0", "20", "3"]
    subprocess.run(["ip", "netns", "exec", routers.c] + flood, input="\n".join(f.hex() for f in frames), text=True, check=True, capture_output=True)
    assert routers.owners() == "B"
    assert "old sequence number" in routers.B.log()

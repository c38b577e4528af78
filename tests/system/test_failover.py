"""The address moves when it must, in the protocol's time, and with every mix of daemons. Tight times are measured in tests/bench."""
# SPDX-License-Identifier: Apache-2.0
import signal
import time

import pytest

from lab.daemon import settle
from lab.observe import Client
from lab.pair import ADDRESS, Pair, SOURCE
from lab.shell import wait_for

SLACK_SECONDS = 0.25  # a busy two-core machine; the bench asserts nothing and reports microseconds
TRACK_T0 = "    track_interface {\n        t0\n    }"


def cable(pair):
    pair.lab.link(pair.bridge, "pA", "down")


def term(pair):
    pair.A.signal(signal.SIGTERM)


def tracked(pair):
    pair.lab.link(pair.a, "t0", "down")


def takeover_seconds(pair, event):
    """From A's last word to B's first advert and B's first answer, as the client sees them."""
    client = Client(pair.lab, pair.c, ADDRESS)
    settle(0.2 + pair.interval)  # at least one advert of A
    began = time.time()
    event(pair)
    assert wait_for(lambda: pair.holds(pair.b), pair.down_b + 3), "B did not take over\n" + pair.B.log()[-2000:]
    settle(0.3)
    seen = client.finish()
    first_b = seen.adverts_of(SOURCE["B"], began)[0][0]
    last_a = [t for t, _ in seen.adverts_of(SOURCE["A"]) if t < first_b][-1]
    answer = seen.first_answer(pair.mac["B"], began)
    assert answer is not None, "B holds the address but does not answer"
    return first_b - last_a, answer - last_a


@pytest.mark.parametrize("interval", [1, 0.1])
@pytest.mark.parametrize("event", [cable, term, tracked], ids=lambda e: e.__name__)
def test_takeover_takes_the_protocols_time(commands, lab, event, interval):
    pair = Pair(lab, *commands, interval=interval, extra_a=TRACK_T0).start()
    limit = pair.down_b if event is cable else pair.skew_b
    advert, answer = takeover_seconds(pair, event)
    assert advert >= limit - 0.02, f"B spoke after {advert:.3f} s, the protocol says not before {limit:.3f} s"
    assert answer <= limit + SLACK_SECONDS, f"B answered after {answer:.3f} s, the limit is {limit:.3f} s"


def test_a_returning_router_preempts(commands, lab):
    pair = Pair(lab, *commands, interval=0.1).start()
    term(pair)
    pair.wait_owner("B")
    pair.A.wait_exit()
    pair.A.start()
    pair.settle()


def test_a_returning_router_with_nopreempt_stays_backup(commands, lab):
    pair = Pair(lab, *commands, interval=0.1, extra_a="    nopreempt").start()
    term(pair)
    pair.wait_owner("B")
    pair.A.wait_exit()
    pair.A.start()
    settle(10 * pair.interval)
    assert pair.owners() == "B"


def test_sigterm_withdraws_the_address_and_ends_in_order(pair):
    routers = pair(interval=0.1).start()
    assert routers.A.stop() == 0
    assert not routers.holds(routers.a)
    assert "Stopped" in routers.A.log()

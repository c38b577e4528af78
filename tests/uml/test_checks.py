"""A server that dies leaves, one that returns comes back, at the times that the configuration says."""
# SPDX-License-Identifier: Apache-2.0
import os
import time

import pytest

from lab import ipvs
from lab.configuration import GLOBALS, http_check, service, tcp_check
from lab.shell import wait_for

SLACK_SECONDS = 1.0  # the guest is a slow machine
VIRTUAL, ONE, TWO = "10.9.0.80:80", "10.9.1.1:80", "10.9.1.2:80"
SPECS = (f"http:{ONE}", f"http:{TWO}", "http:10.9.1.99:80")
DELAY_LOOP = 2

# (name, the check, the least and the most time from a server's death until it is taken out, the most from its return until it is back).
# A returning HTTP server must pass a second round, a delay_loop after the first: as in keepalived without fast_recovery.
CHECKS = [
    ("tcp", tcp_check(), 0, DELAY_LOOP, DELAY_LOOP),
    ("tcp with retries", tcp_check(retry=2, delay=1), 2, DELAY_LOOP + 2, DELAY_LOOP),
    ("http", http_check("/health"), 0, DELAY_LOOP, 2 * DELAY_LOOP),
    ("http with retries", http_check("/health", retry=2, delay=1), 2, DELAY_LOOP + 2, 2 * DELAY_LOOP),
]


def two_servers(check, extra="", inside=""):
    servers = [(a.replace(":", " "), f"weight 1\n{inside}{check}") for a in (ONE, TWO)]
    return GLOBALS + service(VIRTUAL.replace(":", " "), servers, delay_loop=DELAY_LOOP, extra=extra)


def present(server):
    return (VIRTUAL, server) in ipvs.weights()


def seconds_until(condition, limit):
    began = time.monotonic()
    assert wait_for(condition, limit), ipvs.table()
    return time.monotonic() - began


@pytest.mark.parametrize("check,least,most,back", [c[1:] for c in CHECKS], ids=[c[0] for c in CHECKS])
def test_a_dead_server_leaves_and_returns(daemon, backends, check, least, most, back):
    web = backends(*SPECS)
    running = daemon(two_servers(check))
    time.sleep(DELAY_LOOP * 2)  # both have been seen alive
    assert present(ONE) and present(TWO), running.log()[-2000:]
    web.down(SPECS[0])
    took = seconds_until(lambda: not present(ONE), most + 5)
    assert least - 0.1 <= took <= most + SLACK_SECONDS
    assert present(TWO)
    web.up(SPECS[0])
    assert seconds_until(lambda: present(ONE), back + 5) <= back + SLACK_SECONDS


def test_a_wrong_status_code_takes_a_server_out(daemon, backends):
    web = backends(*SPECS)
    daemon(two_servers(http_check("/health")))
    time.sleep(DELAY_LOOP * 2)
    web.tell("status", SPECS[0], 500)
    seconds_until(lambda: not present(ONE), DELAY_LOOP + 5)
    assert present(TWO)
    web.tell("status", SPECS[0], 200)
    seconds_until(lambda: present(ONE), DELAY_LOOP + 5)


def test_inhibit_on_failure_keeps_the_server_with_weight_zero(daemon, backends):
    web = backends(*SPECS)
    daemon(two_servers(tcp_check(), inside="inhibit_on_failure\n"))
    time.sleep(DELAY_LOOP * 2)
    web.down(SPECS[0])
    seconds_until(lambda: ipvs.weights()[VIRTUAL, ONE] == 0, DELAY_LOOP + 5)
    assert ipvs.weights()[VIRTUAL, TWO] == 1


def test_without_quorum_the_sorry_server_serves(daemon, backends):
    web = backends(*SPECS)
    daemon(two_servers(tcp_check(), extra="quorum 2\nsorry_server 10.9.1.99 80"))
    time.sleep(DELAY_LOOP * 2)
    assert present(ONE) and present(TWO) and not present("10.9.1.99:80")
    web.down(SPECS[0])
    seconds_until(lambda: present("10.9.1.99:80") and not present(ONE) and not present(TWO), DELAY_LOOP + 5)
    web.up(SPECS[0])
    seconds_until(lambda: present(ONE) and present(TWO) and not present("10.9.1.99:80"), DELAY_LOOP + 5)


def test_alpha_waits_for_the_first_success(daemon, backends):
    web = backends(*SPECS)
    web.down(SPECS[1])
    daemon(two_servers(tcp_check(), extra="alpha"))
    seconds_until(lambda: present(ONE), DELAY_LOOP * 2 + 5)
    assert not present(TWO)
    web.up(SPECS[1])
    seconds_until(lambda: present(TWO), DELAY_LOOP + 5)


def test_misc_check_runs_its_script(daemon, lab):
    flag = lab.file("alive")
    text = GLOBALS + service(VIRTUAL.replace(":", " "), [(ONE.replace(":", " "), f'weight 1\nMISC_CHECK {{\n    misc_path "/usr/bin/test -e {flag}"\n    misc_timeout 2\n}}')])
    running = daemon(text)
    time.sleep(DELAY_LOOP * 2)
    assert present(ONE), running.log()[-2000:]
    os.unlink(flag)
    seconds_until(lambda: not present(ONE), DELAY_LOOP + 5)
    lab.file("alive")
    seconds_until(lambda: present(ONE), DELAY_LOOP + 5)

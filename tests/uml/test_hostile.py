"""Servers that attack the checker: their checks end in time and as configured, with bounded memory, and no other check is late."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import time

import pytest

from lab import backends as lab_backends
from lab import ipvs, liars
from lab.configuration import GLOBALS, service
from lab.shell import run

HOST, FIRST_PORT = "10.9.1.1", 7100
MEMORY_KIB_MAX = 96 * 1024   # of a worker, whatever it is sent
GAP_SECONDS_MAX = 2.0        # between two requests of a healthy check with delay_loop 1; the guest is a slow machine
WATCH_SECONDS = 15


def web(kind, inside="", more=""):
    return f"{kind} {{\nconnect_timeout 2\nretry 0\nwarmup 0\ndelay_loop 1\nfast_recovery\n{more}\nurl {{\npath /\n{inside}\n}}\n}}"


# (behaviour, check, up at the end)
ROWS = [
    ("http-gigabyte", web("HTTP_GET"), False), ("https-gigabyte", web("SSL_GET"), False), ("http-trickle", web("HTTP_GET"), True),
    ("http-endless-header", web("HTTP_GET"), False), ("http-redirects", web("HTTP_GET"), False), ("garbage", web("SSL_GET"), False),
    ("http-as", web("HTTP_GET", 'regex "(a+)+[bc]"'), False), ("http-as", web("HTTP_GET", 'regex "(a|aa)+[bc]"\nregex_no_match'), False),
    ("http-as", web("HTTP_GET", 'regex "a{16000}"'), True), ("smtp-endless", "SMTP_CHECK {\nconnect_timeout 2\nretry 0\nwarmup 0\ndelay_loop 1\n}", False),
    ("https", web("SSL_GET", more="tls_verify"), False),  # its certificate is its own
    ("https", web("SSL_GET", more="tls_days_left 30"), False),
    ("http", web("HTTP_GET", more='http_method HEAD\nhttp_header "X-Check: 1"'), True),
    ("udp-flood", "UDP_CHECK {\nconnect_timeout 2\nretry 0\nwarmup 0\ndelay_loop 1\nrequire_reply 00\n}", False),
]
HEALTHY = "http-counted"


@pytest.fixture
def servers(lab):
    cable = lab_backends.Backends(lab, [f"tcp:{HOST}:6999"])
    wanted = [f"{behaviour}={FIRST_PORT + index}" for index, (behaviour, _, _) in enumerate(ROWS)] + [f"{HEALTHY}={FIRST_PORT - 1}"]
    argv = [sys.executable, os.path.join(os.path.dirname(liars.__file__), "liars.py"), HOST, "--certificate", lab_backends.certificate(lab)]
    process = lab.helper(argv + wanted, cable.namespace, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    yield process
    run(cable.gone, check=False)


def configuration():
    checks = [(FIRST_PORT - 1, web("HTTP_GET"))] + [(FIRST_PORT + index, check) for index, (_, check, _) in enumerate(ROWS)]
    return GLOBALS + "".join(service(f"10.9.0.80 {port}", [(f"{HOST} {port}", "weight 1\n" + check)], delay_loop=1) for port, check in checks)


def peak_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))


def test_hostile_servers_hurt_nobody_else(daemon, servers):
    running = daemon(configuration())
    time.sleep(WATCH_SECONDS)
    workers = running.role("worker")
    assert workers, running.log()[-2000:]
    peaks = [peak_kib(pid) for pid in workers]
    present = {virtual for virtual, _ in ipvs.weights()}
    wrong = [f"{behaviour}: {' '.join(check.split())}: expected {expected}" for index, (behaviour, check, expected) in enumerate(ROWS)
             if (f"10.9.0.80:{FIRST_PORT + index}" in present) != expected]
    assert not wrong, "\n".join(wrong) + running.log()[-3000:]
    assert max(peaks) < MEMORY_KIB_MAX, peaks
    assert "does not answer" not in running.log(), "a worker was given up"
    assert f"10.9.0.80:{FIRST_PORT - 1}" in present
    running.stop()
    servers.stdin.close()
    times = [float(t) for t in servers.stdout.read().split()]
    gaps = [b - a for a, b in zip(times, times[1:])]
    assert len(times) >= WATCH_SECONDS - 5 and max(gaps) < GAP_SECONDS_MAX, (len(times), gaps)

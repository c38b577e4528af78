"""Every checker before Debian's nginx with and without TLS, exim, bind9 and a UDP echo: well, paused, going on, gone and back. Holdfast decides
as Debian's keepalived does in the same guest, and as the table says."""
# SPDX-License-Identifier: Apache-2.0
import time

import pytest

from lab import ipvs
from lab.backends import Backends
from lab.configuration import GLOBALS, service
from lab.real_servers import DNS, ECHO, HTTP, HTTPS, SMTP, RealServers
from lab.shell import run, wait_for

HOST = "10.9.1.1"
COMMON = "connect_timeout 2\nretry 0\ndelay_before_retry 1\ndelay_loop 1\nwarmup 0\n"
SETTLE_SECONDS = 8
PHASES = ("well", "paused", "going on", "gone", "back")


def web(kind, inside="", path="/"):
    return kind + " {\n" + COMMON + "fast_recovery\nurl {\npath " + path + "\n" + inside + "\n}\n}"


# (check, port, in which of the phases the server is up). A paused server's kernel still takes connections, and a paused echo is silent.
ALWAYS_WELL, WHILE_IT_ANSWERS, NEVER = (1, 1, 1, 0, 1), (1, 0, 1, 0, 1), (0, 0, 0, 0, 0)
ROWS = {
    "tcp": ("TCP_CHECK {\n" + COMMON + "}", HTTP, ALWAYS_WELL),
    "http": (web("HTTP_GET"), HTTP, WHILE_IT_ANSWERS),
    "http 1.1": (web("HTTP_GET", "virtualhost www.example.org"), HTTP, WHILE_IT_ANSWERS),
    "a page that is not there": (web("HTTP_GET", path="/absent"), HTTP, NEVER),
    "not there, as expected": (web("HTTP_GET", "status_code 404", "/absent"), HTTP, WHILE_IT_ANSWERS),
    "expression": (web("HTTP_GET", "regex needle"), HTTP, WHILE_IT_ANSWERS),
    "expression that is not there": (web("HTTP_GET", "regex haystack"), HTTP, NEVER),
    "https": (web("SSL_GET", "regex needle"), HTTPS, WHILE_IT_ANSWERS),
    "https to http": (web("SSL_GET"), HTTP, NEVER),
    "http to https": (web("HTTP_GET", "status_code 200"), HTTPS, NEVER),
    "smtp": ("SMTP_CHECK {\n" + COMMON + "helo_name router.example.org\n}", SMTP, WHILE_IT_ANSWERS),
    "smtp to http": ("SMTP_CHECK {\n" + COMMON + "}", HTTP, NEVER),
    "dns": ("DNS_CHECK {\n" + COMMON + "type A\nname example.org\n}", DNS, WHILE_IT_ANSWERS),
    "dns soa": ("DNS_CHECK {\n" + COMMON + "name example.org\n}", DNS, WHILE_IT_ANSWERS),
    "dns, no such name": ("DNS_CHECK {\n" + COMMON + "type A\nname absent.example.org\n}", DNS, NEVER),
    "dns, not its zone": ("DNS_CHECK {\n" + COMMON + "type A\nname example.net\n}", DNS, NEVER),
    "udp": ("UDP_CHECK {\n" + COMMON + "}", ECHO, ALWAYS_WELL),
    "udp echo": ("UDP_CHECK {\n" + COMMON + "payload 010203\nrequire_reply 01XX03\n}", ECHO, WHILE_IT_ANSWERS),
    "udp, another echo": ("UDP_CHECK {\n" + COMMON + "payload 010203\nrequire_reply 0103\n}", ECHO, NEVER),
    "ping": ("PING_CHECK {\n" + COMMON + "}", HTTP, (1, 1, 1, 1, 1)),
}


def configuration():
    return GLOBALS + "".join(service(f"10.9.0.80 {7000 + number}", [(f"{HOST} {port}", "weight 1\n" + check)], delay_loop=1)
                             for number, (check, port, _) in enumerate(ROWS.values()))


def wanted(phase):
    return {name: bool(up[phase]) for name, (_, _, up) in ROWS.items()}


def verdicts():
    present = {virtual for virtual, _ in ipvs.weights()}
    return {name: f"10.9.0.80:{7000 + number}" in present for number, name in enumerate(ROWS)}


def reach(phase, servers):
    if phase == "paused":
        servers.pause()
    elif phase == "going on":
        servers.resume()
    elif phase == "gone":
        servers.stop()
    else:
        servers.start()
        assert wait_for(servers.ready, 30), servers.said()


@pytest.fixture
def servers(lab):
    cable = Backends(lab, [f"tcp:{HOST}:6999"])
    # A host says only so often that a port is closed; each check has to hear it.
    run("sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=10000 net.ipv4.icmp_msgs_burst=10000", cable.namespace, check=False)
    yield RealServers(lab, cable.namespace, HOST)
    run(cable.gone, check=False)


def seen_by(command, name, daemon, servers):
    """What it decides in each phase: waited for, and looked at when it has settled where it differs from the table."""
    seen = []
    reach("well", servers)
    running = daemon(configuration(), command, name=name)
    for number, phase in enumerate(PHASES):
        if number:
            reach(phase, servers)
        wait_for(lambda number=number: verdicts() == wanted(number), SETTLE_SECONDS)
        time.sleep(1)
        seen.append(verdicts())
    running.stop()
    servers.stop()
    run("ipvsadm -C")
    return seen


def test_every_checker_decides_as_keepalived(daemon, keepalived, holdfast, servers):
    ours = seen_by(holdfast, "H", daemon, servers)
    theirs = seen_by(keepalived, "K", daemon, servers)
    wrong = [f"{phase}, {name}: expected {expected}, holdfast {ours[number][name]}, keepalived {theirs[number][name]}"
             for number, phase in enumerate(PHASES) for name, expected in wanted(number).items()
             if not expected == ours[number][name] == theirs[number][name]]
    assert not wrong, "\n".join(wrong)

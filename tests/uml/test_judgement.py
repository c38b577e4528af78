"""Every checker before servers that are well, down, slow, refusing, resetting, lying and never-ending: Holdfast decides as Debian's keepalived
does in the same guest, and as the table says."""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import os
import subprocess
import sys
import time

import pytest

from lab import backends as lab_backends
from lab import ipvs, liars
from lab.configuration import GLOBALS, service
from lab.shell import run

HOST = "10.9.1.1"
ABSENT = "10.9.1.200"  # nobody has this address
DIGEST = hashlib.md5(liars.PAGE, usedforsecurity=False).hexdigest()
SETTLE_SECONDS = 9
FIRST_PORT = 7000

UP, DOWN = True, False


def tcp():
    return "TCP_CHECK {\n%s\n}"


def http(inside="", check="HTTP_GET", around=""):
    return check + " {\n%s\nfast_recovery\n" + around + "\nurl {\npath /\n" + inside + "\n}\n}"


def ssl(inside="", around=""):
    return http(inside, "SSL_GET", around)


def smtp(inside=""):
    return "SMTP_CHECK {\n%s\n" + inside + "\n}"


def udp(inside=""):
    return "UDP_CHECK {\n%s\n" + inside + "\n}"


def dns(inside="name example.org\ntype A"):
    return "DNS_CHECK {\n%s\n" + inside + "\n}"


def ping():
    return "PING_CHECK {\n%s\n}"


# (behaviour of the server, check, up or down). A behaviour of None: nothing listens there. The same for both daemons.
ROWS = [
    ("http", tcp(), UP), ("silent", tcp(), UP), (None, tcp(), DOWN), ("absent", tcp(), DOWN),
    ("http", http(), UP), ("http-stays", http(), UP), ("http-without-length", http(), UP), ("http-404", http(), DOWN),
    ("http-404", http("status_code 404"), UP), ("http-404", http("status_code 200-299 400-410"), UP), ("http-301", http("status_code 300-399"), UP),
    ("http", http("status_code 201"), DOWN), ("http-short", http(), UP), ("http-long", http(), UP), ("http-chunked", http(), UP),
    ("http-empty", http(), DOWN), ("http-no-http", http(), DOWN), ("http-no-status", http(), DOWN), ("http-redirects", http(), DOWN),
    ("http-reset", http(), DOWN), ("http-trickle", http(), UP), ("silent", http(), DOWN), (None, http(), DOWN), ("garbage", http(), DOWN),
    ("http", http(f"digest {DIGEST}"), UP), ("http-other", http(f"digest {DIGEST}"), DOWN), ("http-short", http(f"digest {DIGEST}"), UP),
    ("http", http("regex needle"), UP), ("http-other", http("regex needle"), DOWN), ("http", http("regex needle\nregex_no_match"), DOWN),
    ("http-other", http("regex needle\nregex_no_match"), UP), ("http", http("regex NEEDLE\nregex_options caseless"), UP),
    ("http", http("regex NEEDLE"), DOWN), ("http", http('regex "hello.*world"'), UP), ("http", http("regex needle\nregex_min_offset 12"), UP),
    ("http", http("regex needle\nregex_min_offset 13"), DOWN), ("http", http("regex needle\nregex_max_offset 12"), UP),
    ("http", http("regex needle\nregex_max_offset 5"), DOWN), ("http-endless-header", http(), DOWN),
    ("http-reset-after", http(), DOWN), ("http-trickle", http("regex needle"), UP),
    ("https", ssl(), UP), ("https-404", ssl(), DOWN), ("https-reset", ssl(), DOWN), ("http", ssl(), DOWN), ("garbage", ssl(), DOWN),
    ("silent", ssl(), DOWN), ("reset", ssl(), DOWN), (None, ssl(), DOWN), ("https", http(), DOWN), ("https", ssl("regex needle"), UP),
    ("https", ssl(f"digest {DIGEST}", "enable_sni\nvirtualhost www.example.org"), UP),
    ("smtp", smtp(), UP), ("smtp-slow", smtp(), UP), ("smtp-554", smtp(), DOWN), ("smtp-501", smtp(), DOWN), ("smtp-closes", smtp(), DOWN),
    ("smtp-greeting-lines", smtp(), DOWN), ("smtp-helo-lines", smtp(), DOWN), ("smtp-no-farewell", smtp(), DOWN),
    ("smtp-bad-farewell", smtp(), UP), ("smtp-codes", smtp(), DOWN), ("smtp-endless", smtp(), DOWN), ("smtp-silent-farewell", smtp(), DOWN), ("silent", smtp(), DOWN), ("reset", smtp(), DOWN),
    (None, smtp(), DOWN), ("http", smtp(), DOWN), ("smtp-long-line", smtp(), DOWN),
    ("udp-echo", udp(), UP), ("udp-silent", udp(), UP), (None, udp(), DOWN), ("udp-long", udp(), UP), ("udp-other", udp("payload 00"), UP),
    ("udp-echo", udp("require_reply"), UP), ("udp-silent", udp("require_reply"), DOWN), ("udp-long", udp("require_reply"), UP),
    ("udp-long", udp("require_reply\nmax_reply_length 300"), UP), ("udp-echo", udp("payload 0102030405\nrequire_reply 0102030405"), UP),
    ("udp-echo", udp("payload 0102030405\nrequire_reply 0102XX0405"), UP), ("udp-echo", udp("payload 0102030405\nrequire_reply 0102FF0405"), DOWN),
    ("udp-echo", udp("payload 0102030405\nrequire_reply 0102"), UP), ("udp-echo", udp("payload 0102\nrequire_reply 010203"), UP),
    ("udp-echo", udp("payload 0102\nrequire_reply\nmin_reply_length 3"), UP), ("udp-echo", udp("payload 0102\nrequire_reply 0102\nmin_reply_length 3"), DOWN),
    ("udp-echo", udp("payload 010203\nrequire_reply 0102\nmax_reply_length 2"), DOWN),
    ("dns", dns(), UP), ("dns", dns(""), UP), ("dns-nxdomain", dns(), DOWN), ("dns-refused", dns(), DOWN), ("dns-wrong-id", dns(), DOWN),
    ("dns-question", dns(), DOWN), ("dns-short", dns(), DOWN), ("dns-header", dns(), UP), ("dns-many", dns(), UP), ("udp-silent", dns(), DOWN),
    (None, dns(), DOWN),
    ("here", ping(), UP), ("absent", ping(), DOWN),
]

# Where Holdfast differs from keepalived, and why.
DIFFERENT = {
    # The answer is whole; keepalived waits for the end of the connection.
    ("http-stays", http()): DOWN,
    # The manual page's offsets are those of the body; keepalived 2.2.7 passes over the one and finds nothing with the other.
    ("http", http("regex needle\nregex_min_offset 13")): UP,
    ("http", http("regex needle\nregex_max_offset 12")): DOWN,
    # Eight octets are no DNS header.
    ("dns-short", dns()): UP,
}


def port_of(index):
    return FIRST_PORT + index


def configuration():
    text = GLOBALS
    for index, (behaviour, check, _) in enumerate(ROWS):
        common = "connect_timeout 2\nretry 0\ndelay_before_retry 1\ndelay_loop 1\nwarmup 0"
        host = ABSENT if behaviour == "absent" else HOST
        text += service(f"10.9.0.80 {port_of(index)}", [(f"{host} {port_of(index)}", "weight 1\n" + check % common)], delay_loop=1)
    return text


def verdicts():
    present = {virtual for virtual, _ in ipvs.weights()}
    return [f"10.9.0.80:{port_of(index)}" in present for index in range(len(ROWS))]


@pytest.fixture
def servers(lab):
    cable = lab_backends.Backends(lab, [f"tcp:{HOST}:6999"])
    # A host says only so often that a port is closed; each check has to hear it.
    run("sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=10000 net.ipv4.icmp_msgs_burst=10000", cable.namespace, check=False)
    wanted = [f"{behaviour}={port_of(index)}" for index, (behaviour, _, _) in enumerate(ROWS) if behaviour not in (None, "absent", "here")]
    argv = [sys.executable, os.path.join(os.path.dirname(liars.__file__), "liars.py"), HOST, "--certificate", lab_backends.certificate(lab)]
    process = lab.helper(argv + wanted, cable.namespace, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    yield process
    run(cable.gone, check=False)


def test_every_checker_decides_as_keepalived(daemon, keepalived, holdfast, servers):
    seen = {}
    for name, command in (("holdfast", holdfast), ("keepalived", keepalived)):
        running = daemon(configuration(), command, name=name[0].upper())
        time.sleep(SETTLE_SECONDS)
        seen[name] = verdicts()
        if os.environ.get("HOLDFAST_SHOW"):
            print(f"--- {name}\n{running.log()}")
        running.stop()
        run("ipvsadm -C")
    wrong = []
    for index, (behaviour, check, expected) in enumerate(ROWS):
        ours, theirs = seen["holdfast"][index], seen["keepalived"][index]
        same_as_told = DIFFERENT.get((behaviour, check), expected)
        if ours != expected or theirs != same_as_told:
            wrong.append(f"{port_of(index)} {behaviour}: {' '.join(check.split())}: expected {expected}, holdfast {ours}, keepalived {theirs}")
    assert not wrong, "\n".join(wrong)

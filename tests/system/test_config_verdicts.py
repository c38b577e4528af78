"""Every use of tests/conformance/config and every sample, given to Debian's keepalived -t: the same status, or a listed difference."""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import glob
import os
import shlex
import subprocess

import pytest

from lab import cases
from lab.network import Lab
from lab.shell import argv_in, run

INTERFACES = ("eth0", "eth1")
OLDEST = "<=2.2.7"  # what Debian's keepalived knows
SAMPLES = sorted(glob.glob(os.path.join(cases.FOLDER, "samples", "*.conf")))


def machine(lab, interfaces=INTERFACES):
    namespace = lab.namespace("a")
    for number, name in enumerate(interfaces, 1):
        lab.cable(namespace, name, namespace, f"peer{number}", f"192.0.{number}.9/24")
    return namespace


def status(command, namespace, path, options=()):
    """The exit status of a configuration test; negative: killed by that signal."""
    done = subprocess.run(argv_in(namespace, command + ["-t", "-f", path, *options]), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


# One shell per processor: a process per use would take twice as long. 128 + N: ended by the signal N; 137: it did not end by itself.
TRY_ALL = """for number in %s; do timeout -s KILL 5 %s -t -f %s/$number.conf >%s/$number.out 2>&1; echo $number $?; done"""


def statuses(lab, command, namespace, numbers):
    script = TRY_ALL % (" ".join(map(str, numbers)), shlex.join(command), lab.folder, lab.folder)
    done = subprocess.run(argv_in(namespace, ["sh", "-c", script]), capture_output=True, text=True, check=True, timeout=600)
    return [tuple(map(int, line.split())) for line in done.stdout.splitlines() if line[:1].isdigit()]


def test_uses_of_keywords_get_keepaliveds_verdict(lab, keepalived):
    namespace = machine(lab)
    since = cases.since()
    known = [case for case in cases.read_all() if since[(case.context, case.keyword)] == OLDEST]
    assert len(known) > 2000

    for number, case in enumerate(known):
        with open(lab.path(f"{number}.conf"), "w", encoding="utf-8") as out:
            out.write(case.configuration)
    shares = [range(start, len(known), os.cpu_count()) for start in range(os.cpu_count())]
    with concurrent.futures.ThreadPoolExecutor(len(shares)) as pool:
        codes = dict(pair for pairs in pool.map(lambda share: statuses(lab, keepalived, namespace, share), shares) for pair in pairs)
    listed = cases.differences()
    wrong, found = [], set()
    for number, case in enumerate(known):
        code = codes[number]
        if code == int(case.expected.split()[0]):
            continue
        key = (case.context, case.text)
        found.add(key)
        if key not in listed or listed[key][0] != code:
            with open(lab.path(f"{number}.out"), encoding="utf-8", errors="replace") as said:
                wrong.append(f"{case.file}:{case.line} {case.text}: here {case.expected}, keepalived {code}\n{said.read()[-600:]}")
    assert wrong == [], f"{len(wrong)} verdicts differ and are not in differences.tsv:\n" + "\n".join(wrong[:20])
    gone = [key for key in listed if key not in found]
    assert gone == [], "listed as differences, and are none: take them out of differences.tsv\n" + "\n".join("\t".join(key) for key in gone)


def head_of(path):
    """The lines "! NAME: VALUE" at the start of a sample."""
    head = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("! "):
                break
            name, colon, value = line[2:].rstrip("\n").partition(": ")
            if colon:
                head[name] = value
    return head


def test_there_are_enough_samples():
    assert len(SAMPLES) >= 30


@pytest.fixture(scope="module")
def everything():
    """One machine with the interfaces of all samples."""
    names = sorted({name for path in SAMPLES for name in head_of(path)["interfaces"].split()})
    with Lab("samples") as lab:
        yield machine(lab, names)


@pytest.mark.parametrize("path", SAMPLES, ids=[os.path.basename(path) for path in SAMPLES])
def test_samples_are_judged_alike(everything, holdfast, keepalived, path):
    head = head_of(path)
    namespace = everything
    options = shlex.split(head.get("options", ""))
    code, said = status(holdfast, namespace, path, options)
    peer_code, peer_said = status(keepalived, namespace, path, options)
    assert code == int(head["status"]), said
    assert peer_code == int(head.get("keepalived", head["status"])), peer_said

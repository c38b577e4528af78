"""A mistake in a file gives one message with file, line and column, and the exit code that keepalived gives."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess

import pytest

from lab import configuration
from lab.shell import argv_in

GOOD = configuration.GLOBALS + configuration.instance()

# (name, the file, a pattern in the message, (line, column) of the fault)
MISTAKES = {
    "unknown keyword": (GOOD.replace("    priority 100", "    colour blue\n    priority 100"), "colour", (10, 5)),
    "missing brace": (GOOD.rstrip()[:-1], "brace|\\}", None),
    "bad number": (GOOD.replace("priority 100", "priority many"), "many", (10, 14)),
    "number out of range": (GOOD.replace("virtual_router_id 51", "virtual_router_id 300"), "300", (9, 23)),
    "missing interface": (GOOD.replace("interface eth0", "interface eth77"), "eth77", (8, 5)),
    "duplicate VRID": (GOOD + configuration.instance("VI2", addresses=("10.9.0.102/24",)), "51", None),
    "missing word": (GOOD.replace("virtual_router_id 51", "virtual_router_id"), "virtual_router_id", (9, 5)),
}


def namespace_with_eth0(lab):
    namespace = lab.namespace("a")
    lab.cable(namespace, "eth0", namespace, "eth0peer", "10.9.0.1/24")
    return namespace


def config_test(command, namespace, path):
    """The exit code and everything printed by a configuration test."""
    done = subprocess.run(argv_in(namespace, command + ["-t", "-f", path]), capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr




@pytest.mark.parametrize("fault", MISTAKES)
def test_a_mistake_is_one_message_with_its_place(lab, holdfast, keepalived, fault):
    text, pattern, place = MISTAKES[fault]
    path = lab.file("keepalived.conf", text)
    namespace = namespace_with_eth0(lab)
    wanted, _ = config_test(keepalived, namespace, path)
    code, said = config_test(holdfast, namespace, path)
    located = [line for line in said.splitlines() if re.search(re.escape(path) + r":\d+:\d+: ", line)]
    assert len(located) == 1, said
    assert re.search(pattern, located[0]), said
    if place:
        assert f"{path}:{place[0]}:{place[1]}: " in located[0], said
    assert code == wanted, said


def test_a_right_file_is_silent(lab, holdfast, keepalived):
    path = lab.file("keepalived.conf", GOOD)
    namespace = namespace_with_eth0(lab)
    assert config_test(holdfast, namespace, path)[0] == 0
    assert config_test(keepalived, namespace, path)[0] == 0
    assert ":" + path not in config_test(holdfast, namespace, path)[1]


def test_a_missing_file_is_named(lab, holdfast, keepalived):
    path = lab.path("nowhere.conf")
    namespace = namespace_with_eth0(lab)
    wanted, _ = config_test(keepalived, namespace, path)
    code, said = config_test(holdfast, namespace, path)
    assert path in said
    assert code == wanted


def start_code(lab, command, namespace, path, *extra):
    """The exit code and output of a real start that must fail."""
    pids = [f"-{letter}{lab.path(letter + '.pid')}" for letter in "prcb"]
    done = subprocess.run(argv_in(namespace, command + ["-n", "-l", "-G", "-D", "-f", path, *extra] + pids), capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("fault", ["missing interface", "duplicate VRID", "missing word"])
def test_a_start_with_a_fatal_mistake_ends_as_keepalived_does(lab, holdfast, keepalived, fault):
    text, pattern, _ = MISTAKES[fault]
    path = lab.file("keepalived.conf", text)
    namespace = namespace_with_eth0(lab)
    wanted, _ = start_code(lab, keepalived, namespace, path, "-P")
    code, said = start_code(lab, holdfast, namespace, path, "-P")
    assert code == wanted, said
    assert re.search(re.escape(path) + r":\d+:\d+: .*(" + pattern + ")", said), said


def test_a_start_without_a_file_ends_as_keepalived_does(lab, holdfast, keepalived):
    namespace = namespace_with_eth0(lab)
    wanted, _ = start_code(lab, keepalived, namespace, lab.path("nowhere.conf"))
    code, said = start_code(lab, holdfast, namespace, lab.path("nowhere.conf"))
    assert code == wanted and lab.path("nowhere.conf") in said


@pytest.mark.skipif(os.path.exists("/proc/net/ip_vs"), reason="this kernel has IPVS; its absence cannot be tried here")
def test_a_kernel_without_ipvs_is_named(lab, holdfast, keepalived):
    path = lab.file("keepalived.conf", configuration.GLOBALS + configuration.service("10.9.0.80 80", [("10.9.1.1 80", "weight 1")]))
    namespace = namespace_with_eth0(lab)
    wanted, _ = start_code(lab, keepalived, namespace, path)
    code, said = start_code(lab, holdfast, namespace, path)
    assert "IPVS" in said or "ip_vs" in said
    assert code == wanted, said


def test_a_wrong_option_is_refused(lab, holdfast, keepalived):
    for command in (keepalived, holdfast):
        assert subprocess.run(command + ["--no-such-option"], capture_output=True, timeout=10).returncode == 1

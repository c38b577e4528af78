"""ipvsd's own netlink code against this kernel: every case of the program ipvsd_kernel_test, those that need IPVS among them.

Not those of nf_tables, which the guest's kernel does not have for IPv4 and IPv6: they run on the machine itself, among the unit tests.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import pytest

from lab import ipvs
from lab.daemon import build_folder

PROGRAM = os.path.join(build_folder(), "tests", "unit", "ipvsd", "ipvsd_kernel_test")


def cases():
    listing = subprocess.run([PROGRAM, "--gtest_list_tests", "--gtest_filter=-MarkingKernelTest.*"], capture_output=True, text=True, check=False).stdout.splitlines()
    suite = ""
    for line in listing:
        if line.startswith("  "):
            yield suite + line.strip()
        elif line.endswith("."):
            suite = line


@pytest.fixture(scope="module", autouse=True)
def persistence_engine():
    if ipvs.available():
        subprocess.run(["modprobe", "-d", "/run/mods", "ip_vs_pe_sip"], check=True)


def test_there_are_cases():
    assert len(list(cases())) > 10, PROGRAM


@pytest.mark.parametrize("case", cases())
def test_case(case):
    done = subprocess.run([PROGRAM, f"--gtest_filter={case}"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and "SKIPPED" not in done.stdout, done.stdout + done.stderr

"""Fixtures of the contract tests: a daemon installed as `keepalived`, in a place of its own, as each caller finds it."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.daemon import alive, descendants, holdfast_command, keepalived_command  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.shell import argv_in, wait_for  # noqa: E402

STOP_SECONDS = 8


class Place:
    """One router as a caller of keepalived sees it: a command, a network namespace, a folder for dumps, pid files."""

    def __init__(self, lab, program, is_ours):
        self.lab, self.program, self.is_ours = lab, program, is_ours
        self.namespace = lab.namespace("r")
        lab.cable(self.namespace, "eth0", self.namespace, "peer0", "10.9.0.1/24")
        self.dumps = lab.path("tmp")
        os.mkdir(self.dumps)
        os.chmod(self.dumps, 0o1777)
        self.environment = dict(os.environ, TMPDIR=self.dumps)
        self.started = []

    def path(self, name):
        return self.lab.path(name)

    def file(self, name, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        return self.lab.file(name, text, mode)

    def run(self, *arguments, **options):
        """A command line that is expected to return."""
        options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 15, "env": self.environment, **options}
        return subprocess.run(argv_in(self.namespace, [self.program, *arguments]), check=False, **options)

    def spawn(self, *arguments, log="log", **options):
        """A command line that stays in the foreground."""
        with open(self.path(log), "ab") as out:
            process = subprocess.Popen(argv_in(self.namespace, [self.program, *arguments]), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       env=self.environment, **options)
        self.started.append(process.pid)
        return process

    def fork(self, *arguments):
        """A command line that becomes a daemon: its status, when it has returned."""
        done = self.run(*arguments, capture_output=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode

    def forked(self, parent_file, vrrp_file):
        """The processes of a daemon that has gone to the background. keepalived may return a moment before its VRRP process has its file."""
        seconds = 0 if self.is_ours else 5
        parent = wait_for(lambda: read_pid(parent_file), seconds)
        assert parent, "the command returned before the pid file named a process"
        self.started.append(parent)
        vrrp = wait_for(lambda: read_pid(vrrp_file), seconds)
        assert vrrp, "the command returned before the VRRP pid file named a process"
        return parent, vrrp

    def log(self, name="log"):
        with open(self.path(name), encoding="utf-8", errors="replace") as f:
            return f.read()

    def addresses(self, device=None):
        return self.lab.addresses(self.namespace, device)

    def holds(self, address, seconds=8, device=None):
        return wait_for(lambda: address in self.addresses(device), seconds)

    def dump(self, name):
        return os.path.join(self.dumps, name)

    def end(self):
        for root in self.started:
            for pid in reversed(descendants(root)):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass


def read_pid(path):
    """The number in a pid file, as callers read it, or None."""
    try:
        with open(path, encoding="ascii") as f:
            return int(f.read())
    except (OSError, ValueError):
        return None


def command_line(pid):
    """/proc/PID/cmdline as a list; empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().decode().rstrip("\0").split("\0")
    except OSError:
        return []


def gone(pids, seconds):
    return wait_for(lambda: not any(alive(p) for p in pids), seconds)


@pytest.fixture(params=["holdfast", "keepalived"])
def place(request):
    """Holdfast installed as keepalived, and Debian's keepalived itself, which shows that the expectation is keepalived's."""
    with Lab("contract") as lab:
        if request.param == "holdfast":
            os.mkdir(lab.path("sbin"))
            program = lab.path("sbin/keepalived")
            os.symlink(holdfast_command()[0], program)
        else:
            program = keepalived_command()[0]
        made = Place(lab, program, is_ours=request.param == "holdfast")
        yield made
        made.end()

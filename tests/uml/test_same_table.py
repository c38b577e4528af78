"""Many configurations, one life under each daemon: at every stage each row's part of the table is what it is under Debian's keepalived.

So are the lines in the pipe of notifications. All rows stand in one file, so that the whole takes two lives. What a row is: table_rows.py.
"""
# SPDX-License-Identifier: Apache-2.0
import itertools
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import table_rows  # noqa: E402
from lab import ipvs  # noqa: E402
from lab.backends import Backends  # noqa: E402
from lab.configuration import GLOBALS  # noqa: E402
from lab.daemon import Daemon  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.shell import run  # noqa: E402

QUIET_SECONDS = 1.2  # four rounds of checks
STAGES = {"started": 0, "dead": 0, "returned": 0, "reloaded": 1, "dead after a reload": 1, "reloaded while dead": 2, "returned after all": 2,
          "as at first": 0, "stopped": None}  # and the variant of the file
SPEC = f"http:{table_rows.WATCHED}:80"


class Pipe:
    """The pipe of lvs_notify_fifo, read by nobody else."""

    def __init__(self, path):
        os.mkfifo(path, 0o666)
        os.chmod(path, 0o666)
        self.end = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.rest = ""

    def lines(self):
        """What has come since the last call."""
        try:
            while data := os.read(self.end, 65536):
                self.rest += data.decode()
        except BlockingIOError:
            pass
        *whole, self.rest = self.rest.split("\n")
        return whole


def settled():
    return ipvs.settled(quiet=QUIET_SECONDS, limit=25)


def life(lab, web, command, name, arguments):
    """{stage: (lines of the table, lines of the pipe)}"""
    pipe = Pipe(lab.path(f"{name}.pipe"))
    head = GLOBALS.replace("}", f"    lvs_notify_fifo {lab.path(f'{name}.pipe')}\n    rs_init_notifies\n}}")
    running = Daemon(lab, command, None, name, head + table_rows.everything(0), arguments).start()
    seen = {}

    def stage(what, variant=None):
        if variant is not None:
            running.configure(head + table_rows.everything(variant))
            running.reload()
        seen[what] = settled(), pipe.lines()
        assert running.running(), running.log()[-3000:]

    stage("started")
    web.down(SPEC)
    stage("dead")
    web.up(SPEC)
    stage("returned")
    stage("reloaded", 1)
    web.down(SPEC)
    stage("dead after a reload")
    stage("reloaded while dead", 2)
    web.up(SPEC)
    stage("returned after all")
    stage("as at first", 0)
    running.stop(20)
    seen["stopped"] = ipvs.table(), pipe.lines()
    return seen


@pytest.fixture(scope="module")
def lives(keepalived, holdfast):
    run("modprobe -q -d /run/mods ip_vs_pe_sip", check=False)
    with Lab("same") as lab:
        web = Backends(lab, [SPEC])
        peer = life(lab, web, keepalived, "P", ("-C",))
        run("ipvsadm -C")
        return peer, life(lab, web, holdfast, "D", ("-C", "--scripts=root"))  # the pipe is where only root may write


def part(lines, name):
    return [line for line in lines if table_rows.PLACES[name].mine(line)]


def test_the_peer_does_something(lives):
    peer, _ = lives
    assert len(table_rows.ROWS) >= 60
    bare = [name for name in table_rows.ROWS if not part(peer["started"][0], name)]
    assert bare == [], "no service under keepalived"
    still = [name for name in table_rows.ROWS if part(peer["started"][0], name) == part(peer["dead"][0], name)]
    assert still == [], "a death that changes nothing under keepalived"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", table_rows.ROWS)
def test_row(lives, name, stage):
    peer, ours = lives
    wanted = table_rows.without_faults(name, stage, STAGES[stage], part(peer[stage][0], name))
    assert part(ours[stage][0], name) == wanted


def stories(lines):
    """What is told of each virtual service ("VS NAME STATE", "RS NAME VS STATE"), in its order; between services the order says nothing."""
    told = {}
    for line in lines:
        told.setdefault(line.split()[-2], []).append(line)
    return told


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", table_rows.ROWS)
def test_pipe(lives, name, stage):
    peer, ours = lives
    wanted = stories(part(peer[stage][1], name))
    once = {who: [line for line, _ in itertools.groupby(lines)] for who, lines in wanted.items()}  # a reload that loses the quorum is told twice by it
    assert stories(part(ours[stage][1], name)) == once


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_else_is_there(lives, stage):
    peer, ours = lives
    other = [[line for line in seen[stage][0] if not any(p.mine(line) for p in table_rows.PLACES.values())] for seen in lives]
    assert other[0] == other[1]

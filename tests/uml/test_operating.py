"""What an operator asks of real servers: drained, taken out, given another weight, remembered over reloads and power cuts."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import time

import pytest

from lab import ipvs
from lab.configuration import GLOBALS, service, tcp_check
from lab.daemon import build_folder
from lab.shell import wait_for

VIRTUAL, ONE, TWO = "10.9.0.80:80", "10.9.1.1:80", "10.9.1.2:80"
DELAY_LOOP = 60  # a check at its own time is not seen here


def text(weight=3):
    servers = [(a.replace(":", " "), f"weight {weight}\n{tcp_check()}") for a in (ONE, TWO)]
    return GLOBALS + service(VIRTUAL.replace(":", " "), servers, delay_loop=DELAY_LOOP)


def sockets():
    return {n for n in os.listdir("/run/holdfast") if n.startswith("control-")} if os.path.isdir("/run/holdfast") else set()


@pytest.fixture
def running(daemon, backends):
    """(daemon, holdfastctl of it, its servers)"""
    web = backends(f"http:{ONE}", f"http:{TWO}")
    before = sockets()
    started = daemon(text())
    socket = wait_for(lambda: sockets() - before, 5).pop()

    def ask(*words):
        program = os.path.join(build_folder(), "parent", "control", "ctl", "holdfastctl")
        done = subprocess.run([program, f"--socket=/run/holdfast/{socket}", *words], capture_output=True, text=True, timeout=20, check=False)
        return done.returncode, done.stdout + done.stderr
    assert wait_for(lambda: weights() == {ONE: 3, TWO: 3}, 5), started.log()[-2000:]
    yield started, ask, web
    ask("ready", "10.9.1.1")
    ask("ready", "10.9.1.2")
    ask("weight", "10.9.1.1", "configured")


def weights():
    return {server: weight for (virtual, server), weight in ipvs.weights().items() if virtual == VIRTUAL}


def becomes(expected, seconds=3):
    assert wait_for(lambda: weights() == expected, seconds), ipvs.table()


def test_a_server_is_drained_and_comes_back(running):
    daemon, ask, _ = running
    assert ask("drain", "10.9.1.1") == (0, "[10.9.1.1]:tcp:80 of [10.9.0.80]:tcp:80 is drained\n")
    becomes({ONE: 0, TWO: 3})
    shown = json.loads(ask("status", "--json")[1])["virtual_servers"][0]["servers"]
    assert [server["duty"] for server in shown] == ["drain", "ready"] and "DRAINED" in ask("status")[1]
    daemon.configure(text(weight=5))
    assert ask("reload")[0] == 0
    becomes({ONE: 0, TWO: 5})
    assert ask("ready", "10.9.1.1:80")[0] == 0
    becomes({ONE: 5, TWO: 5})
    assert ask("drain", "10.9.1.77")[0] == 1


def test_a_drain_has_an_end(running):
    _, ask, _ = running
    assert ask("drain", "10.9.1.1", "--deadline", "2")[0] == 0
    becomes({ONE: 0, TWO: 3})
    becomes({TWO: 3}, 6)
    assert "TAKEN OUT" in ask("status")[1]


def test_what_was_asked_survives_a_power_cut(running):
    daemon, ask, _ = running
    assert ask("down", "10.9.1.2", "[10.9.0.80]:tcp:80")[0] == 0
    assert ask("weight", "10.9.1.1", "9")[0] == 0
    becomes({ONE: 9})
    daemon.kill()
    daemon.start()
    assert wait_for(lambda: ask("status")[0] == 0, 10)
    time.sleep(1)
    becomes({ONE: 9})
    assert ask("ready", "10.9.1.2")[0] == 0 and ask("weight", "10.9.1.1", "configured")[0] == 0
    becomes({ONE: 3, TWO: 3})


def test_checks_are_run_when_asked_for(running):
    _, ask, web = running
    time.sleep(2)  # the first ones
    web.down(f"http:{ONE}")
    time.sleep(1)
    assert weights() == {ONE: 3, TWO: 3}, "its time has not come"
    assert ask("check-now", "10.9.1.1")[0] == 0
    becomes({TWO: 3})
    web.up(f"http:{ONE}")
    assert ask("check-now")[0] == 0
    becomes({ONE: 3, TWO: 3})

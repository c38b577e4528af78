"""Any process below the parent may die at any time: the table never changes, and the work goes on."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import time

import pytest

from lab import ipvs
from lab.configuration import GLOBALS, http_check, service
from lab.shell import run, wait_for

REPEATS = int(os.environ.get("HOLDFAST_REPEATS", "3"))
VIRTUAL, ALIVE, DEAD = "10.9.0.80:80", "10.9.1.1:80", "10.9.1.2:80"


def started(daemon, backends):
    """One living server and one that has been found dead; by checks whose answers workers parse, for without these there are no workers."""
    web = backends(f"http:{ALIVE}", f"http:{DEAD}")
    web.down(f"http:{DEAD}")
    running = daemon(GLOBALS + service(VIRTUAL.replace(":", " "), [(a.replace(":", " "), "weight 1\n" + http_check("/health")) for a in (ALIVE, DEAD)], delay_loop=1),
                     arguments=("-C", "--vrrp-resume-limit=1000"))
    assert wait_for(lambda: set(ipvs.weights()) == {(VIRTUAL, ALIVE)}, 10), running.log()[-2000:]
    return web, running


@pytest.mark.parametrize("role", ["checkerd", "worker", "ipvsd"])
def test_kill_changes_nothing(daemon, backends, lab, role):
    web, running = started(daemon, backends)
    before = ipvs.table()
    tap = ipvs.Tap(lab)
    for _ in range(REPEATS):
        old = wait_for(lambda: running.role(role), 10)
        assert old, f"no {role} runs\n" + running.log()[-2000:]
        os.kill(old[0], signal.SIGKILL)
        assert wait_for(lambda: running.role(role) and old[0] not in running.role(role), 10), f"{role} was not restarted\n" + running.log()[-2000:]
        time.sleep(1.5)  # a check interval and more
        assert ipvs.table() == before
    assert [c for c in tap.finish() if c in ipvs.CHANGES] == []
    web.up(f"http:{DEAD}")
    assert wait_for(lambda: (VIRTUAL, DEAD) in ipvs.weights(), 10), "the checks do not go on\n" + running.log()[-2000:]


def test_cleanup_removes_what_a_killed_holdfast_left(daemon, backends, holdfast):
    _, running = started(daemon, backends)
    running.kill()
    assert ipvs.weights() == {(VIRTUAL, ALIVE): 1}
    run(holdfast + ["--cleanup", "-f", running.configuration, "-p", running.pid_files["p"]])
    assert ipvs.table() == []

"""The control socket, notification pipes, interfaces that come and go, scripts that may not run: what the parent does for the others."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess

import pytest

from lab import configuration
from lab.daemon import Daemon
from lab.pair import ADDRESS
from lab.shell import argv_in, run, wait_for

INTERVAL = 0.1


@pytest.fixture
def router(lab, holdfast):
    """make(text, arguments): one router on eth0, not started."""
    def make(text=None, arguments=("-P",)):
        namespace = lab.namespace("a")
        lab.cable(namespace, "eth0", namespace, "eth0peer", "10.9.0.1/24")
        return Daemon(lab, holdfast, namespace, "A", text or configuration.GLOBALS + configuration.instance(interval=INTERVAL), arguments)
    return make


def ask(daemon, question, user=None):
    """Exit status and answer of one question."""
    argv = argv_in(daemon.namespace, daemon.command + [f"--ask={question}", "-f", daemon.configuration])
    if user:
        argv = argv_in(daemon.namespace, ["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups"] + argv[argv.index(daemon.command[0]):])
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stdout


def active(daemon):
    return wait_for(lambda: ADDRESS in daemon.lab.addresses(daemon.namespace), 10)


def test_status_and_explanations(router):
    daemon = router().start()
    assert active(daemon)
    status, text = ask(daemon, "status")
    assert status == 0 and text.startswith("VI MASTER for "), text
    assert "VI is MASTER" in ask(daemon, "explain VI")[1]
    assert "no vrrp_instance is called nobody" in ask(daemon, "explain nobody")[1]
    assert json.loads(ask(daemon, "json")[1])[0]["data"]["iname"] == "VI"
    assert "VRRP Instance: VI" in ask(daemon, "stats")[1]


def test_why_a_backup_is_not_master(pair):
    routers = pair(interval=INTERVAL).start()
    text = wait_for(lambda: (said := ask(routers.B, "explain VI")[1]) and "master is" in said and said, 5)
    assert text and "VI is BACKUP" in text and "the master's priority is higher" in text, text


def test_reload_and_stop_by_word(router):
    daemon = router().start()
    assert active(daemon)
    assert ask(daemon, "reload")[0] == 0
    assert daemon.wait_log("Reload complete"), daemon.log()[-1000:]
    assert ask(daemon, "stop")[0] == 0
    assert daemon.wait_exit() == 0
    assert ask(daemon, "status")[0] == 7, "nobody is there to answer"


def test_another_user_is_not_answered(router):
    daemon = router().start()
    assert active(daemon)
    assert ask(daemon, "stop", user="nobody") == (1, "")
    assert daemon.running()


def test_pipes_hear_every_change(router, lab):
    path = lab.path("fifo")
    extra = f"    notify_fifo {path}\n}}"
    daemon = router(configuration.GLOBALS.rstrip().rstrip("}") + extra + "\n" + configuration.instance(interval=INTERVAL),
                    ("-P", "--scripts=root")).start()  # the pipe is made where only root may
    assert active(daemon) and os.path.exists(path), daemon.log()[-1000:]
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        daemon.stop()
        assert os.read(descriptor, 4096).decode().splitlines() == [f'INSTANCE "VI" {state} 100' for state in ("BACKUP", "MASTER", "STOP")]
    finally:
        os.close(descriptor)


def test_an_interface_may_come_go_and_come_again(router, lab):
    text = configuration.GLOBALS.rstrip().rstrip("}") + "    dynamic_interfaces\n}\n" + configuration.instance(interval=INTERVAL, device="late0")
    daemon = router(text).start()
    assert daemon.wait_log("FAULT STATE"), daemon.log()[-1000:]
    for _ in range(2):
        lab.cable(daemon.namespace, "late0", daemon.namespace, "late0peer", "10.9.0.1/24")
        assert active(daemon), daemon.log()[-1000:]
        run(["ip", "link", "del", "late0"], daemon.namespace)
        assert wait_for(lambda: ADDRESS not in lab.addresses(daemon.namespace), 5)


def test_a_script_that_may_not_run_is_not_waited_for(router):
    script = 'vrrp_script gone {\n    script "/no/such/program"\n    interval 1\n}\n'
    tracked = "    track_script {\n        gone\n    }"
    daemon = router(configuration.GLOBALS + script + configuration.instance(interval=INTERVAL, extra=tracked)).start()
    assert active(daemon), daemon.log()[-1000:]
    assert "/no/such/program" in daemon.log()


def test_an_error_that_was_there_at_the_start_does_not_refuse_a_reload(router):
    wrong = configuration.GLOBALS + configuration.instance(interval=INTERVAL, extra="    colour blue")
    daemon = router(wrong).start()
    assert active(daemon)
    daemon.configure("\n" + wrong)
    daemon.reload()
    assert daemon.wait_log("Reload complete"), daemon.log()[-1000:]
    daemon.configure(wrong.replace("colour blue", "colour blue\n    shape round"))
    daemon.reload()
    assert daemon.wait_log("Reload refused"), daemon.log()[-1000:]
    assert ADDRESS in daemon.lab.addresses(daemon.namespace)

"""What an operator does with holdfastctl: look, plan, reload, take a router out of service and back, follow events."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import signal
import subprocess

import pytest

from lab import configuration
from lab.daemon import Daemon, build_folder, settle
from lab.observe import Client
from lab.pair import ADDRESS
from lab.shell import wait_for

INTERVAL = 0.1


def ctl(path, *words, timeout=20):
    done = subprocess.run([os.path.join(build_folder(), "parent", "control", "ctl", "holdfastctl"), f"--socket={path}", *words],
                          capture_output=True, text=True, timeout=timeout, check=False)
    return done.returncode, done.stdout, done.stderr


class Control:
    """holdfastctl of one daemon."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *words):
        return ctl(self.path, *words)


@pytest.fixture
def controlled():
    """controlled(daemon): its holdfastctl. The socket is the one that its start added."""
    def make(daemon, known):
        new = wait_for(lambda: {n for n in os.listdir("/run/holdfast") if n.startswith("control-")} - known, 5)
        assert len(new) == 1, new
        return Control(os.path.join("/run/holdfast", new.pop()))
    return make


def known_sockets():
    return {n for n in os.listdir("/run/holdfast") if n.startswith("control-")} if os.path.isdir("/run/holdfast") else set()


@pytest.fixture
def router(lab, holdfast, controlled):
    """One router on eth0, started and active, and its holdfastctl."""
    namespace = lab.namespace("a")
    lab.cable(namespace, "eth0", namespace, "eth0peer", "10.9.0.1/24")
    daemon = Daemon(lab, holdfast, namespace, "A", configuration.GLOBALS + configuration.instance(interval=INTERVAL), ("-P",))
    known = known_sockets()
    daemon.start()
    assert wait_for(lambda: ADDRESS in lab.addresses(namespace), 10)
    return daemon, controlled(daemon, known)


def test_status_for_people_and_for_programs(router):
    _, ask = router
    status, text, _ = ask("status")
    assert status == 0 and "INSTANCE" in text and "MASTER" in text and ADDRESS in text and "\033" not in text
    data = json.loads(ask("status", "--json")[1])
    assert data["schema"] == 1 and data["instances"][0]["name"] == "VI" and data["instances"][0]["state"] == "MASTER"
    assert data["instances"][0]["priority"] == {"base": 100, "effective": 100} and data["instances"][0]["addresses"] == [f"{ADDRESS}/24"]


def test_metrics_are_for_a_scraper(router):
    _, ask = router
    text = ask("metrics")[1]
    assert text.endswith("# EOF\n") and 'holdfast_vrrp_state{instance="VI",holdfast_vrrp_state="MASTER"} 1\n' in text
    assert f'keepalived_vrrp_state{{iname="VI",intf="eth0",vrid="51",ip_address="{ADDRESS}/24"}} 2\n' in text
    assert int(next(line for line in text.splitlines() if line.startswith('keepalived_advertisements_sent_total{iname="VI"')).split()[-1]) > 0


def completed(socket, *words):
    """What bash offers for the last of these words."""
    parent = os.path.join(build_folder(), "parent")
    ask = f'holdfastctl() {{ "{parent}/control/ctl/holdfastctl" --socket={socket} "$@"; }}'
    script = f'{ask}; source "{parent}/holdfastctl"; COMP_WORDS=(holdfastctl "$@"); COMP_CWORD=$#; _holdfastctl; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.split()


def test_words_are_completed(router):
    _, ask = router
    assert completed(ask.path, "ma") == ["maintenance"]
    assert completed(ask.path, "status", "--") == ["--json"]
    assert completed(ask.path, "maintenance", "") == ["on", "off"]
    assert completed(ask.path, "maintenance", "on", "") == ["VI"]
    assert completed(ask.path, "--socket", "=", "/x", "explain", "V") == ["VI"]
    assert completed(ask.path, "explain", "X") == []


def test_usage_and_absence_have_their_status(router, lab):
    _, ask = router
    assert ask("statsu")[0] == 2
    assert ask("explain", "nobody")[0] == 1
    assert ctl(lab.path("nothing"), "status")[0] == 7


def test_a_reload_tells_its_outcome(router):
    daemon, ask = router
    daemon.configure(configuration.GLOBALS + configuration.instance(interval=INTERVAL, priority=120))
    status, text, _ = ask("plan")
    assert status == 0 and "~ instance VI" in text and "a reload would change" in text, text
    assert "priority 100" in ask("explain", "VI")[1], "nothing was changed"
    status, text, _ = ask("reload")
    assert status == 0 and "~ instance VI" in text and text.endswith("Reload complete\n"), text
    daemon.configure(configuration.GLOBALS + configuration.instance(interval=INTERVAL, extra="    colour blue"))
    for verb in ("plan", "reload"):
        status, text, _ = ask(verb)
        assert status == 1 and "colour" in text and "refused" in text, text
    assert ADDRESS in daemon.lab.addresses(daemon.namespace)


def test_maintenance_hands_over_is_remembered_and_ends(pair, controlled):
    known = known_sockets()
    routers = pair(interval=INTERVAL)
    routers.A.start()
    ask = controlled(routers.A, known)
    routers.wait_owner("A")
    routers.B.start()
    routers.settle()
    client = Client(routers.lab, routers.c, ADDRESS)
    settle(0.3)
    status, text, _ = ask("maintenance", "on", "VI")
    assert status == 0, text
    routers.wait_owner("B")
    settle(0.3)
    assert client.finish().outage() < routers.skew_b + 0.3
    shown = json.loads(ask("status", "--json")[1])["instances"][0]
    assert shown["maintenance"] is True and shown["state"] == "FAULT" and "maintenance" in ask("status")[1]
    assert ask("maintenance", "on", "VI")[1] == "nothing to change\n"
    assert ask("reload")[0] == 0
    routers.A.kill()  # a power cut
    routers.A.start()  # the same file, so the same socket
    assert wait_for(lambda: ask("status")[0] == 0, 10)
    settle(10 * INTERVAL)
    assert routers.owners() == "B" and "maintenance" in ask("status")[1], "it was forgotten"
    assert ask("maintenance", "off", "VI")[0] == 0
    routers.wait_owner("A")
    assert ask("maintenance", "off", "VI")[0] == 1


def test_events_are_lines_of_json(router):
    _, ask = router
    follower = subprocess.Popen([os.path.join(build_folder(), "parent", "control", "ctl", "holdfastctl"), f"--socket={ask.path}", "events"],
                                stdout=subprocess.PIPE, text=True)
    try:
        settle(0.3)
        assert ask("maintenance", "on")[0] == 0
        event = json.loads(follower.stdout.readline())
        assert event["event"] == "instance" and event["name"] == "VI" and event["state"] == "FAULT" and event["reason"] == "maintenance"
        assert ask("maintenance", "off")[0] == 0
        assert json.loads(follower.stdout.readline())["state"] == "BACKUP"
    finally:
        follower.send_signal(signal.SIGTERM)
        follower.wait()

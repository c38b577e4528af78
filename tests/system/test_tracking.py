"""What is tracked moves priorities and faults, as it does with keepalived: the same file, the same events, the same lines."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess

import pytest

from lab import configuration
from lab.daemon import Daemon, settle
from lab.pair import ADDRESS
from lab.shell import argv_in, wait_for

STORY = re.compile(r"\((?P<who>[A-Z0-9]+)\) (?P<what>Entering \w+ STATE|Changing effective priority from \d+ to \d+)")


@pytest.fixture(params=["holdfast", "keepalived"])
def router(request, lab):
    """make(text): the daemon alone on an eth0, not started."""
    namespace = lab.namespace("a")
    lab.cable(namespace, "eth0", namespace, "eth0peer", "10.9.0.1/24")
    command = request.getfixturevalue(request.param)
    arguments = ("-P", "--scripts=root") if request.param == "holdfast" else ("-P",)  # files are made by root, as keepalived does
    return lambda text: Daemon(lab, command, namespace, "A", text, arguments)


def story(daemon):
    """State and priority changes, without those of a start: who begins with which of them is not what is asked here."""
    return [m.group("what") for m in STORY.finditer(daemon.log())]


def told(daemon, lines, timeout=6, only=""):
    """The story goes on with exactly these lines, or with exactly these of those that begin with `only`."""
    def since():
        return [line for line in story(daemon)[daemon.seen:] if line.startswith(only)]
    ended = wait_for(lambda: len(since()) >= len(lines), timeout)
    settle(0.15)
    lately, daemon.seen = since(), len(story(daemon))
    assert ended and lately == lines, daemon.log()[-2500:]


def master(daemon):
    daemon.start()
    assert wait_for(lambda: ADDRESS in daemon.lab.addresses(daemon.namespace), 8), daemon.log()[-2500:]
    settle(0.3)
    daemon.seen = len(story(daemon))
    return daemon


def write(path, text):
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def priority(before, after):
    return f"Changing effective priority from {before} to {after}"


def test_a_file_with_a_weight(router, lab):
    path = lab.path("number")
    text = configuration.GLOBALS + f"track_file f {{\n    file {path}\n    weight 2\n    init_file 5\n}}\n"
    daemon = master(router(text + configuration.instance(interval=0.1, extra="    track_file {\n        f\n    }")))
    with open(path, encoding="ascii") as f:
        assert f.read() == "5\n"
    write(path, "10\n")
    told(daemon, [priority(110, 120)])
    write(path, "-20")
    told(daemon, [priority(120, 60)])
    write(path, "-127\n")
    told(daemon, ["Entering FAULT STATE"], only="Entering")  # keepalived says nothing of the priority of a router in fault
    os.unlink(path)
    told(daemon, ["Entering BACKUP STATE", "Entering MASTER STATE"], only="Entering")
    write(path + ".new", "1")
    os.rename(path + ".new", path)
    told(daemon, [priority(100, 102)])


def test_a_file_without_a_weight_is_a_fault(router, lab):
    path = lab.path("number")
    write(path, "0")
    text = configuration.GLOBALS + f"vrrp_track_file f {{\n    file {path}\n    weight 0\n}}\n"
    daemon = master(router(text + configuration.instance(interval=0.1, extra="    track_file {\n        f\n    }")))
    write(path, "1")
    told(daemon, ["Entering FAULT STATE"])
    write(path, "2")
    told(daemon, [])
    write(path, "0")
    told(daemon, ["Entering BACKUP STATE", "Entering MASTER STATE"])


def test_a_tracker_of_a_group_is_one_of_each_member(router, lab):
    path = lab.path("number")
    write(path, "0")
    text = configuration.GLOBALS + f"track_file f {{\n    file {path}\n    weight 0\n}}\n"
    text += "vrrp_sync_group G {\n    group {\n        VI1\n        VI2\n    }\n    track_file {\n        f\n    }\n}\n"
    text += configuration.instance("VI1", interval=0.1) + configuration.instance("VI2", vrid=52, interval=0.1, addresses=("10.9.0.110/24",))
    daemon = master(router(text))
    write(path, "3")
    told(daemon, ["Entering FAULT STATE"] * 2)
    write(path, "0")
    told(daemon, ["Entering BACKUP STATE"] * 2 + ["Entering MASTER STATE"] * 2)


def test_no_file_counts_as_nothing_and_a_word_is_no_number(router, lab):
    path = lab.path("number")
    text = configuration.GLOBALS + f"track_file f {{\n    file {path}\n    weight 3\n}}\n"
    daemon = master(router(text + configuration.instance(interval=0.1, extra="    track_file {\n        f weight -1 reverse\n    }")))
    told(daemon, [], 0.5)
    write(path, "7")
    told(daemon, [priority(100, 107)])


def start_program(lab, namespace, name):
    """A process of this name that does nothing."""
    path = lab.path(name)
    if not os.path.exists(path):
        with open("/bin/sleep", "rb") as source, open(path, "wb") as f:
            f.write(source.read())
        os.chmod(path, 0o755)
    return subprocess.Popen(argv_in(namespace, [path, "1000"]))


def process_text(quorum, more="", entry="p"):
    text = configuration.GLOBALS + f"vrrp_track_process p {{\n    process hfsleeper\n    quorum {quorum}\n{more}\n}}\n"
    return text + configuration.instance(interval=0.1, extra=f"    track_process {{\n        {entry}\n    }}")


@pytest.mark.parametrize("router", ["holdfast"], indirect=True)
def test_processes_that_are_there_from_the_start(router, lab):
    """Only Holdfast, here and below: in a network namespace there is no process connector, and keepalived counts nothing without it."""
    daemon = router(process_text(1))
    sleeper = start_program(lab, daemon.namespace, "hfsleeper")
    try:
        master(daemon)
    finally:
        sleeper.kill()
        sleeper.wait()


def test_processes_that_are_not_there_are_a_fault(router):
    daemon = router(process_text(1)).start()
    settle(1.5)
    assert "Entering FAULT STATE" in story(daemon) or "FAULT" in daemon.log(), daemon.log()[-2000:]
    assert ADDRESS not in daemon.lab.addresses(daemon.namespace)


def test_hidden_processes_are_told(lab, holdfast):
    namespace = lab.namespace("a")
    lab.cable(namespace, "eth0", namespace, "eth0peer", "10.9.0.1/24")
    hidden = ["unshare", "--mount", "sh", "-c", 'mount -t proc -o hidepid=invisible proc /proc && exec "$@"', "sh"]
    daemon = Daemon(lab, hidden + list(holdfast), namespace, "A", process_text(1), ("-P", "--scripts=root")).start(wait=False)
    assert wait_for(lambda: "/proc hides what other users run here" in daemon.log(), 8), daemon.log()[-2500:]


@pytest.mark.parametrize("router", ["holdfast"], indirect=True)
def test_processes_come_and_go(router, lab):
    daemon = router(process_text(2, "    weight 20\n    terminate_delay 0.3"))
    sleepers = [start_program(lab, daemon.namespace, "hfsleeper") for _ in range(2)]
    try:
        master(daemon)
        sleepers.pop().kill()
        told(daemon, [priority(120, 100)])
        assert "Quorum lost for tracked process p" in daemon.log()
        sleepers.append(start_program(lab, daemon.namespace, "hfsleeper"))
        told(daemon, [priority(100, 120)])
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait()

"""What others are told of state changes: lines of a FIFO and calls of scripts are keepalived's, for the same events.

Each test runs with both daemons, so what it expects is what keepalived does.
"""
# SPDX-License-Identifier: Apache-2.0
import fcntl
import os
import signal
import subprocess
import sys
import threading

import pytest

from lab import configuration, wire
from lab.daemon import Daemon, settle
from lab.pair import ADDRESS, PRIORITY_A
from lab.shell import run, wait_for

INTERVAL = 0.1  # on a machine that has other things to do an advert may be late, but no two may be missing
PIPE_OCTETS = 16384
SECOND = ("10.9.0.110/24",)


class Fifo:
    """Reads a FIFO that the daemon makes, line by line, for as long as it lives."""

    def __init__(self, path):
        self.path, self.lines = path, []
        os.mkfifo(path, 0o644)
        self.keep = os.open(path, os.O_RDWR)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        with open(self.path, encoding="ascii") as f:
            for line in f:
                self.lines.append(line.rstrip("\n"))

    def told(self, expected, timeout=6):
        """Exactly these lines since the last call, in any order."""
        ended = wait_for(lambda: len(self.lines) >= len(expected), timeout)
        settle(0.2)
        lines, self.lines[:] = list(self.lines), []
        assert ended and sorted(lines) == sorted(expected), lines
        return lines


@pytest.fixture(params=["holdfast", "keepalived"])
def router(request, lab):
    """make(text): the daemon alone on an eth0 with an interface t0 to track, not started."""
    namespace = lab.namespace("a")
    lab.cable(namespace, "eth0", namespace, "eth0peer", "10.9.0.1/24")
    lab.cable(namespace, "t0", namespace, "t1")
    command = request.getfixturevalue(request.param)
    arguments = ("-P", "--scripts=root") if request.param == "holdfast" else ("-P",)  # the FIFOs are root's, as keepalived's are
    return lambda text: Daemon(lab, command, namespace, "A", text, arguments)


def active(daemon):
    assert wait_for(lambda: ADDRESS in daemon.lab.addresses(daemon.namespace), 8), daemon.log()[-2500:]


def globals_with(lines):
    return configuration.GLOBALS.replace("}\n", lines + "\n}\n")


def test_a_fifo_hears_of_instances_and_groups(router, lab):
    fifo = Fifo(lab.path("fifo"))
    text = globals_with(f"    vrrp_notify_fifo {fifo.path} root\n    vrrp_notify_priority_changes on")
    text += "vrrp_sync_group G {\n    group {\n        V1\n        V2\n    }\n    sync_group_tracking_weight\n}\n"
    track = "    track_interface {\n        t0 weight -20\n    }"
    text += configuration.instance("V1", interval=INTERVAL, extra=track) + configuration.instance("V2", vrid=52, interval=INTERVAL, addresses=SECOND)
    daemon = router(text).start()
    active(daemon)
    names = ['INSTANCE "V1"', 'INSTANCE "V2"']
    fifo.told([f"{n} BACKUP 100" for n in names] + [f"{n} MASTER 100" for n in names] + ['GROUP "G" BACKUP 0', 'GROUP "G" MASTER 0'])
    lab.link(daemon.namespace, "t0", "down")
    fifo.told(['INSTANCE "V1" MASTER_PRIORITY 80'])
    lab.link(daemon.namespace, "eth0", "down")
    fifo.told([f"{n} FAULT {p}" for n, p in zip(names, (80, 100))] + ['GROUP "G" FAULT 0'])
    lab.link(daemon.namespace, "t0", "up")
    fifo.told(['INSTANCE "V1" BACKUP_PRIORITY 100'])
    lab.link(daemon.namespace, "eth0", "up")
    fifo.told([f"{n} BACKUP 100" for n in names] + [f"{n} MASTER 100" for n in names] + ['GROUP "G" BACKUP 0', 'GROUP "G" MASTER 0'])
    daemon.stop()
    fifo.told([f"{n} STOP 100" for n in names] + ['GROUP "G" STOP 0'])


def test_a_lower_advert_is_told(router, lab):
    fifo = Fifo(lab.path("fifo"))
    out = lab.path("out")
    os.mkdir(out)
    os.chmod(out, 0o777)
    script = lab.file("said", f'#!/bin/sh\necho "$@" >> {out}/all\n', 0o755)
    text = globals_with(f"    notify_fifo {fifo.path} root")
    daemon = router(text + configuration.instance(interval=INTERVAL, extra=f'    notify_master_rx_lower_pri "{script} lower"\n    notify "{script} any"')).start()
    active(daemon)
    fifo.told(['INSTANCE "VI" BACKUP 100', 'INSTANCE "VI" MASTER 100'])
    frame = wire.build_frame(wire.build_advert("10.9.0.9", 51, 50, [ADDRESS], interval=INTERVAL)).hex()
    run([sys.executable, os.path.join(os.path.dirname(wire.__file__), "flood.py"), "eth0peer", "1", "0.5"], daemon.namespace, stdin=frame)
    fifo.told(['INSTANCE "VI" MASTER_RX_LOWER_PRI 100'])
    assert wait_for(lambda: calls(f"{out}/all") == ["any INSTANCE VI BACKUP 100", "any INSTANCE VI MASTER 100", "lower"], 3), calls(f"{out}/all")


def test_a_removed_instance_is_told(router, lab):
    fifo = Fifo(lab.path("fifo"))
    head = globals_with(f"    notify_fifo {fifo.path} root")
    stays = configuration.instance(interval=INTERVAL)
    plain = configuration.instance("GONE", vrid=52, interval=INTERVAL, addresses=SECOND)
    announced = configuration.instance("LEFT", vrid=53, interval=INTERVAL, addresses=("10.9.0.111/24",), extra="    notify_deleted")
    daemon = router(head + stays + plain + announced).start()
    active(daemon)
    names = ("VI", "GONE", "LEFT")
    fifo.told([f'INSTANCE "{n}" {s} 100' for n in names for s in ("BACKUP", "MASTER")])
    daemon.configure(head + stays)
    daemon.reload()
    fifo.told(['INSTANCE "GONE" FAULT 100', 'INSTANCE "LEFT" DELETED 100'])
    assert ADDRESS in lab.addresses(daemon.namespace)


def calls(path):
    try:
        with open(path, encoding="ascii") as f:
            return f.read().splitlines()
    except FileNotFoundError:
        return []


def test_every_form_of_script(router, lab):
    out = lab.path("out")
    os.mkdir(out)
    os.chmod(out, 0o777)
    script = lab.file("said", f'#!/bin/sh\necho "$@" >> {out}/all\n', 0o755)

    def hooks(who, states):
        return "\n".join([f'    notify_{s} "{script} {who} {s}"' for s in states] + [f'    notify "{script} {who} any"'])
    text = configuration.GLOBALS + "vrrp_sync_group G {\n    group {\n        V1\n        V2\n    }\n" + hooks("g", ("master", "backup", "fault", "stop")) + "\n}\n"
    text += configuration.instance("V1", interval=INTERVAL, extra=hooks("v", ("master", "backup", "fault", "stop")))
    text += configuration.instance("V2", vrid=52, interval=INTERVAL, addresses=SECOND)
    daemon = router(text).start()
    active(daemon)

    def called(*states):
        expected = sorted(line for s in states for line in (f"v {s.lower()}", f"v any INSTANCE V1 {s} 100", f"g {s.lower()}", f"g any GROUP G {s} 0"))
        ended = wait_for(lambda: len(calls(f"{out}/all")) >= len(expected), 6)
        settle(0.3)
        seen = calls(f"{out}/all")
        open(f"{out}/all", "w", encoding="ascii").close()
        assert ended and sorted(seen) == expected, seen
    called("BACKUP", "MASTER")
    lab.link(daemon.namespace, "eth0", "down")
    called("FAULT")
    lab.link(daemon.namespace, "eth0", "up")
    called("BACKUP", "MASTER")
    daemon.stop()
    called("STOP")


def test_a_fifo_script_is_started_with_the_fifo(router, lab):
    out = lab.path("out")
    os.mkdir(out)
    os.chmod(out, 0o777)
    fifo = lab.path("fifo")
    script = lab.file("reader", f'#!/bin/sh\nwhile read -r line; do echo "$line" >> {out}/all; done < "$2"\n', 0o755)
    head = f'global_defs {{\n    script_user root\n    notify_fifo {fifo} root\n    notify_fifo_script "{script} first"\n}}\n'
    daemon = router(head + configuration.instance(interval=INTERVAL)).start()
    active(daemon)
    expected = ['INSTANCE "VI" BACKUP 100', 'INSTANCE "VI" MASTER 100']
    assert wait_for(lambda: calls(f"{out}/all") == expected, 6), (calls(f"{out}/all"), daemon.log()[-2000:])


@pytest.mark.parametrize("router", ["holdfast"], indirect=True)
def test_a_storm_of_reloads_tells_those_that_did_not_change_nothing(router, lab):
    """100 SIGHUP with files that differ in one of three instances: the other two miss no advert and no script runs for them."""
    out = lab.path("out")
    os.mkdir(out)
    os.chmod(out, 0o777)
    script = lab.file("said", f'#!/bin/sh\necho "$@" >> {out}/all\n', 0o755)

    def text(priority):
        changes = configuration.instance("V3", vrid=53, interval=INTERVAL, priority=priority, addresses=("10.9.0.111/24",), extra=f"    notify {script}")
        return configuration.GLOBALS + changes + "".join(
            configuration.instance(n, vrid=v, interval=INTERVAL, priority=PRIORITY_A, addresses=a, extra=f"    notify {script}")
            for n, v, a in (("V1", 51, (f"{ADDRESS}/24",)), ("V2", 52, SECOND)))
    daemon = router(text(100)).start()
    active(daemon)
    assert wait_for(lambda: sum("MASTER" in line for line in calls(f"{out}/all")) == 3, 5), calls(f"{out}/all")
    settle(0.5)
    open(f"{out}/all", "w", encoding="ascii").close()
    capture = lab.capture(daemon.namespace, "eth0peer")
    settle(3 * INTERVAL)
    for count in range(100):
        daemon.configure(text(100 + count % 2))
        daemon.reload()
        settle(0.02)
    assert wait_for(lambda: "Reload complete" in daemon.log(), 5)
    settle(1.5)
    path = capture.stop()
    for vrid in (51, 52):
        adverts = wire.adverts(path, vrid=vrid)
        assert len(adverts) > 30 and all(a.priority == PRIORITY_A for a in adverts)
        assert max(wire.gaps(adverts)) < 2.5 * INTERVAL, "adverts are missing"
    assert [line for line in calls(f"{out}/all") if "V3" not in line] == []


@pytest.mark.parametrize("router", ["holdfast"], indirect=True)
@pytest.mark.parametrize("stopped", [False, True], ids=["nobody reads", "reader stopped"])
def test_a_log_that_nobody_reads_holds_nobody_up(router, lab, stopped):
    """Standard error is a pipe that is full: adverts go on, reloads and the end work, and afterwards what was dropped is said."""
    daemon = router(configuration.GLOBALS + configuration.instance(interval=INTERVAL, extra="    track_interface {\n        t0 weight -20\n    }"))
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_OCTETS)
    argv = ["ip", "netns", "exec", daemon.namespace] + daemon.argv()
    sleeper = None
    if stopped:
        sleeper = subprocess.Popen(["cat"], stdin=reader, stdout=open(lab.path("read"), "wb"), stderr=subprocess.DEVNULL)
        sleeper.send_signal(signal.SIGSTOP)
    daemon.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=writer, stderr=writer)
    try:
        active(daemon)
        capture = lab.capture(daemon.namespace, "eth0peer")
        for count in range(600):
            lab.link(daemon.namespace, "t0", "down" if count % 2 == 0 else "up") if count < 30 else daemon.reload()
            settle(0.005)
        settle(1)
        adverts = wire.adverts(capture.stop())
        assert max(wire.gaps(adverts)) < 2.5 * INTERVAL, "adverts are missing"
        os.set_blocking(reader, False)
        if not stopped:
            assert len(os.read(reader, 1 << 20)) > PIPE_OCTETS / 2, "the pipe was not full: this proves nothing"
        daemon.reload()
        settle(0.5)
        if not stopped:
            assert b"lines were dropped here" in os.read(reader, 1 << 20)
        daemon.process.terminate()
        assert daemon.wait_exit() == 0
    finally:
        os.close(writer)
        os.close(reader)
        if sleeper:
            sleeper.kill()
            sleeper.wait()

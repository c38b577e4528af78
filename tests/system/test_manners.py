"""How a daemon behaves towards who starts and drives it: pid files, daemonising, signals, options, readiness, scripts."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import signal
import socket
import subprocess

import pytest

from lab import configuration
from lab.daemon import Daemon, alive, descendants, settle
from lab.pair import ADDRESS
from lab.shell import argv_in, run, wait_for

TEXT = configuration.GLOBALS + configuration.instance(interval=0.1)


@pytest.fixture
def router(lab, holdfast):
    """make(text=..., arguments=...): one Holdfast on an eth0, not started."""
    namespace = lab.namespace("a")
    lab.cable(namespace, "eth0", namespace, "eth0peer", "10.9.0.1/24")
    return lambda text=TEXT, arguments=("-P",): Daemon(lab, holdfast, namespace, "A", text, arguments)


def active(daemon):
    return wait_for(lambda: ADDRESS in daemon.lab.addresses(daemon.namespace), 5)


def test_pid_files_name_the_processes_and_go_with_them(router):
    daemon = router().start()
    assert active(daemon), daemon.log()[-2000:]
    for letter, pid in (("p", daemon.process.pid), ("r", daemon.role("vrrpd")[0])):
        with open(daemon.pid_files[letter], encoding="ascii") as f:
            assert f.read() == f"{pid}\n"
        assert os.stat(daemon.pid_files[letter]).st_mode & 0o777 == 0o644
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            assert daemon.configuration.encode() in f.read(), "callers find the process by the file in its command line"
    daemon.stop()
    assert wait_for(lambda: not any(os.path.exists(p) for p in daemon.pid_files.values()), 1)


def test_a_quick_restart_keeps_its_pid_files(router):
    """Whoever removes the pid files of the old one must not take those of the new one."""
    daemon = router().start()
    for _ in range(5):
        daemon.stop()
        daemon.start()
        settle(0.3)
        assert daemon.pid("p") == daemon.process.pid and daemon.pid("r") == daemon.role("vrrpd")[0]


def test_a_second_one_with_the_same_pid_file_does_not_start(router):
    daemon = router().start()
    assert active(daemon)
    done = subprocess.run(argv_in(daemon.namespace, daemon.argv()), capture_output=True, text=True, timeout=10)
    assert done.returncode == 0 and "already running" in done.stdout + done.stderr
    assert daemon.running() and ADDRESS in daemon.lab.addresses(daemon.namespace)


def test_a_stale_pid_file_does_not_matter(router, lab):
    daemon = router()
    argv = daemon.argv()
    lab.file(os.path.basename(daemon.pid_files["p"]), "999999\n")
    daemon.process = subprocess.Popen(argv_in(daemon.namespace, argv), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert active(daemon)
    assert daemon.pid("p") == daemon.process.pid


def test_without_n_it_becomes_a_daemon_and_returns_when_ready(router):
    daemon = router()
    argv = [a for a in daemon.argv() if a != "-n"]
    done = subprocess.run(argv_in(daemon.namespace, argv), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10)
    assert done.returncode == 0
    parent, vrrpd = daemon.pid("p"), daemon.pid("r")
    everything = descendants(parent) if parent else []
    try:
        assert parent and vrrpd, "it returned before its pid files were there"
        assert os.getsid(parent) != os.getsid(0)
        assert active(daemon)
        os.kill(parent, signal.SIGTERM)
        assert wait_for(lambda: not any(alive(p) for p in everything), 8)
        assert ADDRESS not in daemon.lab.addresses(daemon.namespace)
    finally:
        for pid in everything:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("name", ["STOP", "RELOAD", "DATA", "STATS", "STATS_CLEAR", "JSON"])
def test_signum_says_what_keepalived_says(holdfast, keepalived, name):
    answers = [subprocess.run(c + [f"--signum={name}"], capture_output=True, text=True, timeout=10) for c in (holdfast, keepalived)]
    assert (answers[0].returncode, answers[0].stdout) == (answers[1].returncode, answers[1].stdout)


def test_version_is_on_standard_error_and_can_be_parsed(holdfast):
    done = subprocess.run(holdfast + ["--version"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0 and done.stdout == ""
    assert re.match(r"\S+ v\d+\.\d+\.\d+", done.stderr.splitlines()[0])


def test_help_names_the_options_that_callers_use(holdfast):
    done = subprocess.run(holdfast + ["--help"], capture_output=True, text=True, timeout=10)
    said = done.stdout + done.stderr
    assert done.returncode == 0
    for option in ("--use-file", "--vrrp", "--check", "--dont-fork", "--log-console", "--log-detail", "--dump-conf", "--pid", "--config-test"):
        assert option in said


def test_clustered_and_long_options(router):
    daemon = router()
    daemon.start()
    daemon.stop()
    argv = daemon.command + ["-nlDGP", "--use-file=" + daemon.configuration, "--pid", daemon.pid_files["p"], "--vrrp_pid=" + daemon.pid_files["r"],
                             "--checkers_pid", daemon.pid_files["c"], "--bfd_pid", daemon.pid_files["b"]]
    daemon.process = subprocess.Popen(argv_in(daemon.namespace, argv), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert active(daemon)
    assert daemon.pid("p") == daemon.process.pid


def test_signals_that_callers_send_to_every_process_do_no_harm(router):
    daemon = router().start()
    assert active(daemon)
    tree = daemon.tree()
    for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN + 2, signal.SIGRTMIN + 3, signal.SIGPIPE):
        for pid in tree[1:]:
            os.kill(pid, number)
    settle(0.5)
    assert daemon.tree() == tree and ADDRESS in daemon.lab.addresses(daemon.namespace)


def test_sigint_stops_like_sigterm(router):
    daemon = router().start()
    assert active(daemon)
    daemon.signal(signal.SIGINT)
    assert daemon.wait_exit() == 0
    assert ADDRESS not in daemon.lab.addresses(daemon.namespace)


def test_readiness_reload_and_stop_are_notified(router, lab):
    path = lab.path("notify")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.settimeout(5)
    said = []

    def wait_said(word):
        while not any(word in s for s in said):
            said.append(listener.recv(4096).decode())

    daemon = router()
    os.environ["NOTIFY_SOCKET"] = path
    try:
        daemon.start()
    finally:
        del os.environ["NOTIFY_SOCKET"]
    wait_said("READY=1")
    daemon.reload()
    wait_said("RELOADING=1")
    daemon.signal(signal.SIGTERM)
    wait_said("STOPPING=1")
    assert daemon.wait_exit() == 0


def test_notify_scripts_get_keepalived_s_words_in_order(router, lab):
    out = lab.path("out")
    os.mkdir(out)
    os.chmod(out, 0o777)
    script = lab.file("said", f'#!/bin/sh\necho "$@" >> {out}/all\n', 0o755)
    extra = f'    notify {script}\n    notify_master "{script} own master"\n    notify_stop "{script} own stop"'
    daemon = router(configuration.GLOBALS + configuration.instance(interval=0.1, extra=extra)).start()
    assert active(daemon), daemon.log()[-2000:]

    def lines():
        try:
            with open(f"{out}/all", encoding="utf-8") as f:
                return f.read().splitlines()
        except FileNotFoundError:
            return []
    assert wait_for(lambda: "INSTANCE VI MASTER 100" in lines() and any(line.startswith("own master") for line in lines()), 5), (lines(), daemon.log()[-2000:])
    assert lines()[0] == "INSTANCE VI BACKUP 100"
    daemon.stop()
    assert wait_for(lambda: "INSTANCE VI STOP 100" in lines() and any(line.startswith("own stop") for line in lines()), 5), lines()


def test_scripts_run_as_the_user_they_name_without_rights(router, lab):
    out = lab.path("out")
    os.mkdir(out)
    os.chmod(out, 0o777)
    script = lab.file("who", f"#!/bin/sh\ngrep -E '^(Uid|Gid|Groups|CapEff|CapPrm):' /proc/self/status > {out}/new\nls /proc/$$/fd > {out}/fds\nmv {out}/new {out}/status\n", 0o755)
    daemon = router(configuration.GLOBALS + configuration.instance(interval=0.1, extra=f"    notify_master {script}")).start()
    assert active(daemon)
    assert wait_for(lambda: os.path.exists(f"{out}/status"), 5), daemon.log()[-2000:]
    with open(f"{out}/status", encoding="ascii") as f:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in f)
    nobody = run("id -u nobody").strip()
    assert status["Uid"].split() == [nobody] * 4
    assert int(status["CapEff"], 16) == 0 and int(status["CapPrm"], 16) == 0
    with open(f"{out}/fds", encoding="ascii") as f:
        assert {int(n) for n in f.read().split()} <= {0, 1, 2, 10, 11}, "a descriptor leaked"  # 10 and 11 are the shell's own


def test_tracking_script_moves_the_priority(router, lab):
    flag = lab.file("healthy")
    head = configuration.GLOBALS + f'vrrp_script chk {{\n    script "/usr/bin/test -e {flag}"\n    interval 1\n    fall 1\n    rise 1\n    weight -30\n}}\n'
    daemon = router(head + configuration.instance(interval=0.1, extra="    track_script {\n        chk\n    }")).start()
    assert active(daemon)
    os.unlink(flag)
    assert daemon.wait_log("Changing effective priority from 100 to 70"), daemon.log()[-2000:]
    lab.file("healthy")
    assert daemon.wait_log("Changing effective priority from 70 to 100"), daemon.log()[-2000:]


def test_log_lines_that_tools_match(router):
    daemon = router().start()
    assert active(daemon)
    daemon.stop()
    for line in ("Starting VRRP child process, pid=", "(VI) Entering BACKUP STATE (init)", "(VI) Entering MASTER STATE", "(VI) sent 0 priority", "Stopped"):
        assert line in daemon.log(), line


def test_data_dump_is_written_on_sigusr1(router):
    daemon = router().start()
    assert active(daemon)
    path = "/run/holdfast/keepalived.data"
    before = os.stat(path).st_mtime_ns if os.path.exists(path) else 0
    daemon.signal(signal.SIGUSR1)
    assert wait_for(lambda: os.path.exists(path) and os.stat(path).st_mtime_ns > before, 5), daemon.log()[-2000:]
    settle(0.3)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert " VRRP Instance = VI" in text and "   State = MASTER" in text
    os.unlink(path)

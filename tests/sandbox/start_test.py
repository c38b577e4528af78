#!/usr/bin/python3
"""The root phase with stand-ins for the roles: each way to start, what every process holds then, pid files, daemon manners, the end.

start_test.py HOLDFAST LAUNCHER SCRIPTD STUB_PARENT STUB_CHILD: the programs, as the build made them.
The stub parent writes what it learns to the file that -i names; "up PID" is its last line.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = sys.argv[1:6]
PATIENCE = 20
USER = 61150  # nobody's number, and the parent's where sysusers did not make one
NET_BIND_SERVICE, NET_ADMIN, NET_RAW, SYS_CHROOT = 1 << 10, 1 << 12, 1 << 13, 1 << 18
SCRIPTD = 1 << 5 | 1 << 6 | 1 << 7
LAUNCHER = NET_BIND_SERVICE | NET_ADMIN | NET_RAW | SCRIPTD | 1 << 8 | SYS_CHROOT | 1 << 2
# what runs: (permitted = effective capabilities, Seccomp)
HELD = {"stub-parent": (0, 2), "holdfast-pids": (0, 2), "holdfast-script": (SCRIPTD, 0), "holdfast-launch": (LAUNCHER, 2),
        "vrrpd": (0, 2), "ipvsd": (NET_ADMIN, 2), "checkerd": (0, 2), "worker": (0, 2)}


def status_of(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    except OSError:
        return {}


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(word) for word in f.read().split()]


def ended(pid):
    """Waits for the end of any process."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE)[0])
    finally:
        os.close(handle)


def text_of(path):
    with open(path, encoding="ascii") as f:
        return f.read()


def becomes_true(condition):
    """Asks until it holds or patience ends; there is no event for a name that goes."""
    for _ in range(PATIENCE * 100):
        if condition():
            return True
        select.select([], [], [], 0.01)
    return False


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Start(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="holdfast-start-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        names = ["holdfast", "holdfast-launcher", "holdfast-scriptd", "holdfast-parent", "holdfast-vrrpd"]
        for source, name in zip(PROGRAMS, names):
            shutil.copy(source, self.path(name))
            os.chmod(self.path(name), 0o755)
        for name in ("ipvsd", "checkerd", "worker"):
            shutil.copy(self.path("holdfast-vrrpd"), self.path(f"holdfast-{name}"))
        self.pids = self.path("pids")
        os.mkdir(self.pids)
        os.chmod(self.pids, 0o777)
        self.report = self.path("report")
        os.mkfifo(self.report)
        os.chmod(self.report, 0o666)
        self.lines = os.open(self.report, os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, self.lines)
        self.text = ""

    def path(self, name):
        return os.path.join(self.folder, name)

    def argv(self, *words, name="holdfast"):
        pid_files = [f"-{letter}{self.pids}/{letter}.pid" for letter in "prc"]
        return [self.path(name), f"-i{self.report}", *pid_files, *words]

    def run_foreground(self, *before, words=(), name="holdfast", environment=None):
        process = subprocess.Popen([*before, *self.argv("-n", *words, name=name)], stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_until_up(self):
        """{role: what the stub said of it}, and the parent's pid."""
        while "\nup " not in "\n" + self.text or not self.text.endswith("\n"):
            self.assertTrue(select.select([self.lines], [], [], PATIENCE)[0], f"not up; so far: {self.text!r}")
            self.text += os.read(self.lines, 65536).decode()
        said = dict(line.split(" ", 1) for line in self.text.splitlines() if not line.isdigit())
        self.text = ""
        return int(said.pop("up")), said

    def held(self, parent, said):
        """{name of HELD: status} of everything below the parent."""
        roles = {int(words.split()[0]): role for role, words in said.items()}
        found = {}
        for pid in [parent, *children_of(parent)]:
            status = status_of(pid)
            found[roles.get(pid, status["Name"])] = status
        return found

    def check_held(self, parent, said, changes=None, keeper=True):
        found = self.held(parent, said)
        expected = {**HELD, **(changes or {})}
        if not keeper:
            del expected["holdfast-pids"]
        self.assertEqual(set(found), set(expected))
        for name, (capabilities, seccomp) in expected.items():
            status = found[name]
            with self.subTest(name):
                for key in ("CapPrm", "CapEff"):
                    self.assertEqual(int(status[key], 16), capabilities, key)
                for key in ("CapInh", "CapAmb"):
                    self.assertEqual(int(status[key], 16), 0, key)
                self.assertEqual(status["NoNewPrivs"], "1")
                self.assertEqual(status["Seccomp"], str(seccomp))
        return found

    def stop(self, process, parent):
        below = children_of(parent)
        os.kill(parent, signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)
        for pid in below:
            self.assertTrue(ended(pid), status_of(pid).get("Name"))

    def test_as_root_every_role_has_its_own_user_and_rights(self):
        process = self.run_foreground()
        parent, said = self.wait_until_up()
        self.assertEqual(parent, process.pid, "the pid that was started is the parent")
        found = self.check_held(parent, said)
        users = {name: status["Uid"].split()[0] for name, status in found.items()}
        self.assertEqual(users.pop("holdfast-pids"), "0")
        self.assertEqual(users.pop("worker"), users["checkerd"])
        self.assertNotIn("0", users.values())
        self.assertEqual(len(set(users.values())), len(users), users)
        for role in ("parent", "ipvsd"):
            pid = parent if role == "parent" else int(said[role].split()[0])
            self.assertEqual(int(status_of(pid)["CapBnd"], 16), 0 if role == "parent" else NET_ADMIN | SYS_CHROOT)
        self.stop(process, parent)

    def test_every_role_has_only_its_link(self):
        process = self.run_foreground()
        parent, said = self.wait_until_up()
        for role, words in said.items():
            self.assertEqual(set(os.listdir(f"/proc/{words.split()[0]}/fd")), {"0", "1", "2", "3"}, role)
        self.stop(process, parent)

    def test_roles_have_the_command_line_of_the_operator(self):
        process = self.run_foreground(words=("-f", "/etc/some.conf"))
        parent, said = self.wait_until_up()
        for pid in [parent] + [int(words.split()[0]) for words in said.values()]:
            with open(f"/proc/{pid}/cmdline", encoding="ascii") as f:
                self.assertEqual(f.read().split("\0")[:-1], self.argv("-n", "-f", "/etc/some.conf"))
        self.stop(process, parent)

    def test_pid_files_appear_locked_and_disappear(self):
        process = self.run_foreground()
        parent, said = self.wait_until_up()
        self.assertTrue(becomes_true(lambda: not os.path.exists(f"{self.pids}/c.pid")), "it was not written, so it goes")
        self.assertEqual({n: text_of(f"{self.pids}/{n}") for n in os.listdir(self.pids)},
                         {"p.pid": f"{parent}\n", "r.pid": f"{said['vrrpd'].split()[0]}\n"})
        self.assertEqual(os.stat(f"{self.pids}/p.pid").st_mode & 0o7777, 0o644)
        second = subprocess.run(self.argv("-n"), capture_output=True, text=True, check=False)
        self.assertEqual((second.returncode, "daemon is already running" in second.stderr), (0, True), second.stderr)
        self.stop(process, parent)
        self.assertEqual(os.listdir(self.pids), [])

    def test_pid_files_disappear_when_the_parent_is_killed(self):
        process = self.run_foreground()
        parent, _ = self.wait_until_up()
        below = children_of(parent)
        process.kill()
        for pid in below:
            self.assertTrue(ended(pid))
        self.assertEqual(os.listdir(self.pids), [])

    def test_dumps_of_root_that_are_in_the_way_are_removed(self):
        dumps = self.path("dumps")
        os.mkdir(dumps)
        os.chmod(dumps, 0o1777)
        names = ("keepalived.data", "keepalived.stats", "keepalived.json", "precious")
        for name in names:
            with open(os.path.join(dumps, name), "w", encoding="ascii") as f:
                f.write("x")
        os.chown(os.path.join(dumps, "keepalived.stats"), USER, USER)
        process = self.run_foreground(environment={"TMPDIR": dumps})
        parent, _ = self.wait_until_up()
        self.assertTrue(becomes_true(lambda: "keepalived.data" not in os.listdir(dumps)))
        self.stop(process, parent)
        self.assertEqual(set(os.listdir(dumps)), set(names[1:]), "neither somebody else's nor what was not asked for")

    def test_a_pid_file_behind_a_link_is_refused(self):
        target = self.path("precious")
        with open(target, "w", encoding="ascii") as f:
            f.write("precious")
        os.symlink(target, f"{self.pids}/p.pid")
        done = subprocess.run(self.argv("-n"), capture_output=True, text=True, check=False)
        self.assertIn("p.pid", done.stderr)
        self.assertEqual(text_of(target), "precious")

    def test_a_restart_at_once_succeeds(self):
        for _ in range(5):
            process = self.run_foreground()
            parent, _ = self.wait_until_up()
            os.kill(parent, signal.SIGTERM)
            self.assertEqual(process.wait(PATIENCE), 0)

    def test_as_a_daemon_the_shell_waits_until_it_is_up(self):
        done = subprocess.run(self.argv(), capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        parent = int(text_of(f"{self.pids}/p.pid"))
        self.assertEqual(os.getsid(parent) == os.getsid(0), False)
        for number in range(3):
            self.assertEqual(os.readlink(f"/proc/{parent}/fd/{number}"), "/dev/null")
        os.kill(parent, signal.SIGTERM)
        self.assertTrue(ended(parent))

    def test_a_daemon_that_dies_early_fails_in_the_shell(self):
        os.unlink(self.path("holdfast-parent"))
        shutil.copy("/bin/false", self.path("holdfast-parent"))
        done = subprocess.run(self.argv(), capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ended before it was ready", done.stderr)

    def as_user(self, rights, *more):
        return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", f"--inh-caps=-all,{rights}", f"--ambient-caps=-all,{rights}",
                f"--bounding-set=-all,{rights}", *more]

    def test_with_the_ambient_rights_of_a_service(self):
        rights = "+net_admin,+net_raw,+net_bind_service,+setuid,+setgid,+setpcap,+kill,+sys_chroot"
        process = self.run_foreground(*self.as_user(rights))
        parent, said = self.wait_until_up()
        found = self.check_held(parent, said, {"holdfast-launch": (LAUNCHER & ~(1 << 2), 2)})
        self.assertNotIn("0", {status["Uid"].split()[0] for status in found.values()})
        self.stop(process, parent)

    def test_with_two_ambient_rights_there_is_one_user(self):
        process = self.run_foreground(*self.as_user("+net_admin,+net_raw", "--no-new-privs"))
        parent, said = self.wait_until_up()
        found = self.check_held(parent, said, {"holdfast-launch": (NET_ADMIN | NET_RAW, 2), "holdfast-script": (0, 0)})
        self.assertEqual({status["Uid"].split()[0] for status in found.values()}, {str(USER)})
        self.stop(process, parent)

    def test_in_a_user_namespace(self):
        process = self.run_foreground("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "unshare", "-Ur", "-n")
        parent, said = self.wait_until_up()
        self.check_held(parent, said, {"holdfast-script": (0, 0)})
        self.stop(process, parent)

    def test_without_rights_it_says_which_are_missing(self):
        done = subprocess.run(["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *self.argv("-n")], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn("net_admin net_raw", done.stderr)

    def test_a_program_that_others_may_write_is_not_started(self):
        os.chmod(self.path("holdfast-worker"), 0o777)
        done = subprocess.run(self.argv("-n"), capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("holdfast-worker is writable by others than its owner", done.stderr)

    def test_scripts_as_root_need_the_word_or_the_name(self):
        os.link(self.path("holdfast"), self.path("keepalived"))
        for name, words, user in (("holdfast", (), "61155"), ("holdfast", ("--scripts=root",), "0"), ("keepalived", (), "0"), ("keepalived", ("--scripts=none",), None)):
            process = self.run_foreground(words=words, name=name)
            parent, said = self.wait_until_up()
            status = self.held(parent, said).get("holdfast-script")
            self.assertEqual(status["Uid"].split()[0] if status else None, user, (name, words))
            if user == "0":
                self.assertEqual(int(status["CapEff"], 16), SCRIPTD, "three rights are enough to become others")
            self.stop(process, parent)

    def test_the_tables_can_be_printed_by_anybody(self):
        done = subprocess.run(["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", self.path("holdfast"), "--policy"], capture_output=True, text=True, check=True)
        self.assertTrue(done.stdout.startswith("# What each process may do"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[6:]], verbosity=2)

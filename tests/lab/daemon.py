"""One daemon under test, driven by keepalived's command line only: nothing here knows which daemon it is."""
# SPDX-License-Identifier: Apache-2.0
import os
import shlex
import signal
import subprocess
import time

from lab.shell import argv_in, wait_for

# -G: where no syslog daemon runs, libc writes every line to the console instead, which may be slow enough to stall the daemon.
ARGUMENTS = ["-n", "-l", "-G", "-D"]
STOP_SECONDS = 10


def project():
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build_folder():
    return os.environ.get("HOLDFAST_BUILD", os.path.join(project(), "build", "check"))


def holdfast_command():
    """The daemon under test: HOLDFAST_DUT, or what was built."""
    return shlex.split(os.environ.get("HOLDFAST_DUT", os.path.join(build_folder(), "parent", "entry", "holdfast")))


def keepalived_command():
    """The peer: HOLDFAST_PEER, or Debian's keepalived as unpack_peer leaves it."""
    return shlex.split(os.environ.get("HOLDFAST_PEER", os.path.join(build_folder(), "peer", "keepalived")))


def status_of(pid):
    """/proc/PID/status as a dictionary; empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as f:
            return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    except OSError:
        return {}


def program_of(pid):
    """The name of the file a process executes; empty when it is gone."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)"))
    except OSError:
        return ""


def alive(pid):
    state = status_of(pid).get("State", "")
    return bool(state) and state[0] not in "ZX"


def descendants(pid):
    """pid and all its living descendants, parents first."""
    found, todo = [], [pid]
    while todo:
        p = todo.pop(0)
        if alive(p):
            found.append(p)
            try:
                with open(f"/proc/{p}/task/{p}/children", encoding="ascii") as f:
                    todo += [int(c) for c in f.read().split()]
            except OSError:
                pass
    return found


class Daemon:
    def __init__(self, lab, command, namespace, name, configuration, arguments=()):
        self.lab, self.command, self.namespace, self.name = lab, list(command), namespace, name
        self.arguments = list(arguments)
        self.configuration = lab.file(f"{name}.conf", configuration)
        self.pid_files = {k: lab.path(f"{name}.{k}.pid") for k in "prcb"}
        self.log_path = lab.path(f"{name}.log")
        self.process = None
        lab.daemons.append(self)

    def argv(self):
        argv = self.command + ["-f", self.configuration] + ARGUMENTS + self.arguments
        for letter, path in self.pid_files.items():
            argv += [f"-{letter}", path]
        return argv

    def start(self, wait=True):
        for path in self.pid_files.values():
            if os.path.exists(path):
                os.unlink(path)
        with open(self.log_path, "ab") as out:
            self.process = subprocess.Popen(argv_in(self.namespace, self.argv()), stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        if wait and not wait_for(lambda: self.pid("r") or self.pid("c") or not self.running(), 10):
            raise RuntimeError(f"{self.name} did not start: {self.log()[-1500:]}")
        return self

    def configure(self, text):
        self.lab.file(f"{self.name}.conf", text)

    def reload(self):
        self.signal(signal.SIGHUP)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def pid(self, letter):
        """The living process of a pid file: p parent, r VRRP, c checker; or None."""
        try:
            with open(self.pid_files[letter], encoding="ascii") as f:
                pid = int(f.read().split()[0])
            return pid if alive(pid) else None
        except (OSError, ValueError, IndexError):
            return None

    def tree(self):
        return descendants(self.process.pid) if self.running() else []

    def role(self, name):
        """The pids of a role by its program: parent, launcher, scriptd, vrrpd, checkerd, worker, ipvsd."""
        return [p for p in self.tree() if program_of(p) in (name, "holdfast-" + name)]

    def wait_exit(self, timeout=STOP_SECONDS):
        """The exit status; None when it still runs."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, timeout=STOP_SECONDS):
        if self.running():
            self.process.terminate()
            if self.wait_exit(timeout) is None:
                self.kill()
                raise RuntimeError(f"{self.name} did not stop within {timeout} s")
        return self.process.returncode

    def kill(self):
        """Ends every process of it at once, children first so that none can say goodbye."""
        if self.process is None:
            return
        for pid in reversed(self.tree()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.process.poll() is None:
            self.process.wait()

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def wait_log(self, text, timeout=5):
        return wait_for(lambda: text in self.log(), timeout)


def settle(seconds):
    """Lets real time pass: the one place where the tests say that they wait for the wire and not for an event."""
    time.sleep(seconds)

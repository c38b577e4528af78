#!/usr/bin/python3
"""Runs a command inside User-Mode Linux, whose root is this host's file system: a kernel with IPVS where the host has none.

guest.py [--seconds N] [--memory 512M] COMMAND ARGS...: what the command prints is printed here while it runs, and its status is ours.
The guest has its own /run and loopback; HOLDFAST_* variables, PATH and the working folder are passed on.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

MODULES = ("ipv6 ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_sh ip_vs_dh ip_vs_lblc ip_vs_lblcr ip_vs_sed ip_vs_nq ip_vs_mh "
           "ip_vs_fo ip_vs_ovf veth bridge macvlan dummy nlmon")

INIT = """#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 tmp /run
mkdir -p /run/tmp /run/netns /run/mods/lib /dev/shm
chmod 1777 /run/tmp
mount -t tmpfs shm /dev/shm 2>/dev/null
ln -s /usr/lib/uml/modules /run/mods/lib/modules
for m in {modules}; do modprobe -q -d /run/mods $m || echo "no module $m"; done
ip link set lo up
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
cd {folder}
env {environment} TMPDIR=/run/tmp HOLDFAST_GUEST=1 {command} > {out}/output 2>&1 < /dev/null
echo $? > {out}/status
sync
halt -f
"""


def inside():
    return os.environ.get("HOLDFAST_GUEST") == "1"


def program():
    return shutil.which("linux.uml") or shutil.which("linux", path="/usr/bin")


class Guest:
    """A booted guest that runs one command; a context manager that leaves no process and no file."""

    def __init__(self, command, memory="512M"):
        self.out = tempfile.mkdtemp(prefix="holdfast-guest-")
        kept = {k: v for k, v in os.environ.items() if k.startswith(("HOLDFAST_", "PYTHON"))}
        init = os.path.join(self.out, "init")
        with open(init, "w", encoding="utf-8") as f:
            f.write(INIT.format(modules=MODULES, folder=shlex.quote(os.getcwd()), out=self.out, command=shlex.join(command),
                                environment=" ".join(f"{k}={shlex.quote(v)}" for k, v in kept.items())))
        os.chmod(init, 0o755)
        last_cpu = str(max(os.sched_getaffinity(0)))  # on one CPU the guest's hand-overs are several times faster
        argv = ["taskset", "-c", last_cpu, program(), f"mem={memory}", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw",
                f"init={init}", "con=null", "con0=fd:0,fd:1", f"umid=hf{os.getpid()}", "quiet"]
        with open(os.path.join(self.out, "console"), "wb") as console:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
                                            env=dict(os.environ, TMPDIR=self.out, HOME=self.out))
        self.read = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.out, ignore_errors=True)

    def file(self, name):
        try:
            with open(os.path.join(self.out, name), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def news(self):
        """What the command printed since the last call."""
        text = self.file("output")
        new, self.read = text[self.read:], len(text)
        return new

    def status(self):
        """The status of the command; None while it runs or when the guest died before."""
        text = self.file("status").strip()
        return int(text) if text else None


def follow(command, seconds, memory):
    """Runs a command in a guest, prints as it goes, returns its status; 124 after the time, 125 when the guest died."""
    end = time.monotonic() + seconds
    with Guest(command, memory) as guest:
        while guest.process.poll() is None and time.monotonic() < end:
            sys.stdout.write(guest.news())
            sys.stdout.flush()
            time.sleep(0.2)
        sys.stdout.write(guest.news())
        status = guest.status()
        if status is None:
            late = guest.process.poll() is None
            print(f"the guest {'did not end in %d s' % seconds if late else 'died'}; its console ends with:\n{guest.file('console')[-2000:]}")
            return 124 if late else 125
        return status


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--memory", default="512M")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not program():
        sys.exit("User-Mode Linux is not installed (Debian: user-mode-linux)")
    sys.exit(follow(args.command, args.seconds, args.memory))


if __name__ == "__main__":
    main()

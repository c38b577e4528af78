"""A root file system of its own for the package tests: this machine's as the lower layer of an overlay, so that nothing of it changes; a copy
of it where the kernel takes no such overlay."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

INSTALL_SECONDS = 300
# Its mounts, processes and network end with the command; what is written stays in the upper layer for the next one. Service managers of the
# machine are out of sight: nothing is started but by the test.
OVERLAY = """set -e
root=$1
mount --types overlay --options "lowerdir=/,upperdir=$root/upper,workdir=$root/work" overlay "$root/merged"
"""
COPIED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "var", "root", "opt")
INSIDE = """set -e
cd "$1/merged"
shift
mount --types proc proc proc
mount --rbind /dev dev
mount --types sysfs sysfs sys
mount --types tmpfs tmpfs run
mkdir run/lock
cp --dereference /etc/resolv.conf run/resolv.conf
rm -f etc/resolv.conf; cp run/resolv.conf etc/resolv.conf
exec chroot . sh -c 'set -e
'"$1"
"""


class Root:
    """Commands in the root file system; every command sees what the ones before it installed."""

    def __init__(self, folder):
        self.folder = str(folder)
        subprocess.run(["mount", "--types", "tmpfs", "--options", "size=2g,mode=0755", "tmpfs", self.folder], check=True)
        for name in ("upper", "work", "merged"):
            os.mkdir(os.path.join(self.folder, name))
        self.is_copy = subprocess.run(["unshare", "--mount", "sh", "-c", OVERLAY, "sh", self.folder], check=False).returncode != 0
        if self.is_copy:
            self.close()
            self.copy()
        self.written = os.path.join(self.folder, "merged" if self.is_copy else "upper")

    def copy(self):
        """On the disk: it takes more than a machine may have of memory."""
        merged = os.path.join(self.folder, "merged")
        for name in ("proc", "sys", "dev", "run", "tmp"):
            os.makedirs(os.path.join(merged, name))
        os.chmod(os.path.join(merged, "tmp"), 0o1777)
        there = [os.path.join("/", name) for name in COPIED if os.path.lexists(os.path.join("/", name))]
        subprocess.run(["cp", "--archive", "--one-file-system"] + there + [merged], check=True)

    def close(self):
        if os.path.ismount(self.folder):
            subprocess.run(["umount", "--lazy", self.folder], check=True)

    def try_run(self, script, network=True):
        """A shell script in it. Without `network` it has one of its own, in which there is only a loopback."""
        apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--ipc"] + ([] if network else ["--net"])
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                       "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run(apart + ["sh", "-c", INSIDE if self.is_copy else OVERLAY + INSIDE, "sh", self.folder, script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=INSTALL_SECONDS, env=environment, check=False)

    def run(self, script, network=True):
        done = self.try_run(script, network)
        assert done.returncode == 0, f"status {done.returncode} of: {script}\n{done.stdout}"
        return done.stdout

    def put(self, path, text):
        """A file, before or between commands."""
        with open(self.made(path), "w", encoding="utf-8") as f:
            f.write(text)

    def bring(self, file):
        """A file of the machine, which may be on a file system that is not seen inside; its path there."""
        path = os.path.join("/var/tmp", os.path.basename(file))
        shutil.copy(file, self.made(path))
        return path

    def made(self, path):
        target = os.path.join(self.written, path.lstrip("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        return target


@pytest.fixture(scope="session")
def debs():
    folder = os.path.join(os.environ["HOLDFAST_BUILD"], "debs")
    found = {os.path.basename(path).split("_")[0]: path for path in glob.glob(os.path.join(folder, "*.deb"))}
    assert {"holdfast", "holdfast-keepalived"} <= set(found), f"packaging/debs makes the packages in {folder}; there: {sorted(found)}"
    return found


@pytest.fixture
def root(tmp_path):
    made = Root(tmp_path)
    yield made
    made.close()

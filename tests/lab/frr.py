"""FRRouting's bfdd and vrrpd as peers: Debian's package, unpacked by unpack_frr, started in a namespace without touching the machine."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

from lab.daemon import build_folder
from lab.shell import wait_for

# Its daemons look up a group of their package's; they see one with files of their own in place of /etc/passwd and /etc/group.
ENTER = 'mount --bind "$0/group" /etc/group && mount --bind "$0/passwd" /etc/passwd && exec "$@"'


def folder():
    return os.environ.get("HOLDFAST_FRR", os.path.join(build_folder(), "frr"))


class Frr:
    """zebra, and the daemons that are asked for, with one configuration each."""

    def __init__(self, lab, namespace, **configurations):
        self.lab, self.namespace = lab, namespace
        self.files = lab.path(f"frr-{namespace}")
        os.makedirs(self.files)
        self.logs = {}
        self.start("zebra", "")
        if not wait_for(lambda: os.path.exists(os.path.join(self.files, "zserv")), 20):
            raise RuntimeError("zebra did not start: " + self.log("zebra"))
        for name, text in configurations.items():
            self.start(name, text)

    def start(self, name, text):
        place = folder()
        libraries = os.path.join(place, "root/usr/lib/x86_64-linux-gnu")
        configuration = self.lab.file(f"{self.namespace}.{name}.conf", "log stdout\n" + text)
        self.logs[name] = self.lab.path(f"{self.namespace}.{name}.log")
        with open(self.logs[name], "wb") as out:
            self.lab.helper(["unshare", "-m", "sh", "-c", ENTER, place, os.path.join(place, "root/usr/lib/frr", name), "-u", "root", "-g", "root",
                             "-z", os.path.join(self.files, "zserv"), "--vty_socket", self.files, "-i", os.path.join(self.files, name + ".pid"),
                             "-f", configuration], self.namespace, stdout=out, stderr=subprocess.STDOUT,
                            env={**os.environ, "LD_LIBRARY_PATH": f"{libraries}:{libraries}/frr"})

    def log(self, name):
        with open(self.logs[name], encoding="utf-8", errors="replace") as f:
            return f.read()

"""The servers behind a virtual service: a namespace with their addresses, and one process that answers for all of them."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

from lab.shell import run

HERE = os.path.dirname(os.path.abspath(__file__))


def certificate(lab):
    """A file with a fresh self-signed certificate and its key."""
    path = lab.path("server.pem")
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=www.example.org",
         "-keyout", path, "-out", path + ".crt"])
    with open(path, "a", encoding="ascii") as out, open(path + ".crt", encoding="ascii") as source:
        out.write(source.read())
    return path


class Backends:
    """Servers by their specification, e.g. http:10.9.1.1:80, reachable from here (or from a namespace) over a cable of their own."""

    def __init__(self, lab, specs, namespace=None, gateway=("10.9.1.254/24", "2001:db8:9:1::fe/64"), device="backends"):
        self.namespace = lab.namespace("web")
        near = ["ip"] + (["-n", namespace] if namespace else [])
        run(near + f"link add {device} type veth peer name eth0 netns {self.namespace}".split())
        for address in gateway:
            run(near + f"addr add {address} dev {device} {'nodad' if ':' in address else ''}".split())
        run(near + f"link set {device} up".split())
        self.gone = near + ["link", "del", device]
        for address in sorted({self.address(s) for s in specs}):
            run(f"ip -n {self.namespace} addr add {address}/{'64 nodad' if ':' in address else '24'} dev eth0")
        run(f"ip -n {self.namespace} link set eth0 up")
        argv = [sys.executable, os.path.join(HERE, "servers.py")]
        if any(s.startswith("https:") for s in specs):
            argv += ["--certificate", certificate(lab)]
        self.process = lab.helper(argv + list(specs), self.namespace, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the servers did not start")

    @staticmethod
    def address(spec):
        return spec.split(":", 1)[1].rsplit(":", 1)[0].strip("[]")

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "done\n":
            raise RuntimeError(f"the servers did not do {words}")

    def down(self, spec):
        self.tell("down", spec)

    def up(self, spec):
        self.tell("up", spec)

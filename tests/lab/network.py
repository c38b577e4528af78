"""A laboratory of network namespaces: bridges, cables, helper processes, captures. A context manager that leaves nothing."""
# SPDX-License-Identifier: Apache-2.0
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from lab.shell import argv_in, run

COUNTER = itertools.count()
STOP_SECONDS = 3


class Lab:
    def __init__(self, name="lab"):
        self.prefix = f"hf{os.getpid()}x{next(COUNTER)}"
        self.folder = tempfile.mkdtemp(prefix=f"holdfast-{name}-")
        os.chmod(self.folder, 0o755)
        self.namespaces, self.daemons, self.helpers = [], [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for daemon in self.daemons:
            daemon.kill()
        for helper in self.helpers:
            self.end(helper)
        for name in self.namespaces:
            run(f"ip netns del {name}", check=False)
        if not os.environ.get("HOLDFAST_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    # ------------------------------------------------------------ files and processes

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text="", mode=0o644):
        """Writes a file as one step, so that no reader sees half of it."""
        path = self.path(name)
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path + ".new", mode)
        os.rename(path + ".new", path)
        return path

    def helper(self, command, namespace=None, **options):
        process = subprocess.Popen(argv_in(namespace, command), **options)
        self.helpers.append(process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # ------------------------------------------------------------ network

    def namespace(self, name):
        full = f"{self.prefix}{name}"
        run(f"ip netns add {full}")
        self.namespaces.append(full)
        run("sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0"
            " net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0", full)
        run(f"ip -n {full} link set lo up")
        return full

    def cable(self, namespace_a, device_a, namespace_b, device_b, *addresses_a):
        run(f"ip link add {device_a} netns {namespace_a} type veth peer name {device_b} netns {namespace_b}")
        for address in addresses_a:
            run(f"ip -n {namespace_a} addr add {address} dev {device_a}")
        run(f"ip -n {namespace_a} link set {device_a} up")
        run(f"ip -n {namespace_b} link set {device_b} up")

    def bridge(self, name="sw"):
        full = self.namespace(name)
        run(f"ip -n {full} link add br0 type bridge forward_delay 0 mcast_snooping 0")
        run(f"ip -n {full} link set br0 up")
        return full

    def plug(self, bridge, port, namespace, device, *addresses):
        """Connects a device of a namespace to a port of a bridge. The cable is pulled by setting the port down."""
        self.cable(namespace, device, bridge, port, *addresses)
        run(f"ip -n {bridge} link set {port} master br0")

    @staticmethod
    def run(command, namespace=None):
        return run(command, namespace)

    def link(self, namespace, device, state):
        run(f"ip -n {namespace} link set {device} {state}")

    @staticmethod
    def addresses(namespace, device=None):
        """The addresses present in a namespace, or on one of its devices."""
        where = f" dev {device}" if device else ""
        text = run(f"ip -n {namespace} -j addr show{where}", check=False)
        return {a["local"] for l in json.loads(text or "[]") for a in l.get("addr_info", []) if "local" in a}

    @staticmethod
    def mac(namespace, device):
        return json.loads(run(f"ip -n {namespace} -j link show {device}"))[0]["address"]

    # ------------------------------------------------------------ capture

    def capture(self, namespace, device, name="wire.pcap", expression="vrrp or arp or icmp6 or ip6 proto 112", snap=512):
        return Capture(self, namespace, device, self.path(name), expression, snap)


class Capture:
    """tcpdump on one device, from the moment the constructor returns."""

    SETTLE_SECONDS = 0.3

    def __init__(self, lab, namespace, device, path, expression="", snap=512):
        self.path = path
        self.process = lab.helper(["tcpdump", "-i", device, "-n", "-U", "--immediate-mode", "-s", str(snap), "-B", "16384", "-Z", "root",
                                   "-w", path] + ([expression] if expression else []), namespace, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "listening on" in line:
                return
        raise RuntimeError(f"tcpdump did not start on {device} in {namespace}")

    def stop(self):
        """Ends the capture and returns the path of its file."""
        if self.process.poll() is None:
            time.sleep(self.SETTLE_SECONDS)
            self.process.send_signal(signal.SIGINT)
            self.process.stderr.read()
            self.process.wait(10)
        return self.path

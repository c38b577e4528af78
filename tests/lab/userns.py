"""A daemon in a user namespace with a network of its own, as an unprivileged operator or a rootless container would start it."""
# SPDX-License-Identifier: Apache-2.0
import subprocess

from lab.daemon import ARGUMENTS

IN_USER_NAMESPACE = """ip link add eth0 type veth peer name eth0peer && ip link set eth0 up && ip link set eth0peer up && ip addr add 10.9.0.1/24 dev eth0 || exit 99
"$@" & daemon=$!
for i in $(seq 100); do ip addr show dev eth0 | grep -q 10.9.0.100 && break; sleep 0.1; done
ip addr show dev eth0 | grep -q 10.9.0.100 && echo "the address is there"
kill -TERM $daemon; wait $daemon; echo "status $?"
ip addr show dev eth0 | grep -q 10.9.0.100 || echo "the address is gone"
"""


def in_user_namespace(command, path, lab, mode):
    pids = [f"-{letter}{lab.path(letter + '.pid')}" for letter in "prcb"]
    argv = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", IN_USER_NAMESPACE, "sh"] + command + ["-f", path] + ARGUMENTS + mode + pids
    return subprocess.run(argv, capture_output=True, text=True, timeout=40)

"""What each role may hold while it runs, and what /proc says that it holds. The table is section 2 of doc/architecture.md once more,
written from the outside: it must not be made from policy/, or a mistake there would be its own proof."""
# SPDX-License-Identifier: Apache-2.0
import os
import re

from lab.daemon import status_of

DAC_READ_SEARCH = 1 << 2  # root's configuration files may be readable by root only
KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_ADMIN, NET_RAW, SYS_CHROOT = (1 << n for n in (5, 6, 7, 8, 10, 12, 13, 18))
STARTER = SETUID | SETGID | SETPCAP | KILL | NET_BIND_SERVICE | NET_ADMIN | NET_RAW | SYS_CHROOT | DAC_READ_SEARCH

# role: (capabilities that it must have, capabilities that it may have, Seccomp mode)
ROLES = {
    "parent": (0, 0, "2"),
    "holdfast": (0, 0, "2"),  # the keeper of the pid files: keeps the user that made them, and nothing else
    "launcher": (NET_ADMIN | NET_RAW, STARTER, "2"),
    "scriptd": (0, SETUID | SETGID | KILL, "0"),  # scripts would inherit a filter
    "vrrpd": (0, 0, "2"),
    "checkerd": (0, 0, "2"),
    "worker": (0, 0, "2"),
    "ipvsd": (NET_ADMIN, NET_ADMIN, "2"),
}


def faults(role, pid, root_allowed=False):
    """What is wrong with a process of a role, as sentences; none is right."""
    status = status_of(pid)
    if not status:
        return [f"{role}: process {pid} is gone"]
    must, may, seccomp = ROLES[role]
    found = []
    effective, permitted = (int(status[k], 16) for k in ("CapEff", "CapPrm"))
    if effective & must != must:
        found.append(f"{role}: lacks capabilities {must & ~effective:x}")
    if (effective | permitted) & ~may:
        found.append(f"{role}: has capabilities {(effective | permitted) & ~may:x} beyond its role")
    if int(status["CapAmb"], 16):
        found.append(f"{role}: has ambient capabilities {status['CapAmb']}")
    if int(status["CapInh"], 16):
        found.append(f"{role}: has inheritable capabilities {status['CapInh']}")
    if status["NoNewPrivs"] != "1":
        found.append(f"{role}: NoNewPrivs is {status['NoNewPrivs']}")
    if status["Seccomp"] != seccomp:
        found.append(f"{role}: Seccomp is {status['Seccomp']}, not {seccomp}")
    if not root_allowed and role != "holdfast" and "0" in status["Uid"].split() + status["Gid"].split() + status.get("Groups", "").split():
        found.append(f"{role}: uid {status['Uid']}, gid {status['Gid']}, groups {status.get('Groups')}")
    if status["Threads"] != "1":
        found.append(f"{role}: has {status['Threads']} threads")
    return found


def uid(pid):
    return status_of(pid)["Uid"].split()[0]


def descriptors(pid):
    """{number: what it is} of a process, e.g. 'socket:raw', 'socket:packet', 'anon_inode:[eventpoll]', '/dev/null'."""
    kinds = {}
    for name in ("raw", "raw6", "packet", "netlink", "udp", "udp6", "tcp", "tcp6", "unix"):
        try:
            with open(f"/proc/{pid}/net/{name}", encoding="ascii") as f:
                for line in f.readlines()[1:]:
                    words = line.split()
                    inode = {"packet": 8, "netlink": 9, "unix": 6}.get(name, 9)
                    if len(words) > inode:
                        kinds[words[inode]] = name
        except OSError:
            pass
    found = {}
    for number in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{number}")
        socket = re.fullmatch(r"socket:\[(\d+)\]", target)
        found[int(number)] = "socket:" + kinds.get(socket.group(1), "unix") if socket else target
    return found

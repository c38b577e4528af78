"""The example pair.conf: two addresses that move together, with every mix of daemons and in either role."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import signal

import pytest

from lab import wire
from lab.daemon import Daemon, project, settle
from lab.shell import wait_for

ADDRESSES = {"172.16.10.16", "172.16.2.20"}
DOWN_SECONDS = 3 * 2 + (256 - 118) / 256  # advert_int 2, priority 118, version 2


def as_keepalived(lab, command):
    """The command under keepalived's name: the example's script has no user, so that it is root's, as with keepalived."""
    link = lab.path("keepalived")
    if len(command) != 1 or os.path.basename(command[0]) == "keepalived":
        return command
    if not os.path.islink(link):
        os.symlink(command[0], link)
    return [link]


class Example:
    """Two routers with eth1 and eth2 on two bridges, and the process that the example watches."""

    def __init__(self, lab, commands):
        with open(os.path.join(project(), "packaging", "examples", "pair.conf"), encoding="utf-8") as f:
            text = f.read()
        name = f"proxy{os.getpid()}"  # its own: on this machine a haproxy may run
        assert "haproxy" in text
        text = text.replace("haproxy", name)
        self.lab, self.namespaces, self.daemons = lab, [], []
        watched = lab.path(name)
        shutil.copy("/usr/bin/sleep", watched)
        self.watched = lab.helper([watched, "100000"])
        self.bridges = [lab.bridge("sw1"), lab.bridge("sw2")]
        for number, command in enumerate(commands, 1):
            namespace = lab.namespace(f"r{number}")
            lab.plug(self.bridges[0], f"p{number}", namespace, "eth1", f"172.16.2.{number}/24")
            lab.plug(self.bridges[1], f"p{number}", namespace, "eth2", f"172.16.10.{number}/24")
            self.namespaces.append(namespace)
            self.daemons.append(Daemon(lab, as_keepalived(lab, command), namespace, f"r{number}", text))

    def held(self, number):
        return self.lab.addresses(self.namespaces[number]) & ADDRESSES

    def wait_all_on(self, number, timeout=DOWN_SECONDS * 2 + 6):
        other = 1 - number
        if not wait_for(lambda: self.held(number) == ADDRESSES and not self.held(other), timeout):
            logs = "\n---\n".join(d.log()[-2500:] for d in self.daemons)
            raise AssertionError(f"wanted both addresses on router {number}: {self.held(number)} and {self.held(other)}\n{logs}")


def together(example, number, seconds):
    """Asserts that at no look a router holds one address for longer than a moment."""
    alone = 0
    for _ in range(int(seconds / 0.02)):
        alone = alone + 1 if len(example.held(number)) == 1 else 0
        assert alone < 15, "the addresses did not move together"
        if example.held(number) == ADDRESSES:
            return
        settle(0.01)


@pytest.mark.parametrize("event", ["kill", "term", "cable"])
def test_both_addresses_move_together(lab, commands, event):
    example = Example(lab, commands)
    example.daemons[0].start()
    example.wait_all_on(0)
    example.daemons[1].start()
    settle(3)
    assert example.held(0) == ADDRESSES and not example.held(1), "nopreempt, equal priority: the second must wait"
    capture = lab.capture(example.bridges[0], "br0")
    settle(2.2)
    adverts = wire.adverts(capture.stop(), "172.16.2.1")
    assert adverts and all(a.checksum_right and a.ttl == 255 and a.interval == 2.0 and a.vrid == 20 for a in adverts)
    if event == "kill":
        example.daemons[0].kill()
        for device in ("eth1", "eth2"):  # the addresses of a killed router stay in its namespace; its machine would be gone
            lab.link(example.namespaces[0], device, "down")
    elif event == "term":
        example.daemons[0].signal(signal.SIGTERM)
    else:
        lab.link(example.bridges[0], "p1", "down")  # one of the two: the group must follow
    together(example, 1, DOWN_SECONDS + 3)
    assert example.held(1) == ADDRESSES, example.daemons[1].log()[-2500:]
    if event != "kill":
        assert wait_for(lambda: not example.held(0), 3)


def test_the_watched_process_gone_moves_both(lab, commands):
    example = Example(lab, commands)
    example.daemons[0].start()
    example.wait_all_on(0)
    lab.end(example.watched)
    assert wait_for(lambda: not example.held(0), 10), "fall 2, interval 2: the address must be gone after about 4 s"

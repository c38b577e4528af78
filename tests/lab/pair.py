"""Two routers and a client on one bridge: A should be active, B takes over. The setting of most system tests and of ./up."""
# SPDX-License-Identifier: Apache-2.0
from lab import configuration
from lab.daemon import Daemon
from lab.shell import wait_for

ADDRESS = "10.9.0.100"
PRIORITY_A, PRIORITY_B = 200, 100
SOURCE = {"A": "10.9.0.1", "B": "10.9.0.2", "C": "10.9.0.3"}


class Pair:
    def __init__(self, lab, command_a, command_b, text_a=None, text_b=None, interval=1, version=3, extra_a="", extra_b="", arguments=("-P",)):
        """Texts default to one instance with ADDRESS; extra_a and extra_b are lines inside of it."""
        self.lab, self.interval, self.version = lab, interval, version
        self.bridge = lab.bridge()
        self.a, self.b, self.c = (lab.namespace(n) for n in "abc")
        for namespace, name in ((self.a, "A"), (self.b, "B"), (self.c, "C")):
            lab.plug(self.bridge, f"p{name}", namespace, "eth0", f"{SOURCE[name]}/24")
        lab.cable(self.a, "t0", self.a, "t1")  # an interface to track, which carries nothing
        texts = [t or configuration.GLOBALS + configuration.instance(priority=p, interval=interval, version=version, extra=e)
                 for t, p, e in ((text_a, PRIORITY_A, extra_a), (text_b, PRIORITY_B, extra_b))]
        self.A = Daemon(lab, command_a, self.a, "A", texts[0], arguments)
        self.B = Daemon(lab, command_b, self.b, "B", texts[1], arguments)
        self.mac = {"A": lab.mac(self.a, "eth0"), "B": lab.mac(self.b, "eth0")}
        self.skew_b = configuration.skew(PRIORITY_B, interval, version)
        self.down_b = 3 * interval + self.skew_b

    def start(self, alone=False):
        """A running and active, then B as its backup; or A alone."""
        self.A.start()
        self.wait_owner("A")
        if not alone:
            self.B.start()
            self.settle()
        return self

    def holds(self, namespace, address=ADDRESS):
        return address in self.lab.addresses(namespace)

    def owners(self, address=ADDRESS):
        """Which of A and B hold the address, as a string: "A", "B", "AB" or ""."""
        return "".join(n for n, namespace in (("A", self.a), ("B", self.b)) if self.holds(namespace, address))

    def wait_owner(self, wanted, timeout=None):
        timeout = self.down_b * 2 + 8 if timeout is None else timeout
        if not wait_for(lambda: self.owners() == wanted, timeout):
            raise AssertionError(f"wanted the address on {wanted}, it is on '{self.owners()}'\n--- A\n{self.A.log()[-2000:]}\n--- B\n{self.B.log()[-2000:]}")

    def settle(self):
        self.wait_owner("A")
        if not wait_for(lambda: "BACKUP STATE" in self.B.log() and self.B.running(), 5):
            raise AssertionError("B is not a running backup:\n" + self.B.log()[-2000:])

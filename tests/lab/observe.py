"""What is seen from outside while something happens: a client that asks all the time, and every change in a namespace."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ANSWER_SECONDS_MAX = 0.05


class Client:
    """Probes an address from the moment the constructor returns until finish()."""

    def __init__(self, lab, namespace, address, device="eth0", interval=0.001):
        self.process = lab.helper([sys.executable, os.path.join(HERE, "probe.py"), address, device, str(interval)], namespace,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def finish(self):
        text, _ = self.process.communicate("")
        return Record(json.loads(text))


class Record:
    def __init__(self, seen):
        self.sent, self.replies, self.adverts, self.garps = (seen[k] for k in ("sent", "replies", "adverts", "garps"))

    def outage(self, since=0.0):
        """The longest time without an answer, by the times of the unanswered probes: a stalled prober adds nothing."""
        answered = {number: time for number, time, _ in self.replies}
        worst, began = 0.0, None
        for number, time in self.sent:
            if time < since:
                continue
            if number in answered and answered[number] - time < ANSWER_SECONDS_MAX:
                worst, began = max(worst, time - began if began is not None else 0.0), None
            elif began is None:
                began = time
        if began is not None:
            worst = max(worst, self.sent[-1][1] - began)
        return worst

    def silence(self, since):
        """The longest time in which no answer arrived, whatever was asked meanwhile: also questions that waited in a router count."""
        times = sorted(time for _, time, _ in self.replies if time >= since)
        return max((b - a for a, b in zip(times, times[1:])), default=0.0)

    def lost(self):
        answered = {number for number, _, _ in self.replies}
        return sum(number not in answered for number, _ in self.sent)

    def first_answer(self, mac, since):
        times = [time for _, time, m in self.replies if m == mac and time > since]
        return min(times) if times else None

    def adverts_of(self, source, since=0.0):
        return [(time, priority) for time, s, _, priority in self.adverts if s == source and time > since]


class Monitor:
    """Records the changes of a namespace (links, addresses, routes, rules) from the moment the constructor returns."""

    def __init__(self, lab, namespace):
        self.process = lab.helper([sys.executable, os.path.join(HERE, "monitor.py")], namespace,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def finish(self):
        """A list of {time, kind, ...}, see monitor.py."""
        text, _ = self.process.communicate("")
        return json.loads(text)

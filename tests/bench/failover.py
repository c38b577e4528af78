#!/usr/bin/python3
"""How long a failover takes beyond what the protocol prescribes, Holdfast and keepalived in turn in the same run.

failover.py [--runs N] [--intervals "1 0.1"] [--events "cable term tracked kill parent"] [--json FILE]
Both pairs run all the time, so that the noise of the machine is in both. Nothing is asserted: figures are compared, never judged alone.
  excess: from A's last word to B's first answer as the client sees it, less the protocol's time (3 adverts + skew, or the skew alone)
  kill: kill -9 of A's VRRP process; how many questions stayed unanswered, and whether B spoke
  parent: kill -9 of A's parent; the excess, counted from the kill, and for how long the address was on both
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import os
import signal
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.daemon import holdfast_command, keepalived_command, program_of  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.observe import Client, Monitor  # noqa: E402
from lab.pair import ADDRESS, Pair, SOURCE  # noqa: E402
from lab.shell import wait_for  # noqa: E402

QUESTION_SECONDS = 0.00025  # between questions of the client: what the grid adds to an answer is half of it
TRACK_T0 = "    track_interface {\n        t0\n    }"


class Contender:
    """One daemon's pair of routers, and the events that can happen to its active one."""

    def __init__(self, name, lab, command, interval):
        self.name, self.interval = name, interval
        arguments = ("-P", "--vrrp-resume-limit=100000") if name == "holdfast" else ("-P",)
        self.pair = Pair(lab, command, command, interval=interval, extra_a=TRACK_T0, arguments=arguments).start()

    def fire(self, event):
        pair = self.pair
        if event == "cable":
            pair.lab.link(pair.bridge, "pA", "down")
        elif event == "term":
            pair.A.signal(signal.SIGTERM)
        elif event == "tracked":
            pair.lab.link(pair.a, "t0", "down")
        elif event == "parent":
            pair.A.process.kill()
        else:
            os.kill(pair.A.pid("r"), signal.SIGKILL)

    def restore(self, event):
        pair = self.pair
        if event == "cable":
            pair.lab.link(pair.bridge, "pA", "up")
        elif event == "tracked":
            pair.lab.link(pair.a, "t0", "up")
        elif event in ("term", "parent"):
            pair.A.wait_exit()
            pair.A.start()
        elif program_of(pair.A.process.pid) == "keepalived":  # its respawn limiter must not spoil the next run
            pair.A.stop()
            pair.A.start()
        pair.wait_owner("A")
        time.sleep(2 * self.interval + 0.3)

    def run(self, event):
        """One event, as a dictionary of figures in milliseconds."""
        pair = self.pair
        client = Client(pair.lab, pair.c, ADDRESS, interval=QUESTION_SECONDS)
        monitors = {name: Monitor(pair.lab, namespace) for name, namespace in (("A", pair.a), ("B", pair.b))} if event == "parent" else {}
        time.sleep(1.2 * self.interval + 0.1 + (time.time_ns() % 1000) / 1000 * self.interval)
        began = time.time()
        self.fire(event)
        if event == "kill":
            time.sleep(max(1.0, 3 * self.interval))
        else:
            wait_for(lambda: pair.holds(pair.b), pair.down_b + 3)
            time.sleep(0.3)
        seen = client.finish()
        figures = self.killed(seen, began) if event == "kill" else self.moved(event, seen, began)
        if monitors:
            figures["both"] = self.on_both({name: monitor.finish() for name, monitor in monitors.items()}) * 1e3
        self.restore(event)
        return figures

    @staticmethod
    def on_both(changes):
        """How long both routers held the address, in seconds: from B's "new" to A's "gone"."""
        gone = [e["time"] for e in changes["A"] if e["kind"] == "deladdr" and e["address"] == ADDRESS]
        new = [e["time"] for e in changes["B"] if e["kind"] == "newaddr" and e["address"] == ADDRESS]
        return max(0.0, gone[0] - new[0]) if gone and new else float("inf")

    def moved(self, event, seen, began):
        answer = seen.first_answer(self.pair.mac["B"], began)
        first_b = seen.adverts_of(SOURCE["B"], began)
        if answer is None or not first_b:
            return {"failed": 1}
        last = began if event == "parent" else [t for t, _ in seen.adverts_of(SOURCE["A"]) if t < first_b[0][0]][-1]
        limit = self.pair.down_b if event == "cable" else self.pair.skew_b
        return {"outage": seen.outage(began - 0.005) * 1e3, "excess": (answer - last - limit) * 1e3, "advert": (first_b[0][0] - last - limit) * 1e3,
                "announced": min((g[0] - last - limit for g in seen.garps if g[0] > began), default=float("nan")) * 1e3}

    @staticmethod
    def killed(seen, began):
        return {"lost": seen.lost(), "peer spoke": len(seen.adverts_of(SOURCE["B"], began)) > 0}


def spread(values):
    return f"{statistics.median(values):8.2f} {min(values):8.2f} {max(values):8.2f}" if values else "       -        -        -"


def report(rows):
    """A table of medians, with the ratio where both were measured."""
    print(f"\n{'interval':>8} {'event':8} {'daemon':11} {'runs':>4}   {'excess ms: median min max':>27}   {'outage ms: median min max':>27}")
    for (interval, event, name), figures in rows.items():
        good = [f for f in figures if "failed" not in f]
        if event == "kill":
            print(f"{interval:>8} {event:8} {name:11} {len(good):>4}   unanswered {sum(f['lost'] for f in good)}, peer spoke in {sum(f['peer spoke'] for f in good)} runs")
        else:
            print(f"{interval:>8} {event:8} {name:11} {len(good):>4}   {spread([f['excess'] for f in good]):>27}   {spread([f['outage'] for f in good]):>27}"
                  + (f"   on both at most {max(f['both'] for f in good):.1f} ms" if event == "parent" and good else "")
                  + (f"   {len(figures) - len(good)} failed" if len(good) < len(figures) else ""))


def measure(interval, events, runs):
    rows = {}
    with Lab("bench") as lab_h, Lab("bench") as lab_k:
        contenders = [Contender("holdfast", lab_h, holdfast_command(), interval), Contender("keepalived", lab_k, keepalived_command(), interval)]
        for event in events:
            for run in range(runs):
                for contender in contenders:
                    rows.setdefault((interval, event, contender.name), []).append(contender.run(event))
                print(f"\r{interval} s, {event}: {run + 1} of {runs} ", end="", file=sys.stderr, flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--intervals", default="1 0.1")
    parser.add_argument("--events", default="cable term tracked kill")
    parser.add_argument("--json")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rows = {}
    for interval in args.intervals.split():
        rows.update(measure(float(interval), args.events.split(), args.runs))
    report(rows)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump([{"interval": i, "event": e, "daemon": d, "runs": v} for (i, e, d), v in rows.items()], f, indent=1)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""How long many VMACs take: from the start until all are there, and from SIGTERM until all are gone. Holdfast and keepalived in turn.

vmacs.py [--count N] [--runs N] [--json FILE]
Nothing is asserted: figures are compared, never judged alone.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import os
import re
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import configuration  # noqa: E402
from lab.daemon import Daemon, holdfast_command, keepalived_command, settle  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.shell import run, wait_for  # noqa: E402

PER_INTERFACE = 250
PATIENCE_SECONDS = 120


def text(count):
    """`count` instances with a VMAC each, 250 on an interface, all active after their first down interval."""
    return configuration.GLOBALS + "".join(
        configuration.instance(name=f"V{number}", vrid=number % PER_INTERFACE + 1, device=f"eth{number // PER_INTERFACE}", priority=200,
                               addresses=(f"10.{100 + number // PER_INTERFACE}.1.{number % PER_INTERFACE + 1}/32",), extra="    use_vmac")
        for number in range(count))


def links(namespace):
    return len(re.findall(r"^ *vrrp\d*\.", run("cat /proc/net/dev", namespace), re.M))


def one_run(name, command, count):
    with Lab("vmacs") as lab:
        namespace = lab.namespace("a")
        for number in range((count + PER_INTERFACE - 1) // PER_INTERFACE):
            lab.cable(namespace, f"eth{number}", namespace, f"peer{number}", f"10.{100 + number}.0.1/16")
        daemon = Daemon(lab, command, namespace, "A", text(count), ("-P",))
        began = time.monotonic()
        daemon.start(wait=False)
        if not wait_for(lambda: links(namespace) == count, PATIENCE_SECONDS, 0.01):
            raise RuntimeError(f"{name}: {links(namespace)} of {count} VMACs: {daemon.log()[-2000:]}")
        made = time.monotonic() - began
        if not wait_for(lambda: daemon.log().count("Entering MASTER STATE") == count, PATIENCE_SECONDS, 0.05):
            raise RuntimeError(f"{name}: not all are active: {daemon.log()[-2000:]}")
        settle(1)
        began = time.monotonic()
        daemon.process.terminate()
        wait_for(lambda: links(namespace) == 0 or not daemon.running(), PATIENCE_SECONDS, 0.01)
        return {"made": made, "gone": time.monotonic() - began, "left": links(namespace)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    args = parser.parse_args()
    seen = {"holdfast": [], "keepalived": []}
    for _ in range(args.runs):
        for name, command in (("holdfast", holdfast_command()), ("keepalived", keepalived_command())):
            seen[name].append(one_run(name, command, args.count))
    print(f"{args.count} VMACs, median of {args.runs}: seconds; left behind at the end: "
          + ", ".join(f"{name} {statistics.median(r['left'] for r in runs):.0f}" for name, runs in seen.items()))
    for what in ("made", "gone"):
        ours, theirs = (statistics.median(r[what] for r in seen[n]) for n in ("holdfast", "keepalived"))
        print(f"  {what:5} holdfast {ours:6.2f}   keepalived {theirs:6.2f}   ratio {ours / theirs:.2f}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(seen, f, indent=1)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Runs each file of the IPVS tests with pytest in a User-Mode Linux guest of its own, so that one that hangs spoils no other.

run.py [--results FOLDER] [FILE...] [PYTEST OPTIONS...], e.g. run.py test_checks.py -k alpha
Each guest leaves its JUnit file in FOLDER; a guest that ends without one leaves a failed case.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import glob
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from lab import guest  # noqa: E402
from lab.case_count import one_case  # noqa: E402

GUEST_SECONDS_MAX = 480
NO_TESTS_CHOSEN = 5


def run_file(path, results, options):
    """The status of one file's tests; its report is in the folder of results."""
    name = os.path.basename(path)
    report = os.path.join(results, name.replace(".py", ".xml"))
    one_case(report, f"uml.{name}", "the guest ended without a report")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "--tb=short", f"--junitxml={report}", path] + options
    status = guest.follow(command, GUEST_SECONDS_MAX, "512M")
    if status == NO_TESTS_CHOSEN:
        os.unlink(report)
        return 0
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", default="/tmp/holdfast-uml-results")
    args, rest = parser.parse_known_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not guest.program():
        sys.exit("User-Mode Linux is not installed (Debian: user-mode-linux)")
    os.makedirs(args.results, exist_ok=True)
    chosen = [w for w in rest if w.endswith(".py")]
    files = [os.path.join(HERE, os.path.basename(w)) for w in chosen] or sorted(glob.glob(os.path.join(HERE, "test_*.py")))
    options = [w for w in rest if w not in chosen]
    os.chdir(os.path.dirname(os.path.dirname(HERE)))
    failed = [path for path in files if run_file(path, args.results, options) != 0]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

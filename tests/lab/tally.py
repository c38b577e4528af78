#!/usr/bin/python3
"""Adds up the test cases in folders of JUnit files; the last line is `N passed, N failed`, the status says the same.

tally.py FOLDER...                                             the grand total
tally.py --stage NAME --status N --log FILE FOLDER             one stage: its failures, and a case more when it could not run
A skipped case counts as failed unless HOLDFAST_ALLOW_SKIP=1: a test that does not run proves nothing.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import glob
import os
import sys
import xml.etree.ElementTree as ElementTree

MESSAGE_WIDTH_MAX = 400


def problem(case):
    """None for a passed case, its text otherwise."""
    for kind in ("failure", "error"):
        found = case.find(kind)
        if found is not None:
            return (found.get("message") or found.text or kind).strip()
    skipped = case.find("skipped")
    if (skipped is not None or case.get("result") == "skipped") and os.environ.get("HOLDFAST_ALLOW_SKIP") != "1":
        return "skipped: " + ((skipped.get("message") if skipped is not None else None) or "no reason given")
    return None


def cases_of(folder):
    """(name, problem or None) of every case below a folder; a file that cannot be read is a failed case."""
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.xml"), recursive=True)):
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            yield os.path.basename(path), f"unreadable report: {error}"
            continue
        for case in root.iter("testcase"):
            if case.get("status") == "notrun" and case.find("skipped") is None:
                continue  # disabled by name or filtered out
            yield f"{case.get('classname', '')}.{case.get('name', '')}".strip("."), problem(case)


def stage_fault(args):
    """Adds a failed case of its own when a stage ended badly and no case of it says so."""
    found = list(cases_of(args.folders[0]))
    bad = [f for f in found if f[1]]
    if (args.status != 0 and not bad) or not found:
        with open(os.path.join(args.folders[0], "stage.xml"), "w", encoding="utf-8") as f:
            f.write(f'<testsuite><testcase classname="{args.stage}" name="the stage itself">'
                    f'<failure message="status {args.status}, {len(found)} cases reported; see {args.log}"/></testcase></testsuite>\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage")
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("--log", default="")
    parser.add_argument("folders", nargs="+")
    args = parser.parse_args()
    if args.stage:
        stage_fault(args)
    cases = [case for folder in args.folders for case in cases_of(folder)]
    failed = [case for case in cases if case[1]]
    if args.stage or len(failed) <= 30:
        for name, text in failed:
            print(f"  FAILED {name}: {' '.join(text.split())[:MESSAGE_WIDTH_MAX]}")
    if args.stage and failed and args.log:
        print(f"  the whole log: {args.log}")
    if args.stage:
        print(f"  {args.stage}: {len(cases)} cases, {len(failed) or 'none'} failed")
    else:
        print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed or not cases else 0)


if __name__ == "__main__":
    main()

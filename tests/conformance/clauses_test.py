#!/usr/bin/python3
"""clauses.tsv names, for each demand of the RFCs, the test that holds it: that test must be there."""
# SPDX-License-Identifier: Apache-2.0
import csv
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main():
    missing, seen = [], set()
    with open(os.path.join(ROOT, "tests", "conformance", "clauses.tsv"), encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            seen.add(row["id"])
            try:
                with open(os.path.join(ROOT, row["file"]), encoding="utf-8") as source:
                    there = row["test"] in source.read()
            except OSError:
                there = False
            if not there:
                missing.append(f"{row['id']}: {row['file']} has no '{row['test']}'")
    print("\n".join(missing) or f"{len(seen)} demands have their tests")
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()

"""The case files of tests/conformance/config, read the same way as the unit tests read them (see the README.md there)."""
# SPDX-License-Identifier: Apache-2.0
import collections
import glob
import os

from lab.daemon import project

FOLDER = os.path.join(project(), "tests", "conformance")

Case = collections.namedtuple("Case", "file line context keyword good text expected configuration")
Difference = collections.namedtuple("Difference", "file text status reason")


def read_file(path):
    """The cases of one file, in order."""
    context = keyword = around = ""
    in_around = False
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines.read().split("\n"), 1):
            if in_around and line.startswith("  "):
                around += line[2:] + "\n"
                continue
            in_around = False
            head, _, rest = line.strip().partition(" ")
            if head == "context":
                context = rest.strip()
            elif head == "keyword":
                keyword = rest.strip()
            elif line == "around":
                in_around, around = True, ""
            elif head in ("good", "bad"):
                text, _, expected = (part.strip() for part in rest.partition(" => "))
                whole = (around or "@@\n").replace("@@", text.replace(" ;; ", "\n"))
                yield Case(os.path.basename(path), number, context, keyword, head == "good", text, expected, whole)


def read_all():
    return [case for path in sorted(glob.glob(os.path.join(FOLDER, "config", "*.cases"))) for case in read_file(path)]


def since():
    """{(context, keyword): the release that introduced it}, from keywords.tsv."""
    with open(os.path.join(FOLDER, "keywords.tsv"), encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines][1:]
    return {(row[0], row[1].removeprefix("[type] ")): row[6] for row in rows}


def differences():
    """The listed ones: (context, text) -> Difference."""
    listed = {}
    with open(os.path.join(FOLDER, "config", "differences.tsv"), encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                context, text, status, reason = line.rstrip("\n").split("\t")
                listed[(context, text)] = (int(status), reason)
    return listed

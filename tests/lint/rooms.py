#!/usr/bin/python3
"""The walls between the rooms, held: who may include whom, where a right may be used, how long a thing may get.

rooms.py [ROOT]: prints every finding as file:line: text, one case per rule in the JUnit file that HOLDFAST_JUNIT names.
The tables are the rules; the code below them only applies them. The reasons are in doc/hacking.md.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import sys
from xml.sax.saxutils import quoteattr

import source

PROCESSES = ("parent", "vrrpd", "checkerd", "ipvsd")
VALUE = ["proto/value/", "proto/runtime/result.h"]

# Longest prefix wins: what a file below it may include of ours, and whether it is pure (no clock, socket, log, message type).
ROOMS = {
    "proto/value/": (VALUE, True),
    "proto/runtime/": (["proto/value/", "proto/runtime/"], False),
    "proto/runtime/result.h": ([], True),
    "proto/channel/": (["proto/"], False),
    "proto/codec/": (["proto/"], False),
    "policy/": (["policy/", "proto/runtime/result.h", "proto/runtime/fd.h"], False),
    "parent/": (["parent/", "proto/"], False),
    "parent/config/": (VALUE + ["parent/config/"], True),
    "parent/model/": (VALUE + ["parent/model/", "parent/config/tree.h", "parent/config/diagnostic.h",
                       "parent/config/reading.h", "parent/config/lexer.h", "parent/config/dump.h"], True),
    "parent/plan/": (VALUE + ["parent/plan/", "parent/model/model.h", "parent/model/settings/route_entries.h", "parent/config/diagnostic.h"], True),
    "parent/plan/encode": (["parent/plan/", "parent/model/model.h", "parent/config/diagnostic.h", "proto/"], False),
    "parent/status/outline/": (VALUE + ["parent/status/outline/", "parent/plan/plan.h", "parent/config/dump.h"], True),
    "parent/supervise/restart": (VALUE + ["parent/supervise/restart.h"], True),
    "parent/launcher/": (["parent/launcher/", "parent/entry/", "policy/", "proto/value/", "proto/runtime/"], False),
    "parent/scriptd/": (["parent/scriptd/", "policy/", "proto/value/", "proto/runtime/", "proto/channel/"], False),
    "parent/entry/": (["parent/entry/", "parent/launcher/", "parent/scriptd/", "policy/", "proto/value/", "proto/runtime/"], False),
    "vrrpd/": (["vrrpd/", "proto/"], False),
    "vrrpd/protocol/": (VALUE + ["vrrpd/protocol/"], True),
    "vrrpd/wire/": (VALUE + ["vrrpd/wire/"], True),
    "vrrpd/bfd/": (VALUE + ["vrrpd/bfd/"], True),
    "vrrpd/net/": (VALUE + ["vrrpd/net/", "vrrpd/wire/", "vrrpd/protocol/", "vrrpd/bfd/", "proto/runtime/"], False),
    "checkerd/": (["checkerd/", "proto/"], False),
    "checkerd/schedule/": (VALUE + ["checkerd/schedule/"], True),
    "checkerd/verdict/": (VALUE + ["checkerd/verdict/"], True),
    "checkerd/connect/": (VALUE + ["checkerd/connect/", "checkerd/schedule/", "checkerd/verdict/", "proto/runtime/"], False),
    "ipvsd/": (["ipvsd/", "proto/"], False),
    "ipvsd/wanted/": (VALUE + ["ipvsd/wanted/", "ipvsd/reconcile/change.h"], True),
    "ipvsd/reconcile/": (VALUE + ["ipvsd/reconcile/"], True),
    "ipvsd/netlink/": (VALUE + ["ipvsd/netlink/", "ipvsd/reconcile/change.h", "ipvsd/reconcile/firewall.h", "ipvsd/reconcile/marking.h", "ipvsd/reconcile/link_change.h"], False),
    "ipvsd/netlink/socket": (VALUE + ["ipvsd/netlink/", "ipvsd/reconcile/change.h", "proto/runtime/"], False),
    "ipvsd/links/": (VALUE + ["ipvsd/links/", "ipvsd/kernel/kernel.h", "ipvsd/kernel/link_watch.h", "ipvsd/reconcile/link_change.h"], True),
    "ipvsd/kernel/census": (VALUE + ["ipvsd/kernel/census.h"], True),
    "ipvsd/kernel/": (["ipvsd/", "proto/value/", "proto/runtime/"], False),
    "ipvsd/announce/": (VALUE + ["ipvsd/announce/", "proto/runtime/"], False),
}
MAIN_MAY_ALSO = ["policy/"]  # rooms know the policy only in main.cpp

NOT_PURE = re.compile(r"^(sys/|event2/|google/|systemd/|unistd\.h|fcntl\.h|poll\.h|signal\.h|csignal|time\.h|ctime|random|thread|mutex|"
                      r"fstream|iostream|syslog\.h)|\.pb\.h$|runtime/(loop|log)\.h$")

# (name, pattern, the prefixes where it may stand, why)
RIGHTS = [
    ("netlink is ipvsd's", r"#include <libmnl/|\bmnl_[a-z_]+\(", ("ipvsd/",), "G1"),
    ("attributes are the codecs'", r"\bmnl_attr_[a-z0-9_]+\(", ("ipvsd/netlink/",), "G21"),
    ("raw sockets are opened by the launcher", r"\bSOCK_RAW\b|\bAF_PACKET\b", ("parent/launcher/", "policy/", "ipvsd/announce/"), "G1"),
    ("connections are opened by checkerd/connect", r"(?<![\w.>:])(::)?connect\(", ("checkerd/connect/", "parent/status/log_output", "parent/control/socket"), "G1"),
    ("files are opened by the launcher", r"(?<![\w.>])(::)?(openat|openat2|fopen|creat)\(|(?<![\w.>])::open\(|[=(,!]\s*open\((?!\))|std::[io]?fstream",
     ("parent/launcher/", "parent/entry/", "parent/scriptd/", "policy/landlock", "ipvsd/kernel/sysctl", "ipvsd/kernel/process_source", "parent/status/dump_file",
      "parent/driver/files", "parent/driver/owned", "parent/driver/intents", "parent/control/answers"), "G1"),
    ("only the loop reads a clock", r"\bclock_gettime\b|\bgettimeofday\b|::now\(", ("proto/runtime/", "policy/"), "G7"),
    ("no exceptions", r"\bthrow\b|\bcatch *\(", (), "G22"),
    ("no threads", r"std::(thread|jthread|mutex|async)\b|\bpthread_create\b", (), "G15"),
    ("no shell", r"(?<![\w.>])(::|std::)?(system|popen)\(", (), "G1"),
]
ONCE = [("event_free(", r"\bevent_free\b"), ("mnl_socket_close(", r"\bmnl_socket_close\b")]  # a handle owns: G23

FUNCTION_LINES_MAX, FILE_LINES_MAX, TEST_FILE_LINES_MAX, MAIN_LINES_MAX = 70, 500, 1000, 40
HEADER_LINES = range(2, 13)  # two to eight, and a packet drawing of the RFC
FOLDER_ENTRIES_MAX = 12
CONDITIONALS_PER_KLOC_MAX = 1.0
BAD_FOLDERS = {"util", "utils", "common", "misc", "helpers", "shared", "lib", "base", "core"}
DOMAIN_NAMES = {"ServiceManager"}  # systemd is one
BAD_ENDING = re.compile(r"\b(?:class|struct|enum class|enum)\s+(\w+(?:Manager|Helper|Util|Utils|Handler|Info|Data|Impl))\b(?!\s*;)")


def room_of(path):
    """The longest prefix in ROOMS that the path starts with."""
    found = [prefix for prefix in ROOMS if path.startswith(prefix)]
    return max(found, key=len) if found else None


def allowed(path):
    """(prefixes a file may include, whether it is pure); None outside the rooms."""
    room = room_of(path)
    if room is None:
        return None
    may, pure = ROOMS[room]
    stem = path[len(room):]
    name = os.path.basename(path)
    process = path.split("/", 1)[0]
    if process in PROCESSES and name.rsplit(".", 1)[0] in ("main", "driver"):
        may, pure = may + [process + "/", "proto/"], False
    if name == "main.cpp":
        may = may + MAIN_MAY_ALSO
    return may, pure and stem != ""


def check_edges(file):
    rule = allowed(file.path)
    if rule is None:
        return
    may, pure = rule
    for line, quoted, target in file.includes:
        ours = quoted and not target.endswith(".pb.h")
        if ours and not any(target == p or target.startswith(p) for p in may):
            yield line, f"includes {target}, which {room_of(file.path)} may not (G6, the table in this linter)"
        if target.endswith(".pb.h") and not any("proto/schema/x.pb.h".startswith(p) for p in may):
            yield line, f"includes {target}: the wire stops at the door (G13)"
        if pure and NOT_PURE.search(target):
            yield line, f"includes {target} in a pure room (G6)"


def check_pure_conditionals(file):
    rule = allowed(file.path)
    if rule and rule[1]:
        for line, text in file.conditionals:
            yield line, f"'{text}' in a pure room (G5)"


def check_header_comment(file):
    lines = file.text.split("\n")
    head = []
    for text in lines:
        if not text.startswith("//"):
            break
        head.append(text)
    if not head or "SPDX" in head[0]:
        yield 1, "must start with a comment that says what the file is and must not know (G4)"
    elif len(head) not in HEADER_LINES:
        yield 1, f"its first comment has {len(head)} lines, wanted {HEADER_LINES.start} to {HEADER_LINES.stop - 1} (G4)"
    elif head[-1] != "// SPDX-License-Identifier: Apache-2.0":
        yield len(head), "the last line of the first comment must be the SPDX line (G4)"


def check_budget(file):
    most = TEST_FILE_LINES_MAX if file.path.startswith("tests/") else FILE_LINES_MAX
    if file.lines > most:
        yield 1, f"{file.lines} lines, at most {most} (G5)"
    for line, name, length in file.functions:
        limit = MAIN_LINES_MAX if name == "main" and file.path.endswith("/main.cpp") and not file.path.startswith("parent/") else FUNCTION_LINES_MAX
        if length > limit:
            yield line, f"{name} has {length} lines, at most {limit} (G5)"


def check_names(file):
    for line, text in enumerate(file.code.split("\n"), 1):
        found = BAD_ENDING.search(text)
        if found and found.group(1) not in DOMAIN_NAMES:
            yield line, f"{found.group(1)}: the ending says nothing (G3)"


def right_rule(pattern, prefixes, why):
    compiled = re.compile(pattern)

    def check(file):
        if any(file.path.startswith(p) for p in prefixes):
            return
        for line, text in enumerate(file.code.split("\n"), 1):
            if compiled.search(text):
                yield line, f"'{text.strip()[:80]}' stands only in {', '.join(prefixes) or 'no file'} ({why})"
    return check


def check_no_sleep(file):
    for line, text in enumerate(file.code.split("\n"), 1):
        if re.search(r"\b(u|nano)?sleep(_for|_until)?\(", text):
            yield line, "a test waits for an event, never for a time (G7)"


def folder_findings(root):
    """Folders with too many entries or a name that says nothing (G2)."""
    for folder, folders, names in os.walk(root):
        path = os.path.relpath(folder, root)
        folders[:] = [f for f in folders if not f.startswith((".", "build", "__pycache__"))]
        if os.path.basename(folder) in BAD_FOLDERS:
            yield path, 1, "a folder is named for what is in it (G2)"
        if path.split("/")[0] in PROCESSES + ("proto", "policy"):
            nouns = {n.rsplit(".", 1)[0] for n in names if n != "meson.build"}
            if len(nouns | set(folders)) > FOLDER_ENTRIES_MAX:
                yield path, 1, f"{len(nouns | set(folders))} entries, at most {FOLDER_ENTRIES_MAX} (G2)"


def whole_tree_findings(rooms):
    """Rules that look at all files together: handles that own, conditionals per thousand lines."""
    for name, pattern in ONCE:
        hits = [(f.path, line) for f in rooms for line, text in enumerate(f.code.split("\n"), 1) if re.search(pattern, text)]
        for path, line in hits[1:]:
            yield path, line, f"{name} is called in one place, the handle that owns it; also in {hits[0][0]} (G23)"
    total = sum(f.lines for f in rooms)
    conditionals = [(f.path, line) for f in rooms for line, _ in f.conditionals]
    if total and len(conditionals) * 1000 / total > CONDITIONALS_PER_KLOC_MAX:
        for path, line in conditionals:
            yield path, line, f"{len(conditionals)} conditionals in {total} lines, at most {CONDITIONALS_PER_KLOC_MAX} per thousand (G5)"


def fuzz_findings(root):
    """Fuzz targets that no `meson test` would run: not in the table, or without a corpus."""
    folder = os.path.join(root, "tests", "fuzz")
    with open(os.path.join(folder, "meson.build"), encoding="utf-8") as f:
        listed = set(re.findall(r"^  '(\w+)': ", f.read(), re.M))
    for name in sorted(n.removesuffix("_fuzz.cpp") for n in os.listdir(folder) if n.endswith("_fuzz.cpp")):
        if name not in listed:
            yield f"tests/fuzz/{name}_fuzz.cpp", 1, "is not in the table of tests/fuzz/meson.build"
        corpus = os.path.join(folder, "corpus", name)
        if not os.path.isdir(corpus) or not os.listdir(corpus):
            yield f"tests/fuzz/{name}_fuzz.cpp", 1, f"has no input in tests/fuzz/corpus/{name}"


def rules():
    """(name, check of one file, also for tests)."""
    yield "allowed includes", check_edges, False
    yield "no conditionals in pure rooms", check_pure_conditionals, False
    yield "first comment", check_header_comment, True
    yield "lengths", check_budget, True
    yield "names", check_names, False
    for name, pattern, prefixes, why in RIGHTS:
        yield name, right_rule(pattern, prefixes, why), False
    yield "tests do not sleep", check_no_sleep, None


def findings(root):
    """{rule: [(path, line, text)]}."""
    files = list(source.read_tree(root))
    rooms = [f for f in files if not f.path.startswith("tests/")]
    tests = [f for f in files if f.path.startswith("tests/")]
    result = {}
    for name, check, tests_too in rules():
        chosen = tests if tests_too is None else files if tests_too else rooms
        result[name] = [(f.path, line, text) for f in chosen for line, text in check(f)]
    result["fuzz targets"] = list(fuzz_findings(root))
    result["folders"] = list(folder_findings(root))
    result["the whole tree"] = list(whole_tree_findings(rooms))
    return result


def main():
    root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", ".."))
    result = findings(root)
    for found in result.values():
        for path, line, text in found:
            print(f"{path}:{line}: {text}")
    report = os.environ.get("HOLDFAST_JUNIT")
    if report:
        with open(report, "w", encoding="utf-8") as f:
            f.write('<testsuite name="lint">\n')
            for name, found in result.items():
                text = "; ".join(f"{p}:{n}: {t}" for p, n, t in found[:10])
                body = f"<failure message={quoteattr(text)}/>" if found else ""
                f.write(f'<testcase classname="lint" name={quoteattr(name)}>{body}</testcase>\n')
            f.write("</testsuite>\n")
    sys.exit(1 if any(result.values()) else 0)


if __name__ == "__main__":
    main()

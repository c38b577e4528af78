#!/usr/bin/python3
"""The linter, held: each rule finds the fault that it is for, and leaves good code alone."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import rooms  # noqa: E402
import source  # noqa: E402

HEAD = "// What it is.\n// SPDX-License-Identifier: Apache-2.0\n"

# (rule, path, code below the head): one finding each
FAULTS = [
    ("allowed includes", "vrrpd/driver.cpp", '#include "ipvsd/driver.h"\n'),
    ("allowed includes", "vrrpd/protocol/instance.cpp", '#include "vrrpd/driver.h"\n'),
    ("allowed includes", "vrrpd/protocol/instance.cpp", '#include "proto/runtime/loop.h"\n'),
    ("allowed includes", "vrrpd/protocol/instance.cpp", "#include <sys/socket.h>\n"),
    ("allowed includes", "parent/plan/delta.cpp", '#include "proto/schema/values.pb.h"\n'),
    ("allowed includes", "vrrpd/driver.cpp", '#include "policy/role.h"\n'),
    ("no conditionals in pure rooms", "ipvsd/reconcile/diff.cpp", "#if defined(FAST)\n#endif\n"),
    ("lengths", "vrrpd/driver.cpp", "int f() {\n" + "  g();\n" * 70 + "}\n"),
    ("lengths", "vrrpd/main.cpp", "int main() {\n" + "  g();\n" * 40 + "}\n"),
    ("lengths", "vrrpd/driver.cpp", "int x;\n" * 500),
    ("names", "vrrpd/driver.cpp", "class PacketHandler {\n};\n"),
    ("netlink is ipvsd's", "vrrpd/driver.cpp", "#include <libmnl/libmnl.h>\n"),
    ("raw sockets are opened by the launcher", "vrrpd/driver.cpp", "int s = socket(AF_INET, SOCK_RAW, 112);\n"),
    ("connections are opened by checkerd/connect", "checkerd/driver.cpp", "void f() { if (connect(s, a, n) != 0) g(); }\n"),
    ("files are opened by the launcher", "parent/driver.cpp", "void f() { const int d = open(path, O_RDONLY); }\n"),
    ("only the loop reads a clock", "vrrpd/driver.cpp", "auto t = std::chrono::steady_clock::now();\n"),
    ("no exceptions", "vrrpd/driver.cpp", "void f() { throw 1; }\n"),
    ("no threads", "vrrpd/driver.cpp", "std::thread t;\n"),
    ("no shell", "parent/driver.cpp", 'void f() { system("ip link"); }\n'),
]

GOOD = [
    ("vrrpd/driver.cpp", '#include "vrrpd/protocol/instance.h"\n#include "proto/channel/typed_link.h"\n#include <sys/socket.h>\n'),
    ("vrrpd/main.cpp", '#include "policy/role.h"\n#include "vrrpd/driver.h"\n'),
    ("vrrpd/protocol/instance.cpp", '#include "proto/value/instant.h"\n#include <variant>\n// throw, connect(a) and system(b) in a comment\nconst char* k = "open(path)";\n'),
    ("ipvsd/netlink/codec.cpp", "#include <libmnl/libmnl.h>\nvoid f() { mnl_attr_put(a, b, c, d); }\n"),
    ("proto/runtime/loop.cpp", "void f() { clock_gettime(CLOCK_BOOTTIME, &t); }\n"),
    ("vrrpd/driver.cpp", "constexpr int kTable[] = {\n" + "  1,\n" * 100 + "};\n"),
]


def findings(path, code):
    file = source.File(path, HEAD + code)
    return {name: list(check(file)) for name, check, _ in rooms.rules() if _ is not None}


class Rules(unittest.TestCase):
    def test_each_fault_is_found_by_its_rule(self):
        for rule, path, code in FAULTS:
            with self.subTest(rule=rule, path=path, code=code[:60]):
                self.assertTrue(findings(path, code)[rule])

    def test_good_code_is_left_alone(self):
        for path, code in GOOD:
            with self.subTest(path=path, code=code[:60]):
                self.assertEqual([], [f for found in findings(path, code).values() for f in found])

    def test_the_first_comment(self):
        for text in ("int x;\n", "// SPDX-License-Identifier: Apache-2.0\n", "// What.\nint x;\n", "// a\n" * 13 + HEAD):
            self.assertTrue(list(rooms.check_header_comment(source.File("vrrpd/driver.h", text))), text)
        self.assertEqual([], list(rooms.check_header_comment(source.File("vrrpd/driver.h", HEAD))))

    def test_functions_are_measured_wherever_they_stand(self):
        code = "namespace a {\nstruct B {\n  int c() const {\n    return 1;\n  }\n};\nB::B(int x) : y_(x), z_{x} {\n  d();\n}\ntemplate <class T>\nauto e(T t) -> int {\n  return [&] { return t; }();\n}\n}\n"
        self.assertEqual([("c", 3), ("B::B", 3), ("e", 4)], [(name, length) for _, name, length in source.File("x.cpp", code).functions])

    def test_tests_may_not_sleep(self):
        check = next(c for name, c, scope in rooms.rules() if scope is None)
        self.assertTrue(list(check(source.File("tests/unit/a_test.cpp", "void f() { usleep(5); }\n"))))


if __name__ == "__main__":
    unittest.main()

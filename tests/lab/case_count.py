#!/usr/bin/python3
"""Runs one program of `meson test` and leaves a JUnit file of its cases: GoogleTest writes its own, a program
that writes none counts as one case, and a program that dies or is ended counts as one failed case.

Used as meson's --wrapper: case_count.py FOLDER PROGRAM ARGS...
"""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess
import sys
from xml.sax.saxutils import quoteattr


def one_case(path, name, failure):
    body = f"<failure message={quoteattr(failure)}/>" if failure else ""
    with open(path, "w", encoding="utf-8") as f:
        f.write(f'<testsuites><testsuite name={quoteattr(name)}><testcase classname={quoteattr(name)} name="program">'
                f"{body}</testcase></testsuite></testsuites>\n")


def main():
    folder, argv = sys.argv[1], sys.argv[2:]
    name = os.path.basename(next((a for a in argv if a.endswith(".py")), argv[0]))
    own = os.path.join(folder, f"{name}.{os.getpid()}.program.xml")
    cases = os.path.join(folder, f"{name}.{os.getpid()}.cases.xml")
    for argument in argv:
        if argument.startswith("--gtest_output=xml:"):
            cases = argument.split(":", 1)[1]
            if os.path.exists(cases):
                os.unlink(cases)
    os.makedirs(folder, exist_ok=True)
    one_case(own, name, "it did not end")  # stays if we are killed
    environment = dict(os.environ, GTEST_OUTPUT=f"xml:{cases}", HOLDFAST_JUNIT=cases)
    child = subprocess.Popen(argv, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    status = child.wait()
    if os.path.exists(cases):
        copy = own.replace(".program.", ".cases.")
        if cases != copy:
            with open(cases, "rb") as source, open(copy, "wb") as target:
                target.write(source.read())
        os.unlink(own)
        if status < 0:
            one_case(own, name, f"ended by signal {-status} after its cases")
    else:
        one_case(own, name, "" if status == 0 else f"exit status {status}, and no report of its cases")
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""manual_test.py PAGE...: man(1) shows each page without a warning, and the page says what it is.

A machine without man(1) cannot tell: that is a failure, not a pass.
"""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys


def faults(page):
    """What is wrong with one page, as texts."""
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        yield f"man ends with {done.returncode}"
    for line in done.stderr.splitlines():
        yield line
    shown = subprocess.run(["man", "-E", "UTF-8", "-l", page], capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin:/bin", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"})
    text = re.sub(".\b", "", shown.stdout)
    for heading in ("NAME", "DESCRIPTION", "SEE ALSO"):
        if not re.search(f"^{heading}$", text, re.M):
            yield f"no section {heading}"
    if "*" in re.sub(r"[\[ ]\*|keepalived\.\*", "", text) and "*Not yet" in text:
        yield "Markdown is left in the text"


found = [f"{page}: {fault}" for page in sys.argv[1:] for fault in faults(page)]
print("\n".join(found) or f"{len(sys.argv) - 1} pages without a warning")
sys.exit(1 if found or len(sys.argv) < 2 else 0)

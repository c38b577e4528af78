"""Running commands, here or in a network namespace, and waiting for conditions."""
# SPDX-License-Identifier: Apache-2.0
import shlex
import subprocess
import time


def argv_in(namespace, command):
    """The argument list that runs a command (string without shell, or list) in a namespace, or here for None."""
    argv = shlex.split(command) if isinstance(command, str) else list(command)
    return ["ip", "netns", "exec", namespace] + argv if namespace else argv


def run(command, namespace=None, check=True, stdin=None, timeout=60):
    """Runs a command to its end and returns its standard output."""
    argv = argv_in(namespace, command)
    done = subprocess.run(argv, input=stdin, text=True, capture_output=True, timeout=timeout)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def wait_for(condition, timeout, step=0.02):
    """Asks condition() until it is true; returns its value, or the last false one."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value or time.monotonic() >= end:
            return value
        time.sleep(step)

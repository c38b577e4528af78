"""FILE_CHECK: what the number in a track_file makes of weights and servers, as Debian's keepalived does it in the same guest."""
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

from lab import ipvs
from lab.configuration import GLOBALS, service
from lab.shell import run, wait_for

SETTLE_SECONDS = 6
FILES = {"plain": "", "heavy": "weight 7", "turned": "weight 7 reverse", "unweighted": "weight 0"}
# What stands in FILE_CHECK, or in several of one server.
ROWS = {
    "as the file says": ["track_file plain"],
    "weight of the file": ["track_file heavy"],
    "weight of the file, reverse": ["track_file turned"],
    "own weight, reverse of the file": ["track_file turned\nweight 2"],
    "own weight, not reverse": ["track_file turned\nweight 2 noreverse"],
    "weight before the name": ["weight 10\ntrack_file plain"],
    "ten": ["track_file plain\nweight 10"],
    "minus two": ["track_file plain\nweight -2"],
    "three, reverse": ["track_file plain\nweight 3 reverse"],
    "zero": ["track_file plain\nweight 0"],
    "zero, reverse": ["track_file plain\nweight 0 reverse"],
    "zero of the file": ["track_file unweighted"],
    "two of them": ["track_file plain\nweight 10", "track_file heavy"],
    "two, one of zero": ["track_file plain\nweight 10", "track_file unweighted"],
}
NUMBERS = ("3", "0", "-1", "1", "-4", "", "12", "nonsense", "1", None, "2147483648", "-3", "0")


# keepalived begins a reversed check without weight as failed and first looks at it when the number changes; here it is looked at at once.
OURS_ALONE = {(0, "zero, reverse")}


def configuration(path):
    files = "".join(f"track_file {name} {{\nfile {path}\n{words}\n}}\n" for name, words in FILES.items())
    text = GLOBALS + files
    for number, checks in enumerate(ROWS.values()):
        inside = "".join("FILE_CHECK {\n" + check + "\n}\n" for check in checks)
        text += service(f"10.9.0.80 {7000 + number}", [("10.9.1.1 80", "weight 5\n" + inside), ("10.9.1.2 80", "weight 5\ninhibit_on_failure\n" + inside)])
    return text


def put(path, number):
    if number is None:
        os.unlink(path)
        return
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(number)
    os.rename(path + ".new", path)


def seen_by(command, name, daemon, path, expected=None):
    """The weights of all servers after each number; those of `expected` are waited for, else that nothing changes any more."""
    seen = []
    put(path, NUMBERS[0])
    running = daemon(configuration(path), command, name=name)
    for at, number in enumerate(NUMBERS):
        if at:
            put(path, number)
        if expected:
            wait_for(lambda at=at: ipvs.weights() == expected[at], SETTLE_SECONDS if at else 3)
        else:
            ipvs.settled(quiet=1)
        seen.append(ipvs.weights())
    log = running.log()
    running.stop()
    run("ipvsadm -C")
    return seen, log


@pytest.fixture
def path(lab):
    return lab.path("number")  # where the daemon's users may read


def test_numbers_make_the_same_weights(daemon, keepalived, holdfast, path):
    theirs, _ = seen_by(keepalived, "K", daemon, path)
    ours, log = seen_by(holdfast, "H", daemon, path, theirs)
    wrong = []
    for at, number in enumerate(NUMBERS):
        for row, name in enumerate(ROWS):
            for server in ("10.9.1.1:80", "10.9.1.2:80"):
                if (at, name) in OURS_ALONE:
                    continue
                key = (f"10.9.0.80:{7000 + row}", server)
                if ours[at].get(key) != theirs[at].get(key):
                    wrong.append(f"{number!r}, {name}, {server}: holdfast {ours[at].get(key)}, keepalived {theirs[at].get(key)}")
    assert not wrong, "\n".join(wrong)
    down = [server for server in theirs[0].values() if server == 0]
    assert down and max(theirs[0].values()) == 56, "the numbers had an effect"
    for line in ("tracked file plain now FAULT state", "tracked file unweighted leaving FAULT state"):
        assert f"([10.9.1.1]:tcp:80): {line}" in log


def test_a_server_whose_file_says_no_is_never_in_the_table(lab, daemon, holdfast, path):
    put(path, "1")
    tap = ipvs.Tap(lab)
    text = configuration(path)
    running = daemon(text, holdfast, name="H")
    ipvs.settled(quiet=1)
    changes = tap.finish()
    never = f"10.9.0.80:{7000 + list(ROWS).index('zero')}"
    assert (never, "10.9.1.1:80") not in ipvs.weights()
    assert "Removing service" not in running.log() and "del dest" not in changes

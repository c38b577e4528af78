"""Fixtures of the IPVS tests. They run inside User-Mode Linux, started by run.py."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

import pytest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TESTS)

from lab import ipvs  # noqa: E402
from lab.backends import Backends  # noqa: E402
from lab.daemon import Daemon, holdfast_command, keepalived_command  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.shell import run, wait_for  # noqa: E402


def pytest_collection_modifyitems(items):
    if not ipvs.available():
        for item in items:
            item.add_marker(pytest.mark.skip(reason="this kernel has no IPVS: tests/uml/run.py runs these in a guest that has"))


@pytest.fixture
def lab(request):
    with Lab(request.node.name.split("[")[0][:24]) as made:
        yield made
    run("ipvsadm -C")


@pytest.fixture(scope="session")
def keepalived():
    return keepalived_command()


@pytest.fixture(scope="session")
def holdfast():
    return holdfast_command()


@pytest.fixture
def daemon(lab, holdfast):
    """start(text): the daemon under test with this file, running; by default only its checking part."""
    def start(text, command=None, arguments=("-C",), name="D"):
        made = Daemon(lab, command or holdfast, None, name, text, arguments).start()
        assert wait_for(lambda: ipvs.table() or not made.running(), 15) and made.running(), made.log()[-3000:]
        return made
    return start


@pytest.fixture
def backends(lab):
    """make(SPEC...): the servers, on a cable that goes with them."""
    made = []

    def make(*specs):
        made.append(Backends(lab, specs))
        return made[-1]
    yield make
    for one in made:
        run(one.gone, check=False)

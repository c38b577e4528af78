"""Fixtures of the system tests: a laboratory per test, the daemon under test, its peer."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.daemon import holdfast_command, keepalived_command  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.pair import Pair  # noqa: E402


def pytest_collection_modifyitems(items):
    if os.geteuid() != 0:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="needs root: network namespaces"))


@pytest.fixture
def lab(request):
    with Lab(request.node.name.split("[")[0][:24]) as made:
        yield made


@pytest.fixture(scope="session")
def holdfast():
    return holdfast_command()


@pytest.fixture(scope="session")
def keepalived():
    return keepalived_command()


@pytest.fixture(params=["holdfast-holdfast", "holdfast-keepalived", "keepalived-holdfast"])
def commands(request, holdfast, keepalived):
    """The commands of A and B, in each mix that has at least one Holdfast."""
    return [{"holdfast": holdfast, "keepalived": keepalived}[name] for name in request.param.split("-")]


@pytest.fixture
def pair(lab, holdfast):
    """make(...): two Holdfast routers, not started; the arguments are Pair's."""
    return lambda **options: Pair(lab, holdfast, holdfast, **options)


def repeats(small, env="HOLDFAST_REPEATS"):
    """How often a test repeats its event: few in ./check, as many as HOLDFAST_REPEATS says otherwise."""
    return int(os.environ.get(env, small))

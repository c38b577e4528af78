"""BFD_CHECK: a server is up while the session is, as with Debian's keepalived in the same guest; the neighbour is always that one."""
# SPDX-License-Identifier: Apache-2.0
import pytest

from lab import ipvs
from lab.backends import Backends
from lab.configuration import GLOBALS, service
from lab.daemon import Daemon
from lab.shell import run, wait_for

NEAR, FAR = "10.9.1.254", "10.9.1.1"
SETTLE_SECONDS = 10
ROWS = ("name b", "name b\nalpha")
ALWAYS = ("10.9.0.80:7999", f"{FAR}:80")


def session(name, near, far):
    return f"bfd_instance {name} {{\nneighbor_ip {far}\nsource_ip {near}\nmin_rx 100\nmin_tx 100\nidle_tx 1000\n}}\n"


def configuration():
    checked = "".join(service(f"10.9.0.80 {7000 + number}", [(f"{FAR} 80", "weight 5\nBFD_CHECK {\n" + words + "\n}")])
                      for number, words in enumerate(ROWS))
    return GLOBALS + session("b", NEAR, FAR) + checked + service("10.9.0.80 7999", [(f"{FAR} 80", "weight 5")])


def table(up):
    return {ALWAYS: 5} | {(f"10.9.0.80:{7000 + number}", f"{FAR}:80"): 5 for number in range(len(ROWS)) if up}


def comes(up):
    return wait_for(lambda: ipvs.weights() == table(up), SETTLE_SECONDS)


def stays(up):
    ipvs.settled(quiet=2)
    return ipvs.weights() == table(up)


@pytest.fixture
def neighbour(lab, keepalived):
    cable = Backends(lab, [f"tcp:{FAR}:80"])
    yield lambda: Daemon(lab, keepalived, cable.namespace, "N", GLOBALS + session("n", FAR, NEAR)).start(wait=False)
    run(cable.gone, check=False)


@pytest.mark.parametrize("which", ["keepalived", "holdfast"])
def test_a_server_is_up_while_its_session_is(which, daemon, neighbour, request):
    running = daemon(configuration(), request.getfixturevalue(which), arguments=(), name="D")
    assert comes(False) and stays(False), "a session that never came up"
    far = neighbour()
    assert comes(True), running.log()[-3000:]
    far.stop()
    assert comes(False), "the neighbour is gone"
    far = neighbour()
    assert comes(True), "the neighbour is back"
    running.reload()
    assert stays(True), "a reload changes nothing"
    for state in ("DOWN", "UP"):
        assert f"BFD check of [b] RS([{FAR}]:tcp:80) is {state}" in running.log()
    far.stop()
    running.stop()

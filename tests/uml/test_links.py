"""Links that the host's kernel may not have: ipvlans, and VMACs in a VRF. Compared with keepalived where it has them too."""
# SPDX-License-Identifier: Apache-2.0
import json
import subprocess

import pytest

from lab import configuration
from lab.daemon import Daemon, settle
from lab.shell import run, wait_for

IPVLAN4 = configuration.instance(interval=0.1, extra="    use_ipvlan ipv51 10.9.0.51/24 MODE")
IPVLAN6 = configuration.instance(interval=0.1, addresses=("fe80::51/64",), extra="    use_ipvlan ipv51")


@pytest.fixture(scope="module", autouse=True)
def modules():
    for module in ("ipvlan", "vrf"):
        subprocess.run(["modprobe", "-d", "/run/mods", module], check=True)


@pytest.fixture
def router(lab):
    def make(command, text, name="A"):
        namespace = lab.namespace(name.lower())
        lab.cable(namespace, "eth0", namespace, "peer0", "10.9.0.1/24")
        return Daemon(lab, command, namespace, name, configuration.GLOBALS + text, ("-P",))
    return make


def link(namespace, name):
    said = json.loads(run(f"ip -n {namespace} -j -d addr show {name}"))[0]
    info = said["linkinfo"]
    return {"below": said.get("link"), "kind": info["info_kind"], "data": info.get("info_data"), "master": said.get("master"),
            "addresses": sorted((a["local"], a["prefixlen"]) for a in said["addr_info"] if not a["local"].startswith("fe80") or a["local"] == "fe80::51")}


def start(daemon):
    daemon.start()
    assert wait_for(lambda: "Entering MASTER STATE" in daemon.log(), 20), daemon.log()[-3000:]
    settle(0.3)
    return daemon


@pytest.mark.parametrize("mode", ["", "bridge", "private", "vepa"])
def test_an_ipvlan_is_what_keepalived_makes(lab, router, holdfast, keepalived, mode):
    seen = []
    for name, command in (("ours", holdfast), ("theirs", keepalived)):
        daemon = start(router(command, IPVLAN4.replace("MODE", mode), name))
        seen.append(link(daemon.namespace, "ipv51"))
        assert "10.9.0.100/24" in run(f"ip -n {daemon.namespace} -br addr show eth0")
        assert daemon.stop() == 0
        assert "ipv51" not in run(f"ip -n {daemon.namespace} -br link")
    assert seen[0] == seen[1]
    assert seen[0]["addresses"] == [("10.9.0.51", 24)], "its own; the virtual one is on the interface below, under both"


def test_an_ipv6_ipvlan_sends_from_its_own_link_local_address(lab, router, holdfast):
    daemon = start(router(holdfast, IPVLAN6))
    assert link(daemon.namespace, "ipv51")["kind"] == "ipvlan"
    assert daemon.stop() == 0


def test_a_vmac_joins_the_vrf_of_its_interface(lab, router, holdfast, keepalived):
    seen = []
    for name, command in (("ours", holdfast), ("theirs", keepalived)):
        daemon = router(command, configuration.instance(interval=0.1, extra="    use_vmac"), name)
        run(f"ip -n {daemon.namespace} link add red type vrf table 10")
        run(f"ip -n {daemon.namespace} link set red up")
        run(f"ip -n {daemon.namespace} link set eth0 master red")
        start(daemon)
        seen.append(link(daemon.namespace, "vrrp.51"))
        if name == "ours":
            run(f"ip -n {daemon.namespace} link set eth0 nomaster")
            assert wait_for(lambda: link(daemon.namespace, "vrrp.51")["master"] is None, 5), daemon.log()[-2000:]
        assert daemon.stop() == 0
    assert seen[0] == seen[1] and seen[0]["master"] == "red"

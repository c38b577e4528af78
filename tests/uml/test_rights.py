"""The complete set of processes, running on a configuration with everything: what each of them holds."""
# SPDX-License-Identifier: Apache-2.0
from lab import ipvs, rights
from lab.configuration import GLOBALS, http_check, instance, service
from lab.daemon import program_of
from lab.shell import run, wait_for
from lab.userns import in_user_namespace

TEXT = GLOBALS + instance(device="vip0", interval=0.1, addresses=("10.9.0.100/24",)) + service(
    "10.9.0.100 80", [("10.9.1.1 80", "weight 1\n" + http_check())])


def test_every_role_runs_and_holds_what_it_says(daemon, backends, lab):
    backends("http:10.9.1.1:80")
    run("ip link add vip0 type dummy")
    try:
        run("ip link set vip0 up")
        run("ip addr add 10.9.0.1/24 dev vip0")
        running = daemon(TEXT, arguments=())
        assert wait_for(lambda: "10.9.0.100" in run("ip addr show dev vip0") and ipvs.weights(), 10), running.log()[-2000:]
        found = [f"no {role} runs" for role in rights.ROLES if not running.role(role)]
        for pid in running.tree():
            found += rights.faults(program_of(pid).removeprefix("holdfast-"), pid)
        assert found == []
        by_uid = {role: rights.uid(running.role(role)[0]) for role in rights.ROLES}
        assert len({by_uid[r] for r in rights.ROLES if r != "worker"}) == len(rights.ROLES) - 1, by_uid
    finally:
        run("ip link del vip0")


def test_in_a_user_namespace_ipvs_is_refused_with_a_reason(lab, holdfast):
    """This kernel has IPVS, and refuses it to whoever is root in a user namespace only."""
    text = GLOBALS + instance(interval=0.1) + service("10.9.0.100 80", [("10.9.1.1 80", "weight 1")])
    done = in_user_namespace(holdfast, lab.file("keepalived.conf", text), lab, [])
    said = done.stdout + done.stderr
    assert "user namespace" in said and "IPVS" in said, said
    assert "status 0" not in done.stdout

"""What every running process holds: uid, capabilities, filter, descriptors. And the three ways to start: root, ambient rights, user namespace."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil
import subprocess

import pytest

from lab import configuration, rights
from lab.userns import in_user_namespace
from lab.daemon import Daemon, build_folder, descendants, program_of
from lab.pair import ADDRESS
from lab.shell import argv_in, wait_for

TEXT = configuration.GLOBALS + configuration.instance(interval=0.1)
ROLES = ("parent", "launcher", "scriptd", "vrrpd", "ipvsd")
AMBIENT = "+net_admin,+net_raw,+setuid,+setgid,+setpcap,+kill,+sys_chroot"


@pytest.fixture
def router(lab, holdfast):
    namespace = lab.namespace("a")
    lab.cable(namespace, "eth0", namespace, "eth0peer", "10.9.0.1/24")
    return Daemon(lab, holdfast, namespace, "A", TEXT, ("-P",))


def active(daemon):
    return wait_for(lambda: ADDRESS in daemon.lab.addresses(daemon.namespace), 5)


def faults_of(tree, root_allowed=False):
    """Every fault of every process of a tree, and every role that is missing."""
    by_role = {program_of(p).removeprefix("holdfast-"): p for p in tree}
    found = [f"no {role} runs" for role in ROLES if role not in by_role]
    for role, pid in by_role.items():
        found += rights.faults(role, pid, root_allowed)
    return found


def test_every_process_holds_what_its_role_says(router):
    router.start()
    assert active(router), router.log()[-2000:]
    tree = router.tree()
    assert faults_of(tree) == []
    assert len({rights.uid(p) for p in tree}) == len(tree), "two roles share a user"


def test_every_process_has_only_its_descriptors(router):
    router.start()
    assert active(router)
    kinds = {role: set(rights.descriptors(router.role(role)[0]).values()) for role in ROLES}
    assert {k for k in kinds["vrrpd"] if k.startswith("socket:")} == {"socket:unix", "socket:raw"}
    assert "socket:raw" not in kinds["ipvsd"] and "socket:netlink" in kinds["ipvsd"]
    for role in ("parent", "scriptd"):
        assert {k for k in kinds[role] if k.startswith("socket:")} == {"socket:unix"}, role
    assert not any(k.startswith("socket:") and k not in ("socket:unix",) for k in kinds["launcher"])


def test_a_restarted_process_has_its_sandbox_again(router):
    router.start()
    assert active(router)
    for role in ("vrrpd", "ipvsd"):
        old = router.role(role)[0]
        os.kill(old, 9)
        assert wait_for(lambda: router.role(role) and router.role(role)[0] != old, 5)
    assert wait_for(lambda: faults_of(router.tree()) == [], 5), faults_of(router.tree())


def started(daemon, argv):
    """Starts with a command line of ours and returns the processes below, once the address is there."""
    with open(daemon.log_path, "ab") as out:
        daemon.process = subprocess.Popen(argv, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    assert active(daemon), daemon.log()[-3000:]
    return descendants(daemon.process.pid)


def for_everybody(daemon):
    """Pid files where any user may write, and the programs where any user may reach them: the build folder may be private."""
    folder = daemon.lab.path("pids")
    os.mkdir(folder)
    os.chmod(folder, 0o777)
    daemon.pid_files = {k: os.path.join(folder, f"{k}.pid") for k in "prcb"}
    programs = daemon.lab.path("programs")
    os.mkdir(programs)
    for found in glob.glob(os.path.join(build_folder(), "**", "holdfast*"), recursive=True):
        if os.path.isfile(found) and os.access(found, os.X_OK) and "image" not in found:
            shutil.copy(found, programs)
    daemon.command = [os.path.join(programs, "holdfast")]


def test_started_with_ambient_rights_and_no_root(router):
    for_everybody(router)
    as_user = ["setpriv", "--reuid=61150", "--regid=61150", "--clear-groups", f"--inh-caps=-all,{AMBIENT}", f"--ambient-caps=-all,{AMBIENT}",
               f"--bounding-set=-all,{AMBIENT}"]
    tree = started(router, argv_in(router.namespace, as_user + router.argv()))
    assert faults_of(tree) == []
    assert router.stop() == 0
    assert ADDRESS not in router.lab.addresses(router.namespace)


def test_started_with_two_ambient_rights_it_has_one_user(router):
    for_everybody(router)
    two = "+net_admin,+net_raw"
    as_user = ["setpriv", "--reuid=61150", "--regid=61150", "--clear-groups", f"--inh-caps=-all,{two}", f"--ambient-caps=-all,{two}", f"--bounding-set=-all,{two}",
               "--no-new-privs"]
    tree = started(router, argv_in(router.namespace, as_user + router.argv()))
    assert faults_of(tree) == []
    assert {rights.uid(p) for p in tree} == {"61150"}


def test_in_a_user_namespace_addresses_move(lab, holdfast):
    done = in_user_namespace(holdfast, lab.file("keepalived.conf", TEXT), lab, ["-P"])
    assert done.stdout.splitlines()[-3:] == ["the address is there", "status 0", "the address is gone"], done.stdout + done.stderr


def test_without_rights_it_refuses_and_says_why(router):
    for_everybody(router)
    done = subprocess.run(argv_in(router.namespace, ["setpriv", "--reuid=65534", "--clear-groups"] + router.argv()), capture_output=True, text=True, timeout=20)
    assert done.returncode != 0
    assert "net_admin" in (done.stdout + done.stderr).lower()

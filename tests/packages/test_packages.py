"""The Debian packages: installed, run, in the place of keepalived, removed. Each test in a root file system of its own."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import pytest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INSTALL = "apt-get -o Acquire::Retries=3 install -y -q --no-install-recommends"
CONFIGURATION = """vrrp_instance A {
    interface eth0
    state MASTER
    virtual_router_id 51
    priority 100
    advert_int 1
    virtual_ipaddress { 10.9.0.100/24 }
}
"""
NETWORK = """ip link set lo up
ip link add eth0 type veth peer name eth0peer
ip link set eth0 up; ip link set eth0peer up
ip addr add 10.9.0.1/24 dev eth0
mkdir -p /run/holdfast && chown root:holdfast /run/holdfast && chmod 1775 /run/holdfast
"""
HAS_ADDRESS = "for i in $(seq 100); do ip addr show dev eth0 | grep -q 10.9.0.100 && break; sleep 0.1; done; ip addr show dev eth0 | grep 10.9.0.100"


def files_of(root, package):
    return root.run(f"dpkg -L {package}").split()


def install(root, debs, *names):
    """apt finds in the archive what they depend on."""
    return root.run("apt-get -q update >/dev/null; " + INSTALL + " " + " ".join(root.bring(debs[name]) for name in names))


def test_installed_it_runs_and_is_removed_without_a_trace(root, debs):
    root.put("/etc/keepalived/keepalived.conf", CONFIGURATION)
    before = root.run("find /etc /usr /lib /var/lib/holdfast -newer /proc/1 2>/dev/null | wc -l; getent passwd | grep -c holdfast || true")
    install(root, debs, "holdfast")
    assert root.run("getent passwd | grep -c ^holdfast").strip() == "6", before
    assert "Holdfast" in root.run("holdfast --version 2>&1")
    said = root.run(NETWORK + f"""
        holdfast -P -p /run/h.pid -r /run/v.pid
        {HAS_ADDRESS}
        holdfastctl status
        kill -TERM $(cat /run/h.pid)
        while [ -e /run/h.pid ]; do sleep 0.05; done
        ip addr show dev eth0 | grep 10.9.0.100 && exit 1 || echo gone
    """, network=False)
    assert "MASTER" in said and said.endswith("gone\n"), said
    for page in ("holdfast", "holdfastctl", "holdfast.conf"):
        assert root.run(f"man -w {page}"), page
    root.run("dpkg --purge holdfast")
    assert root.run("ls -d /usr/sbin/holdfast* /usr/libexec/holdfast /lib/systemd/system/holdfast.service 2>/dev/null || true") == ""
    assert root.run("cat /etc/keepalived/keepalived.conf") == CONFIGURATION


def test_in_the_place_of_keepalived_its_files_are_used_as_they_are(root, debs):
    root.run("apt-get -q update >/dev/null; " + INSTALL + " keepalived")
    options = 'DAEMON_ARGS="-P -p /run/of-default.pid"\n'
    root.put("/etc/default/keepalived", options)
    root.put("/etc/keepalived/keepalived.conf", CONFIGURATION)
    install(root, debs, "holdfast", "holdfast-keepalived")
    assert root.run("dpkg-query -W -f '${db:Status-Abbrev}' keepalived").startswith("rc"), "removed, its settings kept"
    assert root.run("cat /etc/default/keepalived") == options
    assert root.run("cat /etc/keepalived/keepalived.conf") == CONFIGURATION
    assert root.run("readlink -f /usr/sbin/keepalived").strip() == "/usr/sbin/holdfast"
    assert root.run("keepalived --version 2>&1").startswith("Keepalived v")
    said = root.run(NETWORK + f"""
        . /etc/default/keepalived
        keepalived $DAEMON_ARGS
        {HAS_ADDRESS}
        test "$(ps -o comm= -p $(cat /run/of-default.pid))" = keepalived
        kill -TERM $(cat /run/of-default.pid)
        while [ -e /run/of-default.pid ]; do sleep 0.05; done
        echo ended
    """, network=False)
    assert said.endswith("ended\n"), said
    for page in ("keepalived", "keepalived.conf"):
        assert root.run(f"man -w {page}"), page
    root.run("dpkg --purge keepalived holdfast-keepalived")
    assert root.run("cat /etc/keepalived/keepalived.conf") == CONFIGURATION, "the operator's file stays whoever is removed"
    assert "holdfast" in root.run("ls /usr/sbin")


def test_keepalived_comes_back_in_its_place(root, debs):
    root.put("/etc/keepalived/keepalived.conf", CONFIGURATION)
    install(root, debs, "holdfast", "holdfast-keepalived")
    root.run(INSTALL + " keepalived")
    assert root.run("dpkg-query -W -f '${db:Status-Abbrev}' keepalived").startswith("ii")
    assert root.run("readlink -f /usr/sbin/keepalived").strip() == "/usr/sbin/keepalived"
    assert root.run("cat /etc/keepalived/keepalived.conf") == CONFIGURATION


@pytest.mark.parametrize("package", ["holdfast", "holdfast-keepalived"])
def test_lintian_finds_nothing(debs, package):
    tags = os.path.join(PROJECT, "packaging", "lintian")
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", "--suppress-tags-from-file", tags, debs[package]], text=True,
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_profile_of_apparmor_is_one():
    profile = os.path.join(PROJECT, "packaging", "apparmor", "holdfast")
    done = subprocess.run(["apparmor_parser", "--skip-kernel-load", "--skip-cache", profile], text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


# systemd-analyze's score: 10 is a unit that restricts nothing, as keepalived's with 9.6.
@pytest.mark.parametrize("unit,drop_in,highest", [("holdfast", None, 2.8), ("holdfast", "minimal", 1.9), ("keepalived", None, 3.8)])
def test_units_expose_little(tmp_path, unit, drop_in, highest):
    folder = os.path.join(PROJECT, "packaging", "systemd")
    text = ""
    for name in [f"{unit}.service"] + ([f"{drop_in}.conf"] if drop_in else []):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            text += f.read()
    path = tmp_path / f"{unit}.service"
    path.write_text(text)
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", f"--threshold={round(highest * 10)}", str(path)], text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr

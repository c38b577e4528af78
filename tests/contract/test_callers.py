"""What programs that drive keepalived run, send, wait for and read, one caller after the other, against the daemon installed as `keepalived`.

Each test is written from the caller's own code or templates. The same test passes with Debian's keepalived, or says why it cannot.
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import re
import signal
import subprocess
import time

import pytest
from conftest import command_line, gone, read_pid
from watch import CloseWatch

from lab.daemon import alive, descendants
from lab.shell import wait_for

JSON_SIGNAL = signal.SIGRTMIN + 2
VIP = "10.9.0.100"


def instance(name="VI_1", extra="", vip=f"{VIP}/24", vrid=51):
    return (f"vrrp_instance {name} {{\n    state BACKUP\n    interface eth0\n    virtual_router_id {vrid}\n    priority 100\n    advert_int 1\n{extra}\n"
            f"    virtual_ipaddress {{\n        {vip}\n    }}\n}}\n")


GLOBALS = "global_defs {\n    router_id lab\n    script_user root\n    enable_script_security\n}\n"


# ===== Neutron l3-agent

UUID = "0f2b1c34-7a61-4d7e-9f0e-2f3b5d6c7a88"
NEUTRON = """global_defs {
    notification_email_from neutron@openstack.local
    router_id neutron
}
vrrp_instance VR_1 {
    state BACKUP
    interface eth0
    virtual_router_id 1
    priority 50
    garp_master_delay 60
    nopreempt
    advert_int 1
    track_interface {
        eth0
    }
    virtual_ipaddress {
        169.254.0.1/24 dev eth0
    }
    virtual_ipaddress_excluded {
        10.9.0.120/24 dev eth0 no_track
        fd00:9::120/64 dev eth0 scope link no_track
%s    }
    virtual_routes {
        198.51.100.0/24 via 10.9.0.254 dev eth0 no_track protocol static
    }
}
"""


def neutron(place, config_path):
    pid_file = place.path("ha_confs/router.pid.keepalived")
    arguments = ["-P", "-f", config_path, "-p", pid_file, "-r", pid_file + "-vrrp", "-D"]
    assert place.fork(*arguments) == 0
    parent, vrrp = place.forked(pid_file, pid_file + "-vrrp")
    return parent, vrrp


def test_neutron_starts_reloads_and_stops_a_router(place):
    # keepalived refuses to track its own interface; Neutron's is another one than the one of the addresses
    text = NEUTRON.replace("    track_interface {\n        eth0\n    }\n", "")
    path = place.file(f"ha_confs/{UUID}/keepalived.conf", text % "")
    place.environment["PROCESS_TAG"] = f"keepalived-{UUID}"
    parent, vrrp = neutron(place, path)
    for pid in (parent, vrrp):
        assert UUID in " ".join(command_line(pid)), "Neutron would take the process for a stranger and start another"
    assert place.holds("169.254.0.1"), "the state of the router is read from this address"
    assert place.holds("10.9.0.120") and place.holds("fd00:9::120")
    place.file(f"ha_confs/{UUID}/keepalived.conf", text % "        10.9.0.121/24 dev eth0 no_track\n")
    os.kill(parent, signal.SIGHUP)
    assert place.holds("10.9.0.121")
    assert read_pid(place.path("ha_confs/router.pid.keepalived-vrrp")) == vrrp, "a reload keeps the process"
    everything = descendants(parent)
    os.kill(parent, signal.SIGTERM)
    assert gone(everything, 5), "Neutron sends SIGKILL after five seconds"
    assert "169.254.0.1" not in place.addresses()
    assert not os.path.exists(place.path("ha_confs/router.pid.keepalived"))


@pytest.mark.parametrize("place", ["holdfast"], indirect=True)  # keepalived's children can outlive it; Neutron has code for that
def test_neutron_finds_no_orphan_after_a_killed_parent(place):
    path = place.file(f"ha_confs/{UUID}/keepalived.conf", NEUTRON.replace("    track_interface {\n        eth0\n    }\n", "") % "")
    parent, vrrp = neutron(place, path)
    assert place.holds("169.254.0.1")
    everything = descendants(parent)
    os.kill(parent, signal.SIGKILL)
    assert gone(everything, 2), [command_line(p) for p in everything if alive(p)]
    assert not alive(vrrp)


def test_neutron_reads_the_version(place):
    done = place.run("--version")
    found = re.match(r"Keepalived v(\d+)\.(\d+)\.(\d+)", done.stderr)
    assert done.returncode == 0 and found and tuple(map(int, found.groups())) >= (2, 0, 3)


# ===== Octavia amphora

OCTAVIA = """vrrp_script check_script {
  script "/usr/bin/true"
  interval 5
  fall 2
  rise 2
}

vrrp_instance %s {
  state MASTER
  interface eth0
  virtual_router_id 1
  priority 100
  nopreempt
  accept
  garp_master_refresh 5
  garp_master_refresh_repeat 2
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass 23f9ab1
  }

  unicast_src_ip 10.9.0.1
  unicast_peer {
    10.9.0.2
  }

  virtual_ipaddress {
    10.9.0.100
  }
  virtual_ipaddress_excluded {
    10.9.0.101
  }
  virtual_routes {
    10.9.0.0/24 dev eth0 src 10.9.0.100 scope link table 1
  }
  virtual_rules {
    from 10.9.0.100/32 table 1 priority 100
  }

  track_script {
    check_script
  }
}
"""


def test_octavia_starts_it_forking_and_signals_only_the_main_process(place):
    files = {letter: place.path(f"octavia-keepalived.{letter}.pid") for letter in "prc"}
    path = place.file("octavia-keepalived.conf", "global_defs {\n  script_user root\n  enable_script_security\n}\n" + OCTAVIA % UUID.replace("-", ""))
    status = place.fork("--log-facility=1", "-f", path, "-p", files["p"], "-r", files["r"], "-c", files["c"])
    assert status == 0
    parent, vrrp = place.forked(files["p"], files["r"])
    assert alive(parent) and alive(vrrp)
    assert place.holds("10.9.0.100", 12) and place.holds("10.9.0.101")
    everything = descendants(parent)
    os.kill(parent, signal.SIGHUP)  # systemctl reload
    time.sleep(0.5)
    assert "10.9.0.100" in place.addresses()
    os.kill(parent, signal.SIGTERM)  # KillMode=process
    assert gone(everything, 8)
    assert "10.9.0.100" not in place.addresses()


# ===== VyOS

def vyos(place, text):
    pid_file = place.path("keepalived.pid")
    process = place.spawn("--use-file", place.file("vyos.conf", text), "--pid", pid_file, "--vrrp_pid", place.path("vrrp.pid"), "--dont-fork")
    assert wait_for(lambda: read_pid(pid_file) == process.pid, 8)
    return process


@pytest.mark.parametrize("number, name", [(JSON_SIGNAL, "keepalived.json"), (signal.SIGUSR1, "keepalived.data"), (signal.SIGUSR2, "keepalived.stats")])
def test_vyos_waits_for_the_close_of_a_dump(place, number, name):
    process = vyos(place, GLOBALS + instance("main-v4", "    authentication {\n        auth_pass \"secret\"\n        auth_type PASS\n    }"))
    assert place.holds(VIP)
    watch = CloseWatch(place.dumps)
    try:
        process.send_signal(number)
        assert watch.wait(name, 10), "VyOS would wait 30 s for the closing of this name"
        with open(place.dump(name), encoding="utf-8") as f:
            text = f.read()
    finally:
        watch.close()
    if name.endswith("json"):
        data = json.loads(text)[0]["data"]
        assert data["iname"] == "main-v4" and data["vrid"] == 51 and data["state"] == 2
        assert data["ifp_ifname"] == "eth0" and data["effective_priority"] == 100
        assert time.time() - 60 < float(data["last_transition"]) <= time.time()
    os.unlink(place.dump(name))


def test_vyos_reads_the_fifo(place):
    fifo = place.path("fifo")
    os.mkfifo(fifo, 0o600)
    reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    try:
        text = GLOBALS.replace("}", f"    dynamic_interfaces\n    vrrp_notify_fifo {fifo}\n}}", 1)
        text += "vrrp_sync_group MAIN {\n    group {\n        VI_1\n    }\n}\n" + instance()
        process = vyos(place, text)
        assert place.holds(VIP)
        process.terminate()
        assert process.wait(8) == 0
        lines = os.read(reader, 65536).decode().splitlines()
    finally:
        os.close(reader)
    found = [re.match(r'^(\w+) "([\w-]+)" (\w+) (\d+)$', line) for line in lines]
    assert lines and all(found), lines
    assert ("INSTANCE", "VI_1", "MASTER", "100") in [m.groups() for m in found]
    assert ("GROUP", "MAIN", "MASTER", "0") in [m.groups() for m in found] or ("GROUP", "MAIN", "MASTER", "100") in [m.groups() for m in found]


# ===== OpenWrt

def test_openwrt_signals_every_process_and_reads_at_once(place):
    target = place.file("real.conf", GLOBALS + "static_ipaddress {\n}\n" + instance(vip=f"{VIP}/24 label eth0:1"))
    os.symlink(target, place.path("keepalived.conf"))
    process = place.spawn("-n", "-f", place.path("keepalived.conf"), "-p", place.path("p.pid"), "-r", place.path("r.pid"))
    assert place.holds(VIP)
    everything = [p for p in descendants(process.pid) if os.path.basename(command_line(p)[0]) == "keepalived"]
    assert everything
    for pid in everything:
        os.kill(pid, JSON_SIGNAL)
    assert wait_for(lambda: os.path.exists(place.dump("keepalived.json")), 2)
    time.sleep(0.1)
    with open(place.dump("keepalived.json"), encoding="utf-8") as f:
        assert json.load(f)[0]["data"]["iname"] == "VI_1"
    assert all(alive(p) for p in everything), "a real-time signal ended a process"


# ===== OpenShift on-prem

def test_openshift_finds_the_parent_as_the_oldest_and_reads_the_state(place):
    path = place.file("keepalived.conf", "global_defs {\n    max_auto_priority -1\n    vrrp_garp_master_refresh 60\n    script_user root\n    enable_script_security\n}\n"
                      + 'vrrp_script chk {\n    script "/usr/bin/timeout 1.9 /usr/bin/true"\n    interval 2\n    weight 20\n    rise 3\n    fall 2\n}\n'
                      + instance("cluster_API", "    authentication {\n        auth_type PASS\n        auth_pass cluster_api_vip_password\n    }\n"
                                                "    track_script {\n        chk\n    }"))
    process = place.spawn("-f", path, "--dont-fork", "--vrrp", "--log-detail", "--log-console", "-p", place.path("p.pid"), "-r", place.path("r.pid"))
    assert place.holds(VIP, 12), place.log()
    named = {}
    for pid in descendants(process.pid):
        with open(f"/proc/{pid}/comm", encoding="utf-8") as f:
            if "keepalived" in f.read():  # pgrep's way
                with open(f"/proc/{pid}/stat", encoding="utf-8") as g:
                    named[pid] = int(g.read().rsplit(")", 1)[1].split()[19])
    assert named and min(named, key=lambda p: (named[p], p)) == process.pid, "pgrep -o keepalived must name the parent"
    with open(place.dump("keepalived.data"), "w", encoding="utf-8") as f:
        f.write("State = FAULT\n")
    process.send_signal(signal.SIGUSR1)

    def states():
        with open(place.dump("keepalived.data"), encoding="utf-8") as g:
            return re.findall(r"State = (\w+)", g.read())
    assert wait_for(lambda: "MASTER" in states() and "FAULT" not in states(), 3), states()


# ===== redhat-cop operator

def test_redhat_cop_selects_lines_by_pod(place):
    text = GLOBALS + instance("default/keepalivedgroup-router/sample", "@pod-a    priority 120\n@^pod-a   priority 80")
    path = place.file("keepalived.conf", text.replace("    priority 100\n", ""))
    pid_file = place.path("keepalived.pid")
    process = place.spawn("--log-console", "--log-detail", "--dont-fork", "--config-id=pod-a", f"--use-file={path}", f"--pid={pid_file}",
                          f"--vrrp_pid={place.path('r.pid')}")
    assert place.holds(VIP), place.log()
    os.kill(read_pid(pid_file), JSON_SIGNAL)
    assert wait_for(lambda: os.path.exists(place.dump("keepalived.json")), 3)
    time.sleep(0.1)
    with open(place.dump("keepalived.json"), encoding="utf-8") as f:
        data = json.load(f)[0]["data"]
    assert data["iname"] == "default/keepalivedgroup-router/sample" and data["base_priority"] == 120
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert VIP in place.addresses()


# ===== kube-keepalived-vip, osixia, kolla-ansible

@pytest.mark.parametrize("options", [["--dont-fork", "--log-console", "--release-vips", "--pid", "{pid}"],
                                     ["--dont-fork", "--log-console", "--log-detail", "-p", "{pid}"],
                                     ["-nld", "-p", "{pid}"],
                                     ["-nlPd", "-p", "{pid}"]])
def test_containers_start_it_in_the_foreground(place, options):
    path = place.file("keepalived.conf", GLOBALS + instance())
    pid_file = place.path("keepalived.pid")
    process = place.spawn("-f", path, "-r", place.path("r.pid"), *[o.format(pid=pid_file) for o in options], start_new_session=True)
    assert place.holds(VIP), place.log()
    assert read_pid(pid_file) == process.pid
    os.kill(read_pid(pid_file), signal.SIGHUP)
    time.sleep(0.5)
    assert process.poll() is None and VIP in place.addresses()
    process.terminate()
    assert process.wait(8) == 0
    assert VIP not in place.addresses() and not os.path.exists(pid_file)


# ===== mehdy/keepalived-exporter

def started(place, text=None):
    process = place.spawn("-n", "-l", "-f", place.file("keepalived.conf", text or GLOBALS + instance()), "-p", place.path("p.pid"), "-r", place.path("r.pid"))
    assert place.holds(VIP), place.log()
    return process


def dumped(place, process, number, name):
    process.send_signal(number)
    assert wait_for(lambda: os.path.exists(place.dump(name)), 3)
    time.sleep(0.1)
    with open(place.dump(name), encoding="utf-8") as f:
        return f.read()


@pytest.mark.parametrize("word, number", [("DATA", signal.SIGUSR1), ("STATS", signal.SIGUSR2), ("JSON", JSON_SIGNAL)])
def test_mehdy_asks_for_signal_numbers(place, word, number):
    done = place.run(f"--signum={word}")
    assert done.returncode == 0 and int(done.stdout) == number


def test_mehdy_asks_for_the_version_and_for_json(place):
    done = place.run("-v")
    second = done.stderr.split()[1]
    assert re.fullmatch(r"\d+\.\d+\.\d+", second[1:]) and done.stdout == ""
    if place.is_ours:  # Debian builds its keepalived without it
        assert "--enable-json" in done.stderr


def test_mehdy_reads_the_data_dump(place):
    text = GLOBALS + 'vrrp_script chk {\n    script "/usr/bin/true"\n    interval 1\n}\n' + instance(extra="    track_script {\n        chk\n    }")
    process = started(place, text)
    lines = dumped(place, process, signal.SIGUSR1, "keepalived.data").splitlines()
    start = lines.index(" VRRP Instance = VI_1")
    values, addresses = {}, []
    for at, line in enumerate(lines[start + 1:], start + 1):
        if re.match(r" \S", line):
            break
        if found := re.match(r"   (\S[^=]*?) = (.*)$", line):
            values.setdefault(found[1], found[2])
        if re.match(r"   Virtual IP \((\d+)\):?", line):
            addresses = [r.strip() for r in lines[at + 1:at + 2]]
    assert values["State"] == "MASTER" and values["Virtual Router ID"] == "51" and values["Interface"] == "eth0"
    assert values["Gratuitous ARP delay"].split()[0].isdigit()
    assert addresses and addresses[0].startswith(f"{VIP}/24"), addresses
    scripts = [i for i, line in enumerate(lines) if line == " VRRP Script = chk"]
    assert scripts and any(re.match(r"   Status = ", line) for line in lines[scripts[0]:scripts[0] + 25])


def test_mehdy_reads_the_statistics(place):
    process = started(place)
    time.sleep(1.2)
    text = dumped(place, process, signal.SIGUSR2, "keepalived.stats")
    assert re.search(r"^VRRP Instance: VI_1$", text, re.M)
    assert re.search(r"^  Advertisements:\n    Received: 0\n    Sent: [1-9]\d*$", text, re.M), text
    assert re.search(r"^  Became master: 1$", text, re.M)
    assert re.search(r"^  Released master: 0$", text, re.M)
    for heading in ("Packet Errors", "Authentication Errors", "Priority Zero"):
        assert re.search(rf"^  {heading}:$", text, re.M), heading


# ===== gen2brain/keepalived_exporter

def test_gen2brain_finds_the_process_and_reads_json(place):
    process = started(place)
    first = min(p for p in descendants(process.pid) if os.path.basename(command_line(p)[0]) == "keepalived")
    assert first == process.pid
    os.kill(first, 36)
    time.sleep(0.1)
    assert wait_for(lambda: os.path.exists(place.dump("keepalived.json")), 2)
    time.sleep(0.1)
    with open(place.dump("keepalived.json"), encoding="utf-8") as f:
        entry = json.load(f)[0]
    for key in ("iname", "state", "vrid", "vips", "ifp_ifname", "effective_priority", "wantstate", "accept", "nopreempt"):
        assert key in entry["data"], key
    for key in ("advert_rcvd", "advert_sent", "become_master", "release_master", "packet_len_err", "advert_interval_err", "ip_ttl_err",
                "invalid_type_rcvd", "addr_list_err", "invalid_authtype", "authtype_mismatch", "auth_failure", "pri_zero_rcvd", "pri_zero_sent"):
        assert isinstance(entry["stats"][key], int), key
    assert glob.glob(place.dump("keepalived.json*")) == [place.dump("keepalived.json")], "no strays"


# ===== roxy-wi, ZStack

def test_roxy_wi_and_zstack_grep_the_dumps(place):
    process = started(place)
    os.kill(read_pid(place.path("p.pid")), signal.SIGUSR2)
    assert wait_for(lambda: os.path.exists(place.dump("keepalived.stats")), 3)
    time.sleep(0.1)
    done = subprocess.run(["grep", "Became master", place.dump("keepalived.stats")], capture_output=True, text=True, check=False)
    assert re.search(r"Became master: \d+", done.stdout)
    process.send_signal(signal.SIGUSR1)
    assert wait_for(lambda: os.path.exists(place.dump("keepalived.data")), 3)
    time.sleep(0.1)
    done = subprocess.run(["grep", "-A", "6", "VRRP Topology", place.dump("keepalived.data")], capture_output=True, text=True, check=False)
    assert re.search(r"State = MASTER", done.stdout), done.stdout


# ===== voxpupuli/puppet, evrardjp/ansible, CloudStack

def test_puppet_validates_a_file(place):
    good = place.file("good.conf", GLOBALS + instance())
    bad = place.file("bad.conf", GLOBALS + instance().replace("    interface eth0\n", ""))
    assert place.run("-l", "-t", "-f", good).returncode == 0
    assert place.run("-l", "-t", "-f", bad).returncode != 0


def test_ansible_writes_comments_behind_values(place):
    text = """global_defs {
    enable_script_security   # comments behind values
    script_user root
    vrrp_garp_master_repeat 1 ! and of both kinds
}
vrrp_track_file alive {
    file "%s"
    weight 10
}
vrrp_instance external {
    interface eth0   # which one
    state BACKUP
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        10.9.0.100/24 dev eth0   # one
    }
    track_file {
        alive
    }
    notify_master_rx_lower_pri "/usr/bin/true"
}
""" % place.file("alive", "0\n")
    assert place.run("-t", "-f", place.file("ansible.conf", text)).returncode == 0


def test_cloudstack_sets_its_template(place):
    text = GLOBALS.replace("lab", "cloudstack") + 'vrrp_script heartbeat {\n    script "/usr/bin/true"\n    interval 2\n}\n' + instance(
        "inside_network", "    authentication {\n        auth_type PASS\n        auth_pass WORD\n    }\n    track_script {\n        heartbeat\n    }", f"{VIP}/24 brd 10.9.0.255 dev eth0")
    process = place.spawn("--dont-fork", "-f", place.file("keepalived.conf", text), "-p", place.path("p.pid"), "-r", place.path("r.pid"))
    assert place.holds(VIP), place.log()
    assert process.poll() is None

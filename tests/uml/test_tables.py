"""The same file gives the same IPVS table as under Debian's keepalived, at each stage of a life."""
# SPDX-License-Identifier: Apache-2.0
import os

from lab import ipvs
from lab.configuration import GLOBALS, service, tcp_check
from lab.daemon import project
from lab.shell import run, wait_for

SCHEDULERS = "rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq".split()
LVS_SERVERS = ("http:10.9.1.1:80", "http:10.9.1.2:80", "http:10.9.1.99:80", "https:10.9.1.1:443", "tcp:[2001:db8:9:1::1]:80")


def every_option(changed=False):
    """Each scheduler, forwarding method, flag and limit; `changed` differs in weights, servers and services."""
    weight = 9 if changed else 3
    text = [GLOBALS]
    for number, scheduler in enumerate(SCHEDULERS):
        if changed and scheduler == "lc":
            continue
        text.append(service(f"10.200.1.{number} 80", [("10.99.1.1 80", "weight 1"), ("10.99.1.2 80", "weight 5")], scheduler, "DR"))
    text += [
        service("10.200.2.1 53", [("10.99.2.1 5353", f"weight {weight}")], "rr", "NAT", "UDP", extra="ops"),
        service("10.200.2.2 80", [("10.99.2.2 80", "weight 2")], "wlc", "TUN", extra="persistence_timeout 600\npersistence_granularity 255.255.255.0"),
        service("10.200.2.3 80", [("10.99.2.3 8080", "weight 2")], "sh", extra="sh-port\nsh-fallback"),
        service("10.200.2.4 80", [("10.99.2.4 8080", "weight 2")], "mh", extra="mh-port\nmh-fallback"),
        service("2001:db8::1 443", [("2001:db8::a 443", "weight 2")], "wlc", "DR", extra="persistence_timeout 60"),
        service("10.200.2.6 80", [("10.99.2.6 80", "weight 2\nuthreshold 100\nlthreshold 50")], "wlc", "DR"),
        service("10.200.2.7 80", [("10.99.2.7 80", "weight 2\n" + tcp_check())], "wlc", extra="sorry_server 10.99.2.99 80"),
        service("10.200.2.8 80", [("10.99.2.8 80", "weight 2\ninhibit_on_failure\n" + tcp_check())], "wlc"),
        service("10.200.4.1 80", [(f"10.99.4.{i} 80", "weight 1" + ("\nlvs_method TUN" if i == 3 else ""))
                                  for i in range(1, 6) if not (changed and i == 2)], "rr", "DR"),
    ]
    if changed:
        text.append(service("10.200.5.1 80", [("10.99.5.1 80", "weight 1")], "rr", "DR"))
    return "".join(text)


def stages(daemon, command, name):
    """The table when started, after a reload that changes it, after one that does not, and after the end."""
    running = daemon(every_option(), command, name=name)
    seen = {"started": ipvs.settled()}
    running.configure(every_option(changed=True))
    running.reload()
    assert wait_for(lambda: any("10.200.5.1" in line for line in ipvs.table()), 10), running.log()[-2000:]
    seen["changed"] = ipvs.settled()
    running.reload()
    seen["same again"] = ipvs.settled()
    running.stop(20)
    seen["stopped"] = ipvs.table()
    return seen


def test_every_scheduler_and_option(daemon, holdfast, keepalived):
    wanted = stages(daemon, keepalived, "P")
    assert wanted["stopped"] == [] and len(wanted["started"]) > 40
    found = stages(daemon, holdfast, "D")
    for stage, lines in wanted.items():
        assert found[stage] == lines, stage


def lvs_table(daemon, command, name):
    with open(os.path.join(project(), "packaging", "examples", "lvs.conf"), encoding="utf-8") as f:
        running = daemon(f.read(), command, name=name)
    wait_for(lambda: any("10.9.1.1:443" in line for line in ipvs.table()), 8)  # alpha: only after its first check
    seen = ipvs.settled(quiet=5)
    running.stop(20)
    return seen


def test_the_example_lvs_conf(daemon, backends, holdfast, keepalived):
    backends(*LVS_SERVERS)
    open("/run/dns-ok", "w").close()
    wanted = lvs_table(daemon, keepalived, "P")
    assert len([line for line in wanted if line.startswith("-a")]) == 5, wanted
    assert lvs_table(daemon, holdfast, "D") == wanted


def test_stopping_clears_the_table_and_nothing_else(daemon):
    run("ipvsadm -A -t 10.250.0.1:80 -s rr")
    running = daemon(GLOBALS + service("10.200.2.1 80", [("10.99.2.1 80", "weight 1")]))
    assert wait_for(lambda: len(ipvs.table()) == 3, 10)
    running.stop(20)
    assert ipvs.table() == ["-A -t 10.250.0.1:80 -s rr"]

#!/usr/bin/python3
"""How long `-t` takes for large files, and how much memory, Holdfast and keepalived in turn in the same run.

config_speed.py [--lines "10000 50000 100000"] [--shapes "services routers addresses"] [--runs N] [--json FILE]
Both programs are started as an operator starts them, so the start of Holdfast's sandboxed processes is in its time. Of several runs the
shortest counts. Memory is the largest resident set of any process of the run. Nothing is asserted: the ratio is the figure.
  services:  virtual servers with ten real servers, each with a TCP check
  routers:   VRRP instances
  addresses: few instances with many excluded addresses
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import os
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.daemon import holdfast_command, keepalived_command  # noqa: E402
from lab.network import Lab  # noqa: E402
from lab.shell import argv_in  # noqa: E402

TIME_LIMIT = 600  # seconds: what takes longer is told as such
HEAD = "global_defs {\n    router_id bench\n}\n"


def services(lines):
    """Blocks of 66 lines: a service with ten servers."""
    for number in range(lines // 66):
        high, low = divmod(number, 250)
        yield (f"virtual_server 10.{high // 250 + 1}.{high % 250}.{low + 1} 80 {{\n    delay_loop 5\n    lvs_sched rr\n    lvs_method NAT\n    protocol TCP\n"
               + "".join(f"    real_server 172.16.{server}.{low + 1} 80 {{\n        weight 1\n        TCP_CHECK {{\n            connect_timeout 3\n        }}\n    }}\n"
                         for server in range(10)) + "}\n")


def routers(lines):
    """Blocks of ten lines; 255 routers share an interface of the laboratory."""
    for number in range(lines // 10):
        yield (f"vrrp_instance V{number} {{\n    interface d{number // 255}\n    virtual_router_id {number % 255 + 1}\n    priority 100\n    state BACKUP\n"
               f"    advert_int 1\n    virtual_ipaddress {{\n        10.{number // 62500 + 1}.{number // 250 % 250}.{number % 250 + 1}/32\n    }}\n}}\n")


def addresses(lines):
    """Ten instances that share all lines as excluded addresses."""
    each = lines // 10
    for number in range(10):
        body = "".join(f"        10.{number}.{i // 250}.{i % 250 + 1}/32\n" for i in range(each))
        yield (f"vrrp_instance V{number} {{\n    interface d0\n    virtual_router_id {number + 1}\n    virtual_ipaddress {{\n        192.0.2.{number + 1}\n    }}\n"
               f"    virtual_ipaddress_excluded {{\n{body}    }}\n}}\n")


SHAPES = {"services": services, "routers": routers, "addresses": addresses}


def measure(argv):
    """(seconds, KiB of the largest process, exit status) of one run; None when it took too long."""
    started = time.perf_counter()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                return time.perf_counter() - started, usage.ru_maxrss, os.waitstatus_to_exitcode(status)
            if time.perf_counter() - started > TIME_LIMIT:
                child.kill()
                os.wait4(child.pid, 0)
                return None
            time.sleep(0.0005)
    finally:
        child.returncode = 0


def compare(lab, namespace, shape, lines, runs):
    path = lab.file(f"{shape}-{lines}.conf", HEAD + "".join(SHAPES[shape](lines)))
    row = {"shape": shape, "lines": sum(1 for _ in open(path, encoding="ascii"))}
    for name, command in (("holdfast", holdfast_command() + ["--no-advice"]), ("keepalived", keepalived_command())):
        done = [measure(argv_in(namespace, command + ["-t", "-f", path])) for _ in range(runs)]
        if None in done:
            row[name] = None
            continue
        row[name] = {"seconds": min(one[0] for one in done), "kib": max(one[1] for one in done), "status": done[0][2]}
    return row


def told(row):
    ours, theirs = row["holdfast"], row["keepalived"]
    text = f"{row['shape']:10} {row['lines']:7} lines  "
    if ours is None:
        return text + "holdfast took too long"
    text += f"holdfast {ours['seconds']:8.3f} s {ours['kib'] / 1024:7.1f} MiB {ours['kib'] * 1024 / row['lines']:6.0f} B/line ({ours['status']})   "
    if theirs is None:
        return text + f"keepalived more than {TIME_LIMIT} s, ratio above {TIME_LIMIT / ours['seconds']:.1f}"
    return text + (f"keepalived {theirs['seconds']:8.3f} s {theirs['kib'] / 1024:7.1f} MiB ({theirs['status']})   "
                   f"ratio {theirs['seconds'] / ours['seconds']:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default="10000 50000 100000")
    parser.add_argument("--shapes", default=" ".join(SHAPES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    rows = []
    with Lab("config") as lab:
        namespace = lab.namespace("a")
        for number in range(40):
            subprocess.run(argv_in(namespace, ["ip", "link", "add", f"d{number}", "type", "veth", "peer", "name", f"p{number}"]), check=True)
        for shape in asked.shapes.split():
            for lines in map(int, asked.lines.split()):
                rows.append(compare(lab, namespace, shape, lines, asked.runs))
                print(told(rows[-1]), flush=True)
    if asked.json:
        with open(asked.json, "w", encoding="ascii") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()

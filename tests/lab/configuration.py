"""Text of keepalived.conf for the tests: plain pieces, so that a test shows what matters in it."""
# SPDX-License-Identifier: Apache-2.0

GLOBALS = """global_defs {
    router_id lab
    script_user nobody
    enable_script_security
}
"""


def instance(name="VI", vrid=51, priority=100, device="eth0", addresses=("10.9.0.100/24",), interval=1, version=3, extra="", state="BACKUP"):
    lines = "\n".join(f"        {a}" for a in addresses)
    return f"""vrrp_instance {name} {{
    state {state}
    interface {device}
    virtual_router_id {vrid}
    priority {priority}
    advert_int {interval}
    version {version}
{extra}
    virtual_ipaddress {{
{lines}
    }}
}}
"""


def password(text):
    return f"    authentication {{\n        auth_type PASS\n        auth_pass {text}\n    }}"


def skew(priority, interval, version=3):
    """Seconds; RFC 9568 section 6.1, for version 2 with one second instead of the interval."""
    return (256 - priority) / 256 * (interval if version == 3 else 1.0)


def service(head, servers, scheduler="rr", method="NAT", protocol="TCP", delay_loop=2, extra=""):
    """A virtual_server; servers is a list of (address and port, lines inside the real_server)."""
    lines = [f"virtual_server {head} {{", f"    delay_loop {delay_loop}", f"    lvs_sched {scheduler}", f"    lvs_method {method}"]
    lines += [f"    protocol {protocol}"] if protocol else []
    lines += [f"    {line}" for line in extra.splitlines()]
    for address, inside in servers:
        lines += [f"    real_server {address} {{"] + [f"        {line}" for line in inside.splitlines()] + ["    }"]
    return "\n".join(lines + ["}"]) + "\n"


def tcp_check(timeout=1, retry=0, delay=1):
    return f"TCP_CHECK {{\n    connect_timeout {timeout}\n    retry {retry}\n    delay_before_retry {delay}\n}}"


def http_check(path="/", timeout=2, retry=0, delay=1):
    return (f"HTTP_GET {{\n    url {{\n        path {path}\n        status_code 200\n    }}\n    connect_timeout {timeout}\n"
            f"    retry {retry}\n    delay_before_retry {delay}\n}}")

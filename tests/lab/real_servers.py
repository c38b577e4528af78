"""Debian's nginx, bind9 and exim as unpack_servers leaves them, and a UDP echo: each runs in the foreground in a namespace and can be stopped,
paused and started again."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import signal
import sys

from lab import liars
from lab.backends import certificate
from lab.daemon import build_folder
from lab.shell import run

HTTP, HTTPS, SMTP, DNS, ECHO = 8080, 8443, 2525, 5353, 7007
MAIL_USER = "Debian-exim"
MAIL_ID = 61199

NGINX = """daemon off; master_process off; user root; error_log {folder}/error.log; pid {folder}/pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen {http}; listen {https} ssl;
    ssl_certificate {certificate}; ssl_certificate_key {certificate};
    root {folder};
  }}
}}
"""
NAMED = """options {{ directory "{folder}"; listen-on port {dns} {{ any; }}; listen-on-v6 {{ none; }}; recursion no; dnssec-validation no;
  pid-file "{folder}/pid"; session-keyfile "{folder}/key"; }};
controls {{ }};
zone "example.org" {{ type primary; file "zone"; }};
"""
ZONE = "$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 192.0.2.1\n@ A 192.0.2.2\n"
EXIM = """primary_hostname = mail.example.org
spool_directory = {folder}
log_file_path = {folder}/%s.log
daemon_smtp_ports = {smtp}
keep_environment =
tls_advertise_hosts =
"""


def program(name):
    return os.environ.get(f"HOLDFAST_{name.upper()}", os.path.join(build_folder(), "servers", name))


class RealServers:
    NAMES = ("nginx", "named", "exim", "echo")

    def __init__(self, lab, namespace, address):
        self.lab, self.namespace = lab, namespace
        self.commands = {"nginx": self._nginx(), "named": self._named(), "exim": self._exim(),
                         "echo": [sys.executable, liars.__file__, address, f"udp-echo={ECHO}"]}
        self.running = {}

    def _folder(self, name):
        folder = self.lab.path(name)
        os.makedirs(folder, mode=0o755)
        return folder

    def _nginx(self):
        folder = self._folder("nginx")
        self.lab.file("nginx/index.html", "hello needle\n")
        self.lab.file("nginx/nginx.conf", NGINX.format(folder=folder, http=HTTP, https=HTTPS, certificate=certificate(self.lab)))
        return [program("nginx"), "-c", f"{folder}/nginx.conf"]

    def _named(self):
        folder = self._folder("named")
        self.lab.file("named/zone", ZONE)
        self.lab.file("named/named.conf", NAMED.format(folder=folder, dns=DNS))
        return [program("named"), "-g", "-n", "1", "-c", f"{folder}/named.conf"]

    # exim looks for the user that it was built for: in its own mount namespace there is one.
    def _exim(self):
        folder = self._folder("exim")
        shutil.chown(folder, MAIL_ID, MAIL_ID)
        self.lab.file("exim.conf", EXIM.format(folder=folder, smtp=SMTP))
        mounts = []
        for base, row in (("passwd", f"{MAIL_USER}:x:{MAIL_ID}:{MAIL_ID}::/:/bin/false\n"), ("group", f"{MAIL_USER}:x:{MAIL_ID}:\n")):
            with open(f"/etc/{base}", encoding="utf-8") as source:
                self.lab.file(base, source.read() + row)
            mounts.append(f"mount --bind {self.lab.path(base)} /etc/{base}")
        return ["unshare", "-m", "sh", "-c", " && ".join(mounts) + f" && exec {program('exim')} -C {self.lab.path('exim.conf')} -bdf"]

    def start(self):
        for name, command in self.commands.items():
            with open(self.lab.path(f"{name}.out"), "ab") as out:
                self.running[name] = self.lab.helper(command, self.namespace, stdin=-1, stdout=out, stderr=out)

    def signal(self, number):
        """To each server; what it started itself is not looked at."""
        for process in self.running.values():
            process.send_signal(number)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def stop(self):
        self.signal(signal.SIGKILL)
        for process in self.running.values():
            process.wait()
        self.running = {}

    def listening(self):
        """The ports of which the namespace has a socket."""
        said = run("ss -Hlntu", self.namespace)
        return {int(line.split()[4].rsplit(":", 1)[1]) for line in said.splitlines()}

    def ready(self):
        return {HTTP, HTTPS, SMTP, DNS, ECHO} <= self.listening()

    def said(self):
        text = ""
        for name in self.commands:
            with open(self.lab.path(f"{name}.out"), encoding="utf-8", errors="replace") as source:
                text += f"--- {name}\n{source.read()[-600:]}"
        return text

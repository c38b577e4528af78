#!/usr/bin/python3
"""Many small web servers in one process, which can be told to die and to return.

servers.py [--certificate FILE] SPEC...   SPEC is http:ADDRESS:PORT, https:ADDRESS:PORT or tcp:ADDRESS:PORT (IPv6 in brackets)
Standard input takes lines "down SPEC", "up SPEC", "status SPEC CODE"; each is answered with "done". It ends with its input.
Every request is answered with the code of its server (200 at first) and the server's name.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import selectors
import socket
import ssl
import sys


class Server:
    def __init__(self, spec, context):
        self.spec, self.code, self.listener = spec, 200, None
        self.kind, where = spec.split(":", 1)
        address, port = where.rsplit(":", 1)
        self.where = (address.strip("[]"), int(port))
        self.context = context if self.kind == "https" else None

    def up(self, selector):
        if self.listener is None:
            family = socket.AF_INET6 if ":" in self.where[0] else socket.AF_INET
            self.listener = socket.socket(family, socket.SOCK_STREAM)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind(self.where)
            self.listener.listen(128)
            selector.register(self.listener, selectors.EVENT_READ, self)

    def down(self, selector):
        if self.listener is not None:
            selector.unregister(self.listener)
            self.listener.close()
            self.listener = None

    def answer(self):
        """One connection from its beginning to its end; a slow client is cut off after two seconds."""
        peer, _ = self.listener.accept()
        try:
            peer.settimeout(2)
            if self.context:
                peer = self.context.wrap_socket(peer, server_side=True)
            if self.kind != "tcp":
                request = b""
                while b"\r\n\r\n" not in request:
                    part = peer.recv(4096)
                    if not part:
                        return
                    request += part
                body = f"{self.spec}\n".encode()
                peer.sendall(b"HTTP/1.0 %d Answer\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (self.code, len(body), body))
        except OSError:
            pass  # the client went away, or could not speak TLS
        finally:
            peer.close()


def command(line, servers, selector):
    words = line.split()
    server = servers[words[1]]
    if words[0] == "status":
        server.code = int(words[2])
    else:
        getattr(server, words[0])(selector)
    print("done", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificate")
    parser.add_argument("specs", nargs="+")
    args = parser.parse_args()
    context = None
    if args.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.certificate)
    selector = selectors.DefaultSelector()
    servers = {spec: Server(spec, context) for spec in args.specs}
    for server in servers.values():
        server.up(selector)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.data is not None:
                if key.data.listener is key.fileobj:
                    key.data.answer()
                continue
            line = sys.stdin.readline()
            if not line:
                return
            command(line, servers, selector)


if __name__ == "__main__":
    main()

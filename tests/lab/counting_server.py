#!/usr/bin/python3
"""A small web server for benches: counting_server.py PORT. It answers any request with 200 and counts connections.

Standard input takes "count" (the answer is the number so far) and "die" (it stops to listen); it ends with its input.
"""
# SPDX-License-Identifier: Apache-2.0
import selectors
import socket
import sys

ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", int(sys.argv[1])))
    listener.listen(4096)
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ, "listener")
    selector.register(sys.stdin, selectors.EVENT_READ, "stdin")
    print("ready", flush=True)
    count = 0
    while True:
        for key, _ in selector.select():
            if key.data == "listener":
                while True:
                    try:
                        peer, _ = listener.accept()
                    except OSError:
                        break
                    count += 1
                    peer.setblocking(False)
                    selector.register(peer, selectors.EVENT_READ, "peer")
            elif key.data == "stdin":
                line = sys.stdin.readline()
                if not line:
                    return
                if line.strip() == "die" and listener is not None:
                    selector.unregister(listener)
                    listener.close()
                    listener = None
                print(count, flush=True)
            else:
                peer = key.fileobj
                selector.unregister(peer)
                try:
                    if peer.recv(4096):
                        peer.send(ANSWER)
                except OSError:
                    pass
                peer.close()


if __name__ == "__main__":
    main()

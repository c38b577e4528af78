#!/usr/bin/python3
"""Servers that misbehave, many in one process: each port has one behaviour, by name.

liars.py ADDRESS [--certificate FILE] NAME=PORT...: prints "ready" and serves until its input ends. TCP, UDP, HTTP, SMTP and DNS behaviours
are in the table at the end.
"""
# SPDX-License-Identifier: Apache-2.0
import asyncio
import socket
import ssl
import struct
import sys
import time

PAGE = b"<html>hello needle world</html>\n"


def page(body=PAGE, status=200, extra="", length=None):
    return f"HTTP/1.0 {status} Answer\r\n{extra}Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body


def reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


def says(answer, wait_for_request=True, then="close"):
    """After the request: these bytes."""
    async def serve(reader, writer):
        if wait_for_request:
            await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if then == "reset":
            return reset(writer)
        if then == "stay":
            await asyncio.sleep(3600)
        writer.close()
    return serve


async def silent(reader, writer):
    await asyncio.sleep(3600)


async def resets(reader, writer):
    reset(writer)


async def resets_after_request(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    reset(writer)


def trickles(answer, seconds):
    async def serve(reader, writer):
        for octet in answer:
            writer.write(bytes([octet]))
            await writer.drain()
            await asyncio.sleep(seconds)
        writer.close()
    return serve


async def gigabyte(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {1 << 30}\r\n\r\n".encode())
    block = b"a" * 65536
    for _ in range(16384):
        writer.write(block)
        await writer.drain()
    writer.close()


async def endless_header(reader, writer):
    writer.write(b"HTTP/1.0 200 OK\r\n")
    while True:
        writer.write(b"X-More: and more and more and more and more\r\n" * 64)
        await writer.drain()


async def redirects(reader, writer):
    request = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.0 302 Found\r\nLocation: " + request.split()[1] + b"\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()
    writer.close()


def smtp(greeting=b"220 here\r\n", helo=b"250 hello\r\n", farewell=b"221 bye\r\n", pause=0.0):
    """A mail server; an answer of None is a closed connection, of b"" is silence."""
    async def serve(reader, writer):
        for answer in (greeting, helo, farewell):
            if answer is None:
                return writer.close()
            await asyncio.sleep(pause)
            writer.write(answer)
            await writer.drain()
            await reader.readline()
        writer.close()
    return serve


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answer):
        self.answer = answer

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        for out in self.answer(data):
            self.transport.sendto(out, address)


def dns(code=0, wrong_id=False, question=False, cut=None):
    def answer(data):
        number = data[:2] if not wrong_id else bytes([data[0] ^ 255, data[1]])
        return [(number + bytes([0x01 if question else 0x81, 0x80 | code]) + data[4:])[:cut]]
    return answer


async def counted(reader, writer):
    """Well, and tells when it was asked."""
    await reader.readuntil(b"\r\n\r\n")
    print(time.monotonic(), flush=True)
    writer.write(page())
    await writer.drain()
    writer.close()


TCP = {
    "http-counted": counted,
    "http": says(page()),
    "http-stays": says(page(), then="stay"),
    "http-without-length": says(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE),
    "http-404": says(page(status=404)),
    "http-301": says(page(status=301, extra="Location: /\r\n")),
    "http-short": says(page(length=1000)),
    "http-long": says(page(length=3)),
    "http-chunked": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nneedl\r\n1\r\ne\r\n0\r\n\r\n"),
    "http-empty": says(b""),
    "http-no-http": says(b"220 smtp.example.org ready\r\n"),
    "http-no-status": says(b"HTTP/1.0\r\n\r\n" + PAGE),
    "http-other": says(page(b"something else\n")),
    "http-as": says(page(b"a" * 16000)),
    "http-reset": resets_after_request,
    "http-reset-after": says(page(length=1000), then="reset"),
    "http-trickle": trickles(page(), 1.0),
    "http-gigabyte": gigabyte,
    "http-endless-header": endless_header,
    "http-redirects": redirects,
    "silent": silent,
    "reset": resets,
    "garbage": says(bytes(range(256)) * 8, wait_for_request=False),
    "smtp": smtp(),
    "smtp-lines": smtp(b"220-one\r\n220 two\r\n", b"250-hello\r\n250 SIZE\r\n"),
    "smtp-greeting-lines": smtp(b"220-one\r\n220 two\r\n"),
    "smtp-helo-lines": smtp(helo=b"250-hello\r\n250 SIZE\r\n"),
    "smtp-codes": smtp(b"220\r\n", b"250\r\n", b"221\r\n"),
    "smtp-554": smtp(b"554 no\r\n"),
    "smtp-501": smtp(helo=b"501 who\r\n"),
    "smtp-no-farewell": smtp(farewell=None),
    "smtp-bad-farewell": smtp(farewell=b"500 what\r\n"),
    "smtp-silent-farewell": smtp(farewell=b""),
    "smtp-slow": smtp(pause=0.5),
    "smtp-closes": smtp(None),
    "smtp-endless": says(b"220-and so on\r\n" * 100000, wait_for_request=False, then="stay"),
    "smtp-long-line": says(b"220 " + b"a" * 5000 + b"\r\n", wait_for_request=False, then="stay"),
    "smtp-trickle": trickles(b"220 here\r\n", 0.5),
}
TLS = {"https": TCP["http"], "https-404": TCP["http-404"], "https-reset": resets_after_request, "https-gigabyte": gigabyte}
UDP = {
    "udp-echo": lambda data: [data],
    "udp-silent": lambda data: [],
    "udp-long": lambda data: [b"x" * 300],
    "udp-empty": lambda data: [b""],
    "udp-flood": lambda data: [b"x" * 1400] * 2000,
    "udp-other": lambda data: [b"other"],
    "dns": dns(),
    "dns-nxdomain": dns(3),
    "dns-refused": dns(5),
    "dns-wrong-id": dns(wrong_id=True),
    "dns-question": dns(question=True),
    "dns-short": dns(cut=11),
    "dns-header": dns(cut=12),
    "dns-many": lambda data: [b"zz" + data[2:]] * 50 + dns()(data),
}


def quietly(serve):
    async def guarded(reader, writer):
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.close()
    return guarded


async def main():
    address, arguments = sys.argv[1], sys.argv[2:]
    context = None
    if arguments and arguments[0] == "--certificate":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments[1])
        arguments = arguments[2:]
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)  # peers that go away are what this is for
    for argument in arguments:
        name, port = argument.split("=")
        if name in UDP:
            await loop.create_datagram_endpoint(lambda name=name: Datagrams(UDP[name]), local_addr=(address, int(port)))
        elif name in TLS:
            await asyncio.start_server(quietly(TLS[name]), address, int(port), ssl=context)
        else:
            await asyncio.start_server(quietly(TCP[name]), address, int(port))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

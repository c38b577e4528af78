#!/usr/bin/python3
"""Sends frames (hex, one a line on standard input, in turn) on DEVICE at RATE a second for SECONDS; prints how many."""
# SPDX-License-Identifier: Apache-2.0
import socket
import sys
import time

device, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
frames = [bytes.fromhex(line) for line in sys.stdin.read().split()]
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind((device, 0))
start, sent = time.monotonic(), 0
while (now := time.monotonic()) < start + seconds:
    for _ in range(int((now - start) * rate) - sent if sent < (now - start) * rate else 0):
        try:
            out.send(frames[sent % len(frames)])
        except OSError:  # the queue of the device is full: faster than that it cannot be
            pass
        sent += 1
        if sent % 256 == 0 and time.monotonic() >= start + seconds:
            break
    time.sleep(min(0.002, 0.5 / rate))
print(sent)

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
    while sent < (now - start) * rate:
        out.send(frames[sent % len(frames)])
        sent += 1
    time.sleep(min(0.002, 0.5 / rate))
print(sent)

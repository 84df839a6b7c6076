# Copyright 2026 The Carillon authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody who talks to a sidecar without being anybody: well-formed greetings of strangers, mutated frames, random bytes."""
import os
import random
import socket
import struct
import time

MAGIC = b'CRLN'
HELLO, CONFIRM, ESTABLISHED, PING, KINDS = 1, 2, 3, 5, 8
SESSION_PROTOCOL = 2  # of the frames between provider and sidecar, docs/ipc.md
FRAMES_A_CONNECTION = 20


def text(value):
    data = value.encode()
    return struct.pack('<H', len(data)) + data


class Stranger:
    """Talks to a port of the ring, or to the provider's Unix socket where `target` is a path."""

    def __init__(self, target, seed=1):
        self.target, self.random = target, random.Random(seed)

    def connect(self):
        if isinstance(self.target, str):
            connection = socket.socket(socket.AF_UNIX)
            address = self.target
        else:
            connection = socket.socket()
            # From many addresses: a port is not taken again for a minute.
            connection.bind((f'127.0.{self.random.randrange(1, 250)}.{self.random.randrange(1, 250)}', 0))
            address = ('127.0.0.1', self.target)
        connection.settimeout(10)
        connection.connect(address)
        return connection

    def ring_hello(self, version=1, cluster='somebody else'):
        body = struct.pack('<4sHHB', MAGIC, version, version, 0) + self.random.randbytes(16) + self.random.randbytes(16)
        body += text(cluster) + text('stranger') + text('127.0.0.1:1') + struct.pack('<H', 0)
        return struct.pack('<I', len(body) | HELLO << 24) + body

    def hello(self, version):
        """Greets with a protocol version; what is answered."""
        with self.connect() as connection:
            connection.sendall(self.ring_hello(version))
            reply = b''
            while chunk := connection.recv(4096):
                reply += chunk
            return reply

    def provider_hello(self, session=None, options=b''):
        body = struct.pack('<I', SESSION_PROTOCOL) + (session or self.random.randbytes(16)) + struct.pack('<i', os.getpid())
        for value in (b'stranger', b'127.0.0.1', b'', b'', options):
            body += struct.pack('<I', len(value)) + value
        body += bytes(16) + struct.pack('<qqqI', -1, -1, -1, 0)
        return struct.pack('<IHHQ', 16 + len(body), 1, 0, 0) + body

    @staticmethod
    def connect_frame():
        """Founds a group."""
        body = b''
        for value in (b'strangers', b'gcomm://', b''):
            body += struct.pack('<I', len(value)) + value
        return struct.pack('<IHHQ', 17 + len(body), 3, 0, 1) + body + b'\1'

    def frame(self):
        """Half are greetings with some bits changed, half are random behind a plausible header."""
        unix = isinstance(self.target, str)
        if self.random.random() < 0.5:
            frame = bytearray(self.provider_hello() if unix else self.ring_hello(cluster='rig'))
            for _ in range(self.random.randrange(1, 6)):
                frame[self.random.randrange(len(frame))] ^= 1 << self.random.randrange(8)
            return bytes(frame)
        body = self.random.randbytes(self.random.choice((0, 1, 8, 40, 300, 3000)))
        length = len(body) if self.random.random() < 0.8 else self.random.randrange(1 << 24)
        if unix:
            return struct.pack('<IHHQ', 16 + length, self.random.randrange(70), self.random.randrange(8), self.random.randrange(9)) + body
        return struct.pack('<I', length | self.random.randrange(KINDS + 1) << 24) + body

    def garbage(self, frames):
        """Sends so many frames over as many connections as that takes."""
        began, sent, connections = time.monotonic(), 0, 0
        while sent < frames:
            connections += 1
            batch = [self.frame() for _ in range(FRAMES_A_CONNECTION)]
            greeted = self.connect()
            try:
                with greeted as connection:
                    connection.sendall(b''.join(batch))
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(4096):
                        pass
            except OSError:
                pass  # thrown out in the middle, as it deserves
            sent += len(batch)
        return f'{sent} frames over {connections} connections in {time.monotonic() - began:.1f} s'

    def session_frame(self):
        """A frame such as a provider sends, with anything in it; connecting, and options, are left to those who mean it."""
        kind = self.random.choice((8, 10, 20, 21, 23, 24, 25, 26, 60, 61, 62, 63, 64, 65, 66, 67))
        body = self.random.choice((self.random.randbytes(self.random.choice((0, 4, 8, 20, 33, 72, 100, 400))), self.write_set()))
        if kind == 20 and self.random.random() < 0.8:
            body = struct.pack('<q', self.random.randrange(-1, 3)) + self.write_set()
        return struct.pack('<IHHQ', 16 + len(body), kind, 0, self.random.randrange(1, 1 << 40)) + body

    def write_set(self):
        """Well formed, but for some bits."""
        head = struct.pack('<IIQQqqIIQII', 0x31535743, 3, self.random.randrange(99), 1, 1, -1, 1, 0, 3, 0, 0)
        body = bytearray(head + struct.pack('<QII', 42, 3 | 3 << 2, 0) + b'abc')
        for _ in range(self.random.randrange(3)):
            body[self.random.randrange(len(body))] ^= 1 << self.random.randrange(8)
        return bytes(body)

    def sessions(self, frames, port):
        """Greets as a server should, founds a group at `port`, and goes on with garbage; the sidecar has no other server."""
        began, sent, connections, session = time.monotonic(), 0, 0, self.random.randbytes(16)
        options = f'gmcast.listen_addr=tcp://127.0.0.1:{port}'.encode()
        while sent < frames:
            connections += 1
            if connections > frames:
                raise OSError(f'only {sent} frames taken in {connections - 1} sessions: the sidecar lets nobody in')
            greeted = self.connect()
            try:
                with greeted as connection:
                    connection.sendall(self.provider_hello(session, options) + self.connect_frame())
                    connection.recv(4096)
                    while True:
                        connection.setblocking(True)
                        connection.sendall(self.session_frame())
                        sent += 1
                        connection.setblocking(False)
                        try:
                            if not connection.recv(1 << 20):
                                break
                        except BlockingIOError:
                            pass
            except OSError:
                pass  # thrown out
        return f'{sent} frames in {connections} sessions in {time.monotonic() - began:.1f} s'

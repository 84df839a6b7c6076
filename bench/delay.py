# Copyright 2026 The Carillon authors
# SPDX-License-Identifier: Apache-2.0
"""delay.py SPECIFICATION: a switch that delays, for kernels without netem; bench/wan starts it in a network namespace of its own.

The specification is JSON: {"ports": ["interface", ...], "delays": [[ms, ...], ...]}: frames from port i to port j are handed over
after delays[i][j] ms, in their order. It reads and writes whole Ethernet frames, with the offloads of virtual interfaces as they are, so
addresses stay, and TCP runs from end to end through the delay. Each line "bytes" on standard input is answered by one line of JSON: the
bytes handed from each port to each other one since the last answer.
"""
import collections
import json
import select
import socket
import sys
import time

SOL_PACKET, PACKET_VNET_HDR, ETH_P_ALL = 263, 15, 3
VNET_HEADER = 10
FRAME_MAX = 70000
# Frames that wait for one port: more than that much of a fast link is lost, as a router would lose it.
WAITING_MAX = 20000


def port(interface):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    s.bind((interface, 0))
    s.setblocking(False)
    return s


class Switch:
    """Frames between ports; where an address is, is learnt from who sends from it."""

    def __init__(self, interfaces, delays):
        self.sockets = [port(name) for name in interfaces]
        self.delays = [[ms / 1000 for ms in row] for row in delays]
        self.count = len(interfaces)
        self.where = {}
        self.waiting = {(i, j): collections.deque() for i in range(self.count) for j in range(self.count) if i != j}
        self.bytes = {pair: 0 for pair in self.waiting}

    def take(self, i):
        for _ in range(64):
            try:
                frame, address = self.sockets[i].recvfrom(FRAME_MAX)
            except BlockingIOError:
                return
            if address[2] == socket.PACKET_OUTGOING:
                continue  # what this switch put there itself
            now = time.monotonic()
            target, source = frame[VNET_HEADER:VNET_HEADER + 6], frame[VNET_HEADER + 6:VNET_HEADER + 12]
            self.where[source] = i
            known = None if target[0] & 1 else self.where.get(target)
            for j in range(self.count) if known is None else (known,):
                if j != i and len(self.waiting[i, j]) < WAITING_MAX:
                    self.waiting[i, j].append((now + self.delays[i][j], frame))

    def hand_over(self):
        """Everything that is due; seconds until the next one is, or None."""
        now = time.monotonic()
        soonest = None
        for (i, j), frames in self.waiting.items():
            while frames and frames[0][0] <= now:
                frame = frames.popleft()[1]
                try:
                    self.sockets[j].send(frame)
                    self.bytes[i, j] += len(frame) - VNET_HEADER
                except BlockingIOError:
                    pass  # the interface takes no more: lost, as on any network
                except OSError as error:
                    print(f'delay: port {j} takes no frame of {len(frame)} bytes: {error}', file=sys.stderr)
            if frames and (soonest is None or frames[0][0] < soonest):
                soonest = frames[0][0]
        return None if soonest is None else max(0.0, soonest - time.monotonic())

    def tell(self):
        print(json.dumps([[i, j, count] for (i, j), count in self.bytes.items()]), flush=True)
        self.bytes = dict.fromkeys(self.bytes, 0)

    def run(self):
        index = {s.fileno(): i for i, s in enumerate(self.sockets)}
        print('ready', flush=True)
        while True:
            readable, _, _ = select.select([*index, sys.stdin], [], [], self.hand_over())
            for descriptor in readable:
                if descriptor is sys.stdin:
                    line = sys.stdin.readline()
                    if not line:
                        return
                    self.tell()
                else:
                    self.take(index[descriptor])


def main():
    specification = json.loads(sys.argv[1])
    Switch(specification['ports'], specification['delays']).run()


if __name__ == '__main__':
    main()

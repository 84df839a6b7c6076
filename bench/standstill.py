# Copyright 2026 The Carillon authors
# SPDX-License-Identifier: Apache-2.0
"""When the machine itself stood still: on a virtual one the host may take a processor away for tens of milliseconds."""
import multiprocessing
import os
import sys
import time

PERIOD = 0.002
LATE = 0.004
PRIORITY = 90


def watch(processor, found):
    """At real-time priority nothing but the machine keeps a process from waking in time."""
    os.sched_setaffinity(0, {processor})
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except PermissionError as refused:
        sys.exit(f'standstill: no real-time priority ({refused}): what processor {processor} stands still counts as the cluster\'s')
    while True:
        due = time.monotonic() + PERIOD
        time.sleep(PERIOD)
        now = time.monotonic()
        if now - due > LATE:
            found.put((due, now))


class Standstills:
    """Watches every processor from the beginning to `close`."""

    def __init__(self):
        self.spans = []
        self.found = multiprocessing.SimpleQueue()
        self.watchers = [multiprocessing.Process(target=watch, args=(processor, self.found), daemon=True)
                         for processor in sorted(os.sched_getaffinity(0))]
        for watcher in self.watchers:
            watcher.start()

    def close(self):
        for watcher in self.watchers:
            watcher.terminate()
            watcher.join()

    def within(self, begin, end):
        """Seconds of the span in which at least one processor stood still: who runs there cannot go on elsewhere."""
        while not self.found.empty():
            self.spans.append(self.found.get())
        total, reached = 0, begin
        for since, until in sorted(self.spans):
            since, until = max(since, reached), min(until, end)
            if until > since:
                total += until - since
                reached = until
        return total

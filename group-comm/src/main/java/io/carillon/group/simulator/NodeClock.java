// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** A node's own monotonic clock: it began somewhere, runs a little too fast or too slow, and may jump ahead. */
final class NodeClock {
    private static final long MILLION = 1_000_000L;

    private long offset;
    private final long driftPpm;

    NodeClock(final long offset, final long driftPpm) {
        this.offset = offset;
        this.driftPpm = driftPpm;
    }

    /** It shows {@code by} more from now on. */
    void jump(final long by) {
        offset += by;
    }

    /** What it shows at the virtual time {@code now}. */
    long local(final long now) {
        return offset + now + now / MILLION * driftPpm + now % MILLION * driftPpm / MILLION;
    }

    /** The first virtual time, not before {@code now}, at which it shows {@code local} or more. */
    long timeOf(final long local, final long now) {
        long at = Math.max(now, (long) ((local - offset) / (1 + driftPpm / (double) MILLION)));
        while (local(at) < local) {
            at += Math.max(1, (local - local(at)) / 2);
        }
        return at;
    }
}

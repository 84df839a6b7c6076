// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.ring.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last few events of the ring, for the status of a node and the log of one that fails; all others are in the black box. */
final class TraceLog {
    private static final Logger LOG = LoggerFactory.getLogger(TraceLog.class);
    private static final int CAPACITY = 64;

    private final TraceEvent[] events = new TraceEvent[CAPACITY];
    private final long[] values = new long[CAPACITY * 4];
    private long count;

    void add(final long nowNs, final TraceEvent event, final long a, final long b, final long c) {
        final int slot = (int) (count % CAPACITY);
        events[slot] = event;
        values[slot * 4] = nowNs;
        values[slot * 4 + 1] = a;
        values[slot * 4 + 2] = b;
        values[slot * 4 + 3] = c;
        count++;
        if (LOG.isDebugEnabled()) {
            LOG.debug("ring: {} {} {} {}", event, a, b, c);
        }
    }

    /** The last {@code limit} events, oldest first, with their age. */
    List<String> lines(final long nowNs, final int limit) {
        final List<String> lines = new ArrayList<>();
        for (long i = Math.max(0, count - Math.min(limit, CAPACITY)); i < count; i++) {
            final int slot = (int) (i % CAPACITY);
            lines.add("ring " + (nowNs - values[slot * 4]) / 1_000_000 + " ms ago: " + events[slot] + " " + values[slot * 4 + 1]
                + " " + values[slot * 4 + 2] + " " + values[slot * 4 + 3]);
        }
        return lines;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.Check;
import io.carillon.group.DurableRingLog;
import io.carillon.group.MemoryLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongConsumer;

/** A log in memory that calls everything durable once it is flushed. */
final class FlushedLog extends MemoryLog implements DurableRingLog {
    private LongConsumer listener = index -> { };
    private long logged;
    /** Set: there is no room for more. */
    volatile boolean full;
    /** Set: it finds that it cannot be as it is. */
    volatile boolean contradictory;

    @Override
    public void flush() {
        if (full) {
            throw new UncheckedIOException("the log cannot be written", new IOException("No space left on device"));
        }
        Check.that(!contradictory, "planted contradiction");
        logged = endIndex();
        listener.accept(logged);
    }

    @Override
    public long loggedIndex() {
        return logged;
    }

    @Override
    public void onLogged(final LongConsumer consumer) {
        listener = consumer;
    }

    @Override
    public void truncateAfter(final long index) {
        super.truncateAfter(index);
        logged = Math.min(logged, index);
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
        super.reset(index, seqno, epoch);
        logged = index;
    }
}

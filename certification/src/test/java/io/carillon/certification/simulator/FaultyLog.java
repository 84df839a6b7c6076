// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static io.carillon.wsrep.WriteSetLayout.HEADER_LENGTH;
import static io.carillon.wsrep.WriteSetLayout.KEY_COUNT_OFFSET;
import static io.carillon.wsrep.WriteSetLayout.KEY_LENGTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import org.agrona.concurrent.UnsafeBuffer;

/** A log that shows a replicator fewer keys than the write sets in it have. */
final class FaultyLog extends LogBehind {
    private final long withoutKeysUpTo;
    private final boolean lacksLast;

    /** Write sets up to the seqno {@code withoutKeysUpTo} have no keys; with {@code lacksLast} the others lack their last. */
    FaultyLog(final RingLog log, final long withoutKeysUpTo, final boolean lacksLast) {
        super(log);
        this.withoutKeysUpTo = withoutKeysUpTo;
        this.lacksLast = lacksLast;
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        if (!super.read(index, into)) {
            return false;
        }
        if (into.kind == EntryKind.WRITE_SET && into.payload.capacity() > HEADER_LENGTH) {
            final int count = into.payload.getInt(KEY_COUNT_OFFSET, LITTLE_ENDIAN);
            final int kept = into.seqno <= withoutKeysUpTo ? 0 : lacksLast ? Math.max(0, count - 1) : count;
            if (kept < count && into.payload.capacity() >= HEADER_LENGTH + count * KEY_LENGTH) {
                takeAway(into, count, kept);
            }
        }
        return true;
    }

    private static void takeAway(final LogEntry into, final int count, final int kept) {
        final byte[] bytes = new byte[into.payload.capacity() - (count - kept) * KEY_LENGTH];
        final int head = HEADER_LENGTH + kept * KEY_LENGTH;
        into.payload.getBytes(0, bytes, 0, head);
        into.payload.getBytes(HEADER_LENGTH + count * KEY_LENGTH, bytes, head, bytes.length - head);
        final UnsafeBuffer fewer = new UnsafeBuffer(bytes);
        fewer.putInt(KEY_COUNT_OFFSET, kept, LITTLE_ENDIAN);
        into.payload.wrap(fewer);
    }
}

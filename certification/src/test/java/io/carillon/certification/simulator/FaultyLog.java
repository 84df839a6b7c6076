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
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A log that shows a replicator fewer keys than the write sets in it have. */
final class FaultyLog implements RingLog {
    private final RingLog log;
    private final long withoutKeysUpTo;
    private final boolean lacksLast;

    /** Write sets up to the seqno {@code withoutKeysUpTo} have no keys; with {@code lacksLast} the others lack their last. */
    FaultyLog(final RingLog log, final long withoutKeysUpTo, final boolean lacksLast) {
        this.log = log;
        this.withoutKeysUpTo = withoutKeysUpTo;
        this.lacksLast = lacksLast;
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        if (!log.read(index, into)) {
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

    @Override
    public long baseIndex() {
        return log.baseIndex();
    }

    @Override
    public long endIndex() {
        return log.endIndex();
    }

    @Override
    public long endEpoch() {
        return log.endEpoch();
    }

    @Override
    public long endSeqno() {
        return log.endSeqno();
    }

    @Override
    public void append(final long index, final long seqno, final long epoch, final long originMsb, final long originLsb,
        final long originSeq, final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void truncateAfter(final long index) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
        log.reset(index, seqno, epoch);
    }

    @Override
    public long epochAt(final long index) {
        return log.epochAt(index);
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        return log.indexOfSeqno(seqno);
    }

    @Override
    public long firstIndexOf(final long epoch) {
        return log.firstIndexOf(epoch);
    }
}

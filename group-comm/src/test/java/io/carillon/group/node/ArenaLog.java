// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.Check;
import io.carillon.group.DurableRingLog;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The last entries in one piece of memory: a log that costs next to nothing, for measuring what is around it. */
final class ArenaLog implements DurableRingLog {
    /** At full speed five members that share two processors may be a quarter of a million entries apart. */
    private static final int SLOTS = 1 << 19;
    private static final int WORDS = 8;
    private static final EntryKind[] KINDS = EntryKind.values();

    private final UnsafeBuffer arena = new UnsafeBuffer(ByteBuffer.allocateDirect(256 << 20));
    private final long[] slots = new long[SLOTS * WORDS];
    private LongConsumer listener = index -> { };
    private long end;
    private long seqno;
    private long epoch;
    private long logged;
    private int position;

    @Override
    public void flush() {
        logged = end;
        listener.accept(end);
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
    public long baseIndex() {
        return 0;
    }

    @Override
    public long endIndex() {
        return end;
    }

    @Override
    public long endEpoch() {
        return epoch;
    }

    @Override
    public long endSeqno() {
        return seqno;
    }

    @Override
    public void append(final long index, final long entrySeqno, final long entryEpoch, final long originMsb, final long originLsb,
        final long originSeq, final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        position = position + length > arena.capacity() ? 0 : position;
        arena.putBytes(position, payload, offset, length);
        final int at = slot(index);
        slots[at] = entrySeqno;
        slots[at + 1] = entryEpoch;
        slots[at + 2] = originMsb;
        slots[at + 3] = originLsb;
        slots[at + 4] = originSeq;
        slots[at + 5] = kind.code();
        slots[at + 6] = position;
        slots[at + 7] = length;
        position += length;
        end = index;
        seqno = entrySeqno;
        epoch = entryEpoch;
    }

    @Override
    public void truncateAfter(final long index) {
        end = index;
        logged = Math.min(logged, index);
        seqno = index == 0 ? 0 : slots[slot(index)];
        epoch = index == 0 ? 0 : slots[slot(index) + 1];
    }

    @Override
    public void reset(final long index, final long baseSeqno, final long baseEpoch) {
        if (index != 0) {
            throw new UnsupportedOperationException("a measured member is there from the start");
        }
        end = 0;
        logged = 0;
        seqno = baseSeqno;
        epoch = baseEpoch;
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        if (index <= 0 || index > end) {
            return false;
        }
        Check.that(index > end - SLOTS, "somebody is so far behind that this log forgot what it lacks: index, end", index, end);
        final int at = slot(index);
        into.index = index;
        into.seqno = slots[at];
        into.epoch = slots[at + 1];
        into.originMsb = slots[at + 2];
        into.originLsb = slots[at + 3];
        into.originSeq = slots[at + 4];
        into.kind = KINDS[(int) slots[at + 5]];
        into.payload.wrap(arena, (int) slots[at + 6], (int) slots[at + 7]);
        return true;
    }

    @Override
    public long epochAt(final long index) {
        return index == 0 ? 0 : index < 0 || index > end || index <= end - SLOTS ? -1 : slots[slot(index) + 1];
    }

    @Override
    public long indexOfSeqno(final long wanted) {
        return -1;
    }

    @Override
    public long firstIndexOf(final long wanted) {
        for (long index = Math.max(1, end - SLOTS + 1); index <= end; index++) {
            if (epochAt(index) == wanted) {
                return index;
            }
        }
        return -1;
    }

    private static int slot(final long index) {
        return (int) (index & SLOTS - 1) * WORDS;
    }
}

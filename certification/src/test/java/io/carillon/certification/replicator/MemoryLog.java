// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** A log in memory, for tests; hands out a copy whose bytes are scrambled when the log is called again. */
final class MemoryLog implements RingLog {
    private record Kept(long index, long seqno, long epoch, long msb, long lsb, long originSeq, EntryKind kind, byte[] payload) {
    }

    private final List<Kept> entries = new ArrayList<>();
    private long baseIndex;
    private long baseSeqno;
    private long baseEpoch;
    private byte[] handedOut = new byte[0];

    @Override
    public long baseIndex() {
        return baseIndex;
    }

    @Override
    public long endIndex() {
        return baseIndex + entries.size();
    }

    @Override
    public long endEpoch() {
        return entries.isEmpty() ? baseEpoch : entries.getLast().epoch;
    }

    @Override
    public long endSeqno() {
        return entries.isEmpty() ? baseSeqno : entries.getLast().seqno;
    }

    @Override
    public void append(final long index, final long seqno, final long epoch, final long originMsb, final long originLsb,
        final long originSeq,
        final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        Check.that(index == endIndex() + 1, "appended out of order", index, endIndex());
        final byte[] copy = new byte[length];
        payload.getBytes(offset, copy);
        entries.add(new Kept(index, seqno, epoch, originMsb, originLsb, originSeq, kind, copy));
    }

    @Override
    public void truncateAfter(final long index) {
        while (endIndex() > index) {
            entries.removeLast();
        }
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
        entries.clear();
        baseIndex = index;
        baseSeqno = seqno;
        baseEpoch = epoch;
    }

    void purgeBelow(final long index) {
        while (!entries.isEmpty() && baseIndex < index) {
            final Kept first = entries.removeFirst();
            baseIndex = first.index;
            baseSeqno = first.seqno;
            baseEpoch = first.epoch;
        }
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        java.util.Arrays.fill(handedOut, (byte) 0xEE);
        if (index <= baseIndex || index > endIndex()) {
            return false;
        }
        final Kept kept = entries.get((int) (index - baseIndex - 1));
        into.index = kept.index;
        into.seqno = kept.seqno;
        into.epoch = kept.epoch;
        into.originMsb = kept.msb;
        into.originLsb = kept.lsb;
        into.originSeq = kept.originSeq;
        into.kind = kept.kind;
        handedOut = kept.payload.clone();
        into.payload.wrap(handedOut);
        return true;
    }

    @Override
    public long epochAt(final long index) {
        if (index == baseIndex) {
            return baseEpoch;
        }
        return index < baseIndex || index > endIndex() ? -1 : entries.get((int) (index - baseIndex - 1)).epoch;
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        for (final Kept kept : entries) {
            if (kept.kind.counts() && kept.seqno == seqno) {
                return kept.index;
            }
        }
        return -1;
    }

    @Override
    public long firstIndexOf(final long epoch) {
        for (final Kept kept : entries) {
            if (kept.epoch == epoch) {
                return kept.index;
            }
        }
        return -1;
    }
}

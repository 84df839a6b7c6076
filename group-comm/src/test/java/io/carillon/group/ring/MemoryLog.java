// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A log in a list. */
final class MemoryLog implements RingLog {
    record Held(long index, long seqno, long epoch, MemberId origin, long originSeq, EntryKind kind, byte[] payload) {
    }

    final List<Held> entries = new ArrayList<>();
    private long base;
    private long baseSeqno;
    private long baseEpoch;

    @Override
    public long baseIndex() {
        return base;
    }

    @Override
    public long endIndex() {
        return base + entries.size();
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
        final long originSeq, final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        if (index != endIndex() + 1) {
            throw new IllegalStateException("gap at " + index);
        }
        final byte[] bytes = new byte[length];
        payload.getBytes(offset, bytes);
        entries.add(new Held(index, seqno, epoch, new MemberId(originMsb, originLsb), originSeq, kind, bytes));
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
        base = index;
        baseSeqno = seqno;
        baseEpoch = epoch;
    }

    /** Forgets the first entries up to {@code index}. */
    void purge(final long index) {
        while (base < index) {
            final Held first = entries.removeFirst();
            base = first.index;
            baseSeqno = first.seqno;
            baseEpoch = first.epoch;
        }
    }

    private Held held(final long index) {
        return index <= base || index > endIndex() ? null : entries.get((int) (index - base - 1));
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        final Held held = held(index);
        if (held == null) {
            return false;
        }
        into.index = held.index;
        into.seqno = held.seqno;
        into.epoch = held.epoch;
        into.originMsb = held.origin.msb();
        into.originLsb = held.origin.lsb();
        into.originSeq = held.originSeq;
        into.kind = held.kind;
        into.payload.wrap(new UnsafeBuffer(held.payload));
        return true;
    }

    @Override
    public long epochAt(final long index) {
        final Held held = held(index);
        return held != null ? held.epoch : index == base ? baseEpoch : -1;
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        for (final Held held : entries) {
            if (held.seqno == seqno && held.kind.counts()) {
                return held.index;
            }
        }
        return -1;
    }

    @Override
    public long firstIndexOf(final long epoch) {
        for (final Held held : entries) {
            if (held.epoch == epoch) {
                return held.index;
            }
        }
        return -1;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.DurableRingLog;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A log on the heap that calls everything durable once it is flushed. */
final class HeapLog implements DurableRingLog {
    private record Held(long seqno, long epoch, long originMsb, long originLsb, long originSeq, EntryKind kind, UnsafeBuffer payload) {
    }

    private final List<Held> entries = new ArrayList<>();
    private LongConsumer listener = index -> { };
    private long base;
    private long baseSeqno;
    private long baseEpoch;
    private long logged;
    /** Set: there is no room for more. */
    volatile boolean full;

    @Override
    public void flush() {
        if (full) {
            throw new UncheckedIOException("the log cannot be written", new IOException("No space left on device"));
        }
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
        final long originSeq,
        final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, payload, offset, length);
        entries.add(new Held(seqno, epoch, originMsb, originLsb, originSeq, kind, copy));
    }

    @Override
    public void truncateAfter(final long index) {
        while (endIndex() > index) {
            entries.removeLast();
        }
        logged = Math.min(logged, index);
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
        entries.clear();
        base = index;
        baseSeqno = seqno;
        baseEpoch = epoch;
        logged = index;
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        if (index <= base || index > endIndex()) {
            return false;
        }
        final Held held = entries.get((int) (index - base - 1));
        into.index = index;
        into.seqno = held.seqno;
        into.epoch = held.epoch;
        into.originMsb = held.originMsb;
        into.originLsb = held.originLsb;
        into.originSeq = held.originSeq;
        into.kind = held.kind;
        into.payload.wrap(held.payload);
        return true;
    }

    @Override
    public long epochAt(final long index) {
        if (index == base) {
            return baseEpoch;
        }
        return index < base || index > endIndex() ? -1 : entries.get((int) (index - base - 1)).epoch;
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).seqno == seqno && entries.get(i).kind.counts()) {
                return base + i + 1;
            }
        }
        return -1;
    }

    @Override
    public long firstIndexOf(final long epoch) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).epoch == epoch) {
                return base + i + 1;
            }
        }
        return -1;
    }
}

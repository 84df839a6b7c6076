// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * A log in memory, for the tests of every layer. What it hands out is a copy, scrambled when the log is read again: so
 * nobody keeps a payload for longer than the contract of {@link RingLog} allows.
 */
public class MemoryLog implements RingLog {
    /** An entry. */
    public record Held(long index, long seqno, long epoch, MemberId origin, long originSeq, EntryKind kind, byte[] payload) {
    }

    private static final byte SCRAMBLED = (byte) 0xEE;

    private final List<Held> entries = new ArrayList<>();
    private long baseIndex;
    private long baseSeqno;
    private long baseEpoch;
    private byte[] handedOut = new byte[0];

    /** What it holds, in order; live. */
    public List<Held> entries() {
        return Collections.unmodifiableList(entries);
    }

    @Override
    public long baseIndex() {
        return baseIndex;
    }

    /** Seqno as of {@link #baseIndex}. */
    public long baseSeqno() {
        return baseSeqno;
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
        final long originSeq, final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        Check.that(index == endIndex() + 1, "appended out of order", index, endIndex());
        final byte[] copy = new byte[length];
        payload.getBytes(offset, copy);
        entries.add(new Held(index, seqno, epoch, new MemberId(originMsb, originLsb), originSeq, kind, copy));
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

    /** Forgets the first entries, up to {@code index}. */
    public void purge(final long index) {
        while (!entries.isEmpty() && baseIndex < index) {
            final Held first = entries.removeFirst();
            baseIndex = first.index;
            baseSeqno = first.seqno;
            baseEpoch = first.epoch;
        }
    }

    private Held held(final long index) {
        return index <= baseIndex || index > endIndex() ? null : entries.get((int) (index - baseIndex - 1));
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        Arrays.fill(handedOut, SCRAMBLED);
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
        handedOut = held.payload.clone();
        into.payload.wrap(handedOut);
        return true;
    }

    @Override
    public long epochAt(final long index) {
        final Held held = held(index);
        return held != null ? held.epoch : index == baseIndex ? baseEpoch : -1;
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

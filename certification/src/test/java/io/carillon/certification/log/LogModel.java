// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.UnsafeBuffer;

/** What a log must hold, as a list; appends to both and compares them. */
final class LogModel {
    record Entry(long index, long seqno, long epoch, EntryKind kind, byte[] payload) {
    }

    final List<Entry> entries = new ArrayList<>();
    long baseIndex;
    long baseSeqno;
    long baseEpoch;

    long endIndex() {
        return baseIndex + entries.size();
    }

    long endSeqno() {
        return entries.isEmpty() ? baseSeqno : entries.getLast().seqno();
    }

    long endEpoch() {
        return entries.isEmpty() ? baseEpoch : entries.getLast().epoch();
    }

    /** Appends a random entry to both. */
    void append(final RingLog log, final RandomGenerator random, final int lengthMax) {
        final EntryKind kind = EntryKind.of(random.nextInt(EntryKind.values().length));
        final byte[] payload = new byte[random.nextInt(lengthMax + 1)];
        random.nextBytes(payload);
        append(log, kind, endEpoch() + (random.nextInt(20) == 0 ? 1 + random.nextInt(3) : 0), payload);
    }

    void append(final RingLog log, final EntryKind kind, final long epoch, final byte[] payload) {
        final Entry entry = new Entry(endIndex() + 1, endSeqno() + (kind.counts() ? 1 : 0), epoch, kind, payload);
        entries.add(entry);
        log.append(entry.index(), entry.seqno(), epoch, ~entry.index(), 7 * entry.index(), 3 * entry.index(), kind,
            new UnsafeBuffer(payload), 0, payload.length);
    }

    void truncateAfter(final long index) {
        while (endIndex() > index) {
            entries.removeLast();
        }
    }

    void reset(final long index, final long seqno, final long epoch) {
        entries.clear();
        baseIndex = index;
        baseSeqno = seqno;
        baseEpoch = epoch;
    }

    /** The log dropped entries up to {@code base}. */
    void purgedTo(final long base) {
        while (baseIndex < base) {
            final Entry gone = entries.removeFirst();
            baseIndex = gone.index();
            baseSeqno = gone.seqno();
            baseEpoch = gone.epoch();
        }
    }

    /** Every answer of {@code log} is what it must be. */
    void assertSame(final RingLog log) {
        assertEquals(baseIndex, log.baseIndex());
        assertEquals(endIndex(), log.endIndex());
        assertEquals(endSeqno(), log.endSeqno());
        assertEquals(endEpoch(), log.endEpoch());
        final LogEntry read = new LogEntry();
        long seqno = baseSeqno;
        long epoch = -1;
        for (final Entry entry : entries) {
            assertEntry(log, entry, read);
            if (entry.seqno() != seqno) {
                assertEquals(entry.index(), log.indexOfSeqno(entry.seqno()));
                seqno = entry.seqno();
            }
            if (entry.epoch() != epoch) {
                assertEquals(entry.index(), log.firstIndexOf(entry.epoch()));
                epoch = entry.epoch();
            }
            assertEquals(entry.epoch(), log.epochAt(entry.index()));
        }
        assertEquals(baseEpoch, log.epochAt(baseIndex));
        assertFalse(log.read(baseIndex, read));
        assertFalse(log.read(endIndex() + 1, read));
        assertEquals(-1, log.indexOfSeqno(endSeqno() + 1));
        assertEquals(-1, log.epochAt(endIndex() + 1));
        assertEquals(-1, log.firstIndexOf(endEpoch() + 1));
    }

    void assertEntry(final RingLog log, final Entry entry, final LogEntry read) {
        assertTrue(log.read(entry.index(), read));
        assertEquals(entry.index(), read.index);
        assertEquals(entry.seqno(), read.seqno);
        assertEquals(entry.epoch(), read.epoch);
        assertEquals(entry.kind(), read.kind);
        assertEquals(~entry.index(), read.originMsb);
        assertEquals(7 * entry.index(), read.originLsb);
        assertEquals(3 * entry.index(), read.originSeq);
        final byte[] payload = new byte[read.payload.capacity()];
        read.payload.getBytes(0, payload);
        assertArrayEquals(entry.payload(), payload);
    }
}

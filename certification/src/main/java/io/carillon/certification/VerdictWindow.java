// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.Check;
import io.carillon.wsrep.Seqno;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Verdicts of the last seqnos, one bit each: what a member needs beside the log in order to continue certifying exactly
 * where another one is. One thread.
 *
 * <p>Encoded: i64 position, i64 first, then the bits of (first, first + 1, ...) as i64 words, little-endian.
 */
public final class VerdictWindow {
    private static final int HEADER_LENGTH = 2 * Long.BYTES;

    private final int window;
    private final long[] failed;
    private long position = Seqno.UNDEFINED;
    private long first = 0;

    /** An empty window over {@code window} seqnos, a power of two from 64 on. */
    public VerdictWindow(final int window) {
        Check.that(window >= Long.SIZE && Integer.bitCount(window) == 1,
            "the window of verdicts is no power of two from 64 on", window, Long.SIZE);
        this.window = window;
        failed = new long[window / Long.SIZE];
    }

    /** Covers nothing; the next seqno is {@code seqno + 1}. */
    public void reset(final long seqno) {
        Arrays.fill(failed, 0);
        position = seqno;
        first = seqno + 1;
    }

    /** Adds the verdict of {@code seqno}, the one after {@link #position}. */
    public void add(final long seqno, final boolean commits) {
        Check.that(seqno == position + 1, "verdict out of order: seqno, position", seqno, position);
        position = seqno;
        first = Math.max(first, seqno - window + 1);
        set(seqno, commits);
    }

    /** Last seqno covered, or -1. */
    public long position() {
        return position;
    }

    /** First seqno covered; above {@link #position} when nothing is. */
    public long first() {
        return first;
    }

    /** Tells whether the entry at {@code seqno}, from {@link #first} to {@link #position}, commits (true for views). */
    public boolean commits(final long seqno) {
        Check.that(seqno >= first && seqno <= position, "no verdict is kept of it: seqno, first", seqno, first);
        return (failed[word(seqno)] >>> seqno & 1) == 0;
    }

    /** Bytes that {@link #encode} writes: at most 16 + {@code window} / 8. */
    public int encodedLength() {
        return HEADER_LENGTH + words(first, position) * Long.BYTES;
    }

    /** Writes it. The number of bytes. */
    public int encode(final MutableDirectBuffer into, final int offset) {
        into.putLong(offset, position, LITTLE_ENDIAN);
        into.putLong(offset + Long.BYTES, first, LITTLE_ENDIAN);
        final int words = words(first, position);
        for (int i = 0; i < words; i++) {
            long bits = 0;
            for (long seqno = first + (long) i * Long.SIZE; seqno <= position && seqno < first + (i + 1L) * Long.SIZE; seqno++) {
                bits |= commits(seqno) ? 0 : 1L << seqno - first;
            }
            into.putLong(offset + HEADER_LENGTH + i * Long.BYTES, bits, LITTLE_ENDIAN);
        }
        return HEADER_LENGTH + words * Long.BYTES;
    }

    /** Reads it. False when the bytes are no such thing; then it is unchanged. */
    public boolean decode(final DirectBuffer from, final int offset, final int length) {
        if (length < HEADER_LENGTH) {
            return false;
        }
        final long newPosition = from.getLong(offset, LITTLE_ENDIAN);
        final long newFirst = from.getLong(offset + Long.BYTES, LITTLE_ENDIAN);
        if (newPosition < -1 || newFirst < 0 || newFirst > newPosition + 1 || newPosition - newFirst >= window
            || length != HEADER_LENGTH + words(newFirst, newPosition) * Long.BYTES) {
            return false;
        }
        Arrays.fill(failed, 0);
        position = newPosition;
        first = newFirst;
        for (long seqno = newFirst; seqno <= newPosition; seqno++) {
            final long bits = from.getLong(offset + HEADER_LENGTH + (int) (seqno - newFirst) / Long.SIZE * Long.BYTES, LITTLE_ENDIAN);
            set(seqno, (bits >>> seqno - newFirst & 1) == 0);
        }
        return true;
    }

    private void set(final long seqno, final boolean commits) {
        final long bit = 1L << seqno;
        if (commits) {
            failed[word(seqno)] &= ~bit;
        } else {
            failed[word(seqno)] |= bit;
        }
    }

    private int word(final long seqno) {
        return (int) (seqno & window - 1) / Long.SIZE;
    }

    private static int words(final long from, final long to) {
        return (int) (to - from + Long.SIZE) / Long.SIZE;
    }
}

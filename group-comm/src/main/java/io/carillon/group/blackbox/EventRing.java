// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The last records, of 32 bytes each: time and code in one number, and three values. It is off the heap, so that no collection copies it,
 * and in
 * chunks that are made when they are first reached: a node on which little happens pays for what happened.
 *
 * <p><b>Threading:</b> one thread.
 */
final class EventRing {
    static final int RECORD_LENGTH = 32;
    /** Records begin with the code in the upper 8 bits and the nanoseconds since the box was made in the others: for two years. */
    static final int CODE_SHIFT = 56;
    static final long TIME_MASK = (1L << CODE_SHIFT) - 1;
    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK_RECORDS = 1 << CHUNK_SHIFT;
    private static final int RECORD_SHIFT = 5;

    private final UnsafeBuffer[] chunks;
    private int next;
    private long count;

    /** A ring of {@code chunkCount} times 4,096 records. */
    EventRing(final int chunkCount) {
        chunks = new UnsafeBuffer[chunkCount];
    }

    void add(final int code, final long timeNs, final long a, final long b, final long c) {
        UnsafeBuffer chunk = chunks[next >>> CHUNK_SHIFT];
        if (chunk == null) {
            chunk = new UnsafeBuffer(ByteBuffer.allocateDirect(CHUNK_RECORDS * RECORD_LENGTH));
            chunks[next >>> CHUNK_SHIFT] = chunk;
        }
        final int at = (next & CHUNK_RECORDS - 1) << RECORD_SHIFT;
        chunk.putLong(at, (long) code << CODE_SHIFT | timeNs & TIME_MASK);
        chunk.putLong(at + 8, a);
        chunk.putLong(at + 16, b);
        chunk.putLong(at + 24, c);
        count++;
        next++;
        if (next == chunks.length << CHUNK_SHIFT) {
            next = 0;
        }
    }

    /** Records that it holds. */
    int size() {
        return (int) Math.min(count, (long) chunks.length << CHUNK_SHIFT);
    }

    /** Records ever added. */
    long count() {
        return count;
    }

    /** Appends all records to {@code into}, oldest first. */
    void copy(final ByteBuffer into) {
        final int size = size();
        int at = size < count ? next : 0;
        int left = size;
        while (left > 0) {
            final int inChunk = at & CHUNK_RECORDS - 1;
            final int records = Math.min(left, CHUNK_RECORDS - inChunk);
            chunks[at >>> CHUNK_SHIFT].getBytes(inChunk << RECORD_SHIFT, into, records << RECORD_SHIFT);
            left -= records;
            at += records;
            if (at == chunks.length << CHUNK_SHIFT) {
                at = 0;
            }
        }
    }
}

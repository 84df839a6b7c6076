// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The last records, of four numbers each: time and code in one, and three values. Arrays of numbers, which a collection does not look into,
 * and to which the launcher's compiler writes faster than to memory off the heap; in chunks that are made when they are first reached, so a
 * node on which little happens pays for what happened.
 *
 * <p><b>Threading:</b> one thread.
 */
final class EventRing {
    static final int RECORD_LENGTH = 32;
    /** Records begin with the code in the upper 8 bits and the nanoseconds since the box was made in the others: for two years. */
    static final int CODE_SHIFT = 56;
    static final long TIME_MASK = (1L << CODE_SHIFT) - 1;
    private static final int NUMBERS_SHIFT = 2;
    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK_RECORDS = 1 << CHUNK_SHIFT;

    private final long[][] chunks;
    private int next;
    private long count;

    /** A ring of {@code chunkCount} times 4,096 records. */
    EventRing(final int chunkCount) {
        chunks = new long[chunkCount][];
    }

    void add(final int code, final long timeNs, final long a, final long b, final long c) {
        long[] chunk = chunks[next >>> CHUNK_SHIFT];
        if (chunk == null) {
            chunk = new long[CHUNK_RECORDS << NUMBERS_SHIFT];
            chunks[next >>> CHUNK_SHIFT] = chunk;
        }
        final int at = (next & CHUNK_RECORDS - 1) << NUMBERS_SHIFT;
        chunk[at] = (long) code << CODE_SHIFT | timeNs & TIME_MASK;
        chunk[at + 1] = a;
        chunk[at + 2] = b;
        chunk[at + 3] = c;
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

    /** Appends all records to {@code into}, oldest first, little-endian. */
    void copy(final ByteBuffer into) {
        final int size = size();
        int at = size < count ? next : 0;
        int left = size;
        while (left > 0) {
            final int inChunk = at & CHUNK_RECORDS - 1;
            final int records = Math.min(left, CHUNK_RECORDS - inChunk);
            into.slice().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer()
                .put(chunks[at >>> CHUNK_SHIFT], inChunk << NUMBERS_SHIFT, records << NUMBERS_SHIFT);
            into.position(into.position() + records * RECORD_LENGTH);
            left -= records;
            at += records;
            if (at == chunks.length << CHUNK_SHIFT) {
                at = 0;
            }
        }
    }
}

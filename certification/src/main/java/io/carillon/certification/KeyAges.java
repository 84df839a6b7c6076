// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import java.util.Arrays;
import org.agrona.BitUtil;

/**
 * Which keys the write sets in the window have, oldest first, so that they can leave the index again.
 *
 * <p>The floor moves at once, by counting; the keys below it are handed out a few at a time, so that the end of a large
 * write set's time is no pause.
 */
final class KeyAges {
    private static final int CAPACITY_MIN = 1 << 10;

    private final int[] counts;
    private long[] hashes = new long[CAPACITY_MIN];
    /**
     * Positions in the endless row of all keys: of the oldest not handed out, of the oldest above the floor, of the
     * next.
     */
    private long head;
    private long live;
    private long tail;

    /** For {@code window} seqnos, a power of two. */
    KeyAges(final int window) {
        counts = new int[2 * window];
    }

    /** The write set at {@code seqno} brings {@code count} keys, which {@link #add} names. */
    void begin(final long seqno, final int count) {
        counts[slot(seqno)] = count;
        reserve(count);
        final long needed = tail - head + count;
        if (hashes.length > CAPACITY_MIN && needed * 8 < hashes.length) {
            resize(Math.max(CAPACITY_MIN, BitUtil.findNextPositivePowerOfTwo(needed)));
        }
    }

    /** Makes room for {@code count} more keys. */
    void reserve(final int count) {
        final long needed = tail - head + count;
        if (needed > hashes.length) {
            resize(BitUtil.findNextPositivePowerOfTwo(needed));
        }
    }

    void add(final long hash) {
        hashes[(int) tail & hashes.length - 1] = hash;
        tail++;
    }

    /**
     * Sets the key {@code number} behind those added; {@link #addSet} adds it. Different numbers may be set by
     * different threads.
     */
    void set(final int number, final long hash) {
        hashes[(int) (tail + number) & hashes.length - 1] = hash;
    }

    void addSet(final int count) {
        tail += count;
    }

    /** The entry at {@code seqno} has no keys in the index. */
    void skip(final long seqno) {
        counts[slot(seqno)] = 0;
    }

    /** The floor passes {@code seqno}. */
    void pass(final long seqno) {
        live += counts[slot(seqno)];
    }

    /** Keys above the floor. */
    long liveCount() {
        return tail - live;
    }

    /** Keys not handed out. */
    long count() {
        return tail - head;
    }

    boolean hasPassed() {
        return head < live;
    }

    /** The oldest key below the floor, handed out once. */
    long takePassed() {
        return hashes[(int) head++ & hashes.length - 1];
    }

    void clear() {
        Arrays.fill(counts, 0);
        hashes = new long[CAPACITY_MIN];
        head = 0;
        live = 0;
        tail = 0;
    }

    private int slot(final long seqno) {
        return (int) seqno & counts.length - 1;
    }

    private void resize(final long capacity) {
        final long[] grown = new long[Math.toIntExact(capacity)];
        for (long i = head; i < tail; i++) {
            grown[(int) i & grown.length - 1] = hashes[(int) i & hashes.length - 1];
        }
        hashes = grown;
    }
}

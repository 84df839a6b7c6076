// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.util.Arrays;

/** Which epoch the entries of the log are of, as runs: index of the first entry, epoch. Ascending in both. */
final class EpochTable {
    private long[] firsts = new long[16];
    private long[] epochs = new long[16];
    private int size;

    /** The entry {@code index}, beyond all before it, is of {@code epoch}. */
    void add(final long index, final long epoch) {
        if (size > 0 && epochs[size - 1] == epoch) {
            return;
        }
        if (size == firsts.length) {
            firsts = Arrays.copyOf(firsts, size * 2);
            epochs = Arrays.copyOf(epochs, size * 2);
        }
        firsts[size] = index;
        epochs[size] = epoch;
        size++;
    }

    /** Forgets the runs that begin above {@code index}. */
    void truncateAfter(final long index) {
        while (size > 0 && firsts[size - 1] > index) {
            size--;
        }
    }

    /** Forgets the runs that end at or below {@code index}. */
    void purgeUpTo(final long index) {
        int gone = 0;
        while (gone + 1 < size && firsts[gone + 1] <= index + 1) {
            gone++;
        }
        System.arraycopy(firsts, gone, firsts, 0, size - gone);
        System.arraycopy(epochs, gone, epochs, 0, size - gone);
        size -= gone;
    }

    void clear() {
        size = 0;
    }

    /** Epoch of the entry {@code index}, which the log holds. */
    long epochAt(final long index) {
        if (firsts[size - 1] <= index) {
            // Nearly every question is about the newest entries.
            return epochs[size - 1];
        }
        final int at = Arrays.binarySearch(firsts, 0, size, index);
        return epochs[at >= 0 ? at : -at - 2];
    }

    /** Index of the first entry of {@code epoch}, or -1. */
    long firstOf(final long epoch) {
        final int at = Arrays.binarySearch(epochs, 0, size, epoch);
        return at >= 0 ? firsts[at] : -1;
    }

    /** Runs that touch the entries {@code from} to {@code to}, as pairs of first index and epoch. */
    long[] runs(final long from, final long to) {
        final long[] pairs = new long[2 * size];
        int n = 0;
        for (int i = 0; i < size; i++) {
            final long end = i + 1 < size ? firsts[i + 1] - 1 : Long.MAX_VALUE;
            if (firsts[i] <= to && end >= from) {
                pairs[n++] = Math.max(firsts[i], from);
                pairs[n++] = epochs[i];
            }
        }
        return Arrays.copyOf(pairs, n);
    }
}

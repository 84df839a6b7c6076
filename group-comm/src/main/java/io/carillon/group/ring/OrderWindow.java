// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import java.util.Arrays;

/** Order records beyond the log's end, by index: they wait for an earlier record or for their payload. */
final class OrderWindow {
    static final int SIZE = 16_384;
    private static final int MASK = SIZE - 1;

    private long[] indexes;
    private long[] seqs;
    private short[] slots;
    private EntryKind[] kinds;
    private long highest;

    /** Keeps a record if it is within the window above {@code end}. */
    boolean put(final long end, final long index, final int slot, final long seq, final EntryKind kind) {
        if (index <= end || index > end + SIZE) {
            return false;
        }
        if (indexes == null) {
            indexes = new long[SIZE];
            seqs = new long[SIZE];
            slots = new short[SIZE];
            kinds = new EntryKind[SIZE];
        }
        final int at = (int) index & MASK;
        indexes[at] = index;
        seqs[at] = seq;
        slots[at] = (short) slot;
        kinds[at] = kind;
        highest = Math.max(highest, index);
        return true;
    }

    boolean has(final long index) {
        return indexes != null && indexes[(int) index & MASK] == index;
    }

    /** Records of what is beyond {@code end}. */
    int count(final long end) {
        int count = 0;
        for (long index = end + 1; index <= highest; index++) {
            count += has(index) ? 1 : 0;
        }
        return count;
    }

    long seq(final long index) {
        return seqs[(int) index & MASK];
    }

    int slot(final long index) {
        return slots[(int) index & MASK] & 0xFFFF;
    }

    EntryKind kind(final long index) {
        return kinds[(int) index & MASK];
    }

    long highest() {
        return highest;
    }

    void clear() {
        if (indexes != null) {
            Arrays.fill(indexes, 0);
        }
        highest = 0;
    }
}

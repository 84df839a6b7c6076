// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** This member's offers that its log does not hold, in originSeq order. */
final class OwnOffers {
    static final int COUNT_MAX = 8192;

    private final PayloadPool pool;
    private long[] seqs = new long[64];
    private UnsafeBuffer[] buffers = new UnsafeBuffer[64];
    private int[] lengths = new int[64];
    private EntryKind[] kinds = new EntryKind[64];
    private int head;
    private int count;
    private long bytes;

    OwnOffers(final PayloadPool pool) {
        this.pool = pool;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    void add(final long seq, final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        Check.that(count == 0 || seq(count - 1) < seq, "offers ascend", seq, count);
        if (count == seqs.length) {
            grow();
        }
        set(at(count), seq, kind, buffer, offset, length);
        count++;
    }

    /** Puts an offer back before all others: its entry was cut from the log. */
    void addFirst(final long seq, final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        Check.that(count == 0 || seq < seq(0), "an offer that comes back precedes the others", seq, count);
        if (count == seqs.length) {
            grow();
        }
        head = (head - 1) & (seqs.length - 1);
        set(head, seq, kind, buffer, offset, length);
        count++;
    }

    private void set(final int at, final long seq, final EntryKind kind, final DirectBuffer buffer, final int offset,
        final int length) {
        seqs[at] = seq;
        kinds[at] = kind;
        buffers[at] = pool.copyOf(buffer, offset, length);
        lengths[at] = length;
        bytes += length;
    }

    private void grow() {
        final int capacity = seqs.length;
        final int[] order = new int[capacity];
        for (int nth = 0; nth < capacity; nth++) {
            order[nth] = at(nth);
        }
        final long[] newSeqs = new long[2 * capacity];
        final UnsafeBuffer[] newBuffers = new UnsafeBuffer[2 * capacity];
        final int[] newLengths = new int[2 * capacity];
        final EntryKind[] newKinds = new EntryKind[2 * capacity];
        for (int nth = 0; nth < capacity; nth++) {
            newSeqs[nth] = seqs[order[nth]];
            newBuffers[nth] = buffers[order[nth]];
            newLengths[nth] = lengths[order[nth]];
            newKinds[nth] = kinds[order[nth]];
        }
        seqs = newSeqs;
        buffers = newBuffers;
        lengths = newLengths;
        kinds = newKinds;
        head = 0;
    }

    private int at(final int nth) {
        return (head + nth) & (seqs.length - 1);
    }

    long seq(final int nth) {
        return seqs[at(nth)];
    }

    UnsafeBuffer buffer(final int nth) {
        return buffers[at(nth)];
    }

    int length(final int nth) {
        return lengths[at(nth)];
    }

    EntryKind kind(final int nth) {
        return kinds[at(nth)];
    }

    /** Place of {@code seq}, or -1. */
    int find(final long seq) {
        final int nth = firstAfter(seq - 1);
        return nth < count && seq(nth) == seq ? nth : -1;
    }

    /** Place of the first above {@code seq}; the count if there is none. */
    int firstAfter(final long seq) {
        int low = 0;
        int high = count;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (seq(middle) > seq) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Frees the first. */
    void removeFirst() {
        bytes -= lengths[head];
        pool.release(buffers[head]);
        buffers[head] = null;
        head = (head + 1) & (seqs.length - 1);
        count--;
    }

    /** Frees all up to {@code seq}. */
    void removeThrough(final long seq) {
        while (count > 0 && seq(0) <= seq) {
            removeFirst();
        }
    }
}

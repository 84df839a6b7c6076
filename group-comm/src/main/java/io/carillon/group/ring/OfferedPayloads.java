// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Payloads of one origin that are not ordered yet, by originSeq. They die with their ring (rule 8 of docs/ring.md, section 4).
 *
 * <p>The origin's count may jump once, at its first offer of an epoch, over offers that were rejected; {@link #floor}
 * then follows the jump.
 */
final class OfferedPayloads {
    static final int WINDOW = 16_384;
    private static final int MASK = WINDOW - 1;
    private static final int INITIAL = 64;

    private final PayloadPool pool;
    private final int bytesMax;
    private UnsafeBuffer[] buffers = new UnsafeBuffer[INITIAL];
    private int[] lengths = new int[INITIAL];
    private EntryKind[] kinds = new EntryKind[INITIAL];
    private long[] seqs = new long[INITIAL];
    private int bytes;
    private long floor;
    /** No payload above is held. */
    private long highest;

    OfferedPayloads(final PayloadPool pool, final int bytesMax) {
        this.pool = pool;
        this.bytesMax = bytesMax;
    }

    /** The originSeq after which the next to be ordered follows. */
    long floor() {
        return floor;
    }

    int bytes() {
        return bytes;
    }

    /**
     * Keeps a copy. False when it is old, too far ahead, there already, or beyond the memory granted. Later payloads
     * make room for an earlier one, without which they could never be ordered; their origin repeats them.
     */
    boolean put(final long seq, final long previous, final EntryKind kind, final DirectBuffer buffer, final int offset,
        final int length) {
        if (previous <= floor && seq > floor + 1 && previous < seq - 1) {
            raise(seq - 1);
        }
        if (seq <= floor || seq > floor + WINDOW || find(seq) >= 0 || !makeRoom(seq, length)) {
            return false;
        }
        grow((int) (seq - floor));
        final int at = (int) seq & (seqs.length - 1);
        buffers[at] = pool.copyOf(buffer, offset, length);
        lengths[at] = length;
        kinds[at] = kind;
        seqs[at] = seq;
        bytes += length;
        highest = Math.max(highest, seq);
        return true;
    }

    private boolean makeRoom(final long seq, final int length) {
        for (; bytes + length > bytesMax && highest > seq; highest--) {
            drop(highest);
        }
        return bytes + length <= bytesMax;
    }

    private void drop(final long seq) {
        final int at = find(seq);
        if (at >= 0) {
            bytes -= lengths[at];
            pool.release(buffers[at]);
            buffers[at] = null;
        }
    }

    private void grow(final int distance) {
        int capacity = seqs.length;
        while (capacity <= distance && capacity <= MASK) {
            capacity <<= 1;
        }
        if (capacity == seqs.length) {
            return;
        }
        final UnsafeBuffer[] formerBuffers = buffers;
        final int[] formerLengths = lengths;
        final EntryKind[] formerKinds = kinds;
        final long[] formerSeqs = seqs;
        buffers = new UnsafeBuffer[capacity];
        lengths = new int[capacity];
        kinds = new EntryKind[capacity];
        seqs = new long[capacity];
        for (int from = 0; from < formerSeqs.length; from++) {
            if (formerBuffers[from] != null) {
                final int at = (int) formerSeqs[from] & (capacity - 1);
                buffers[at] = formerBuffers[from];
                lengths[at] = formerLengths[from];
                kinds[at] = formerKinds[from];
                seqs[at] = formerSeqs[from];
            }
        }
    }

    private int find(final long seq) {
        final int at = (int) seq & (seqs.length - 1);
        return buffers[at] != null && seqs[at] == seq ? at : -1;
    }

    /** The payload, or null when it is not here. */
    UnsafeBuffer payload(final long seq) {
        final int at = find(seq);
        return at < 0 ? null : buffers[at];
    }

    int length(final long seq) {
        return lengths[find(seq)];
    }

    EntryKind kind(final long seq) {
        return kinds[find(seq)];
    }

    /** Everything up to {@code seq} is ordered, or will never be: frees it. */
    void raise(final long seq) {
        if (seq <= floor) {
            return;
        }
        if (bytes > 0) {
            final long last = Math.min(seq, floor + seqs.length);
            for (long gone = floor + 1; gone <= last; gone++) {
                drop(gone);
            }
        }
        floor = seq;
    }

    /** Frees everything. */
    void clear() {
        for (int at = 0; at < buffers.length; at++) {
            if (buffers[at] != null) {
                pool.release(buffers[at]);
                buffers[at] = null;
            }
        }
        bytes = 0;
        highest = 0;
    }
}

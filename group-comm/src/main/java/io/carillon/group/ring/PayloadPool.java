// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Recycles the memory of payloads that wait for their order, in classes of powers of two, so that the hot path allocates nothing. */
final class PayloadPool {
    private static final int SMALLEST_SHIFT = 8;
    private static final int CLASSES = 24;
    private static final int KEPT_BYTES_MAX = 8 << 20;

    private final ArrayDeque<UnsafeBuffer>[] free;
    private int keptBytes;

    @SuppressWarnings({"unchecked", "rawtypes"})
    PayloadPool() {
        free = new ArrayDeque[CLASSES];
        for (int at = 0; at < CLASSES; at++) {
            free[at] = new ArrayDeque<>();
        }
    }

    /** A buffer that holds a copy; its capacity may be larger. */
    UnsafeBuffer copyOf(final DirectBuffer source, final int offset, final int length) {
        final int sizeClass = sizeClass(length);
        UnsafeBuffer buffer = free[sizeClass].pollLast();
        if (buffer == null) {
            buffer = new UnsafeBuffer(new byte[1 << (sizeClass + SMALLEST_SHIFT)]);
        } else {
            keptBytes -= buffer.capacity();
        }
        buffer.putBytes(0, source, offset, length);
        return buffer;
    }

    void release(final UnsafeBuffer buffer) {
        if (keptBytes + buffer.capacity() <= KEPT_BYTES_MAX) {
            keptBytes += buffer.capacity();
            free[sizeClass(buffer.capacity())].addLast(buffer);
        }
    }

    private static int sizeClass(final int length) {
        return Math.max(0, 32 - Integer.numberOfLeadingZeros(Math.max(length - 1, 0)) - SMALLEST_SHIFT);
    }
}

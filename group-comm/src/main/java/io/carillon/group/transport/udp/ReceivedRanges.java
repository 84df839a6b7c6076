// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import java.util.Arrays;

/**
 * Which bytes of a message came: disjoint ranges in ascending order.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class ReceivedRanges {
    private int[] starts = new int[4];
    private int[] ends = new int[4];
    private int count;

    /** Bytes {@code start} to below {@code end} came. */
    void add(final int start, final int end) {
        int first = 0;
        while (first < count && ends[first] < start) {
            first++;
        }
        int last = first;
        int from = start;
        int to = end;
        while (last < count && starts[last] <= end) {
            from = Math.min(from, starts[last]);
            to = Math.max(to, ends[last]);
            last++;
        }
        if (first == last && count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        // The ranges from first to below last become one.
        System.arraycopy(starts, last, starts, first + 1, count - last);
        System.arraycopy(ends, last, ends, first + 1, count - last);
        starts[first] = from;
        ends[first] = to;
        count += 1 - (last - first);
    }

    /** Tells whether the first {@code length} bytes came. */
    boolean isWhole(final int length) {
        return count == 1 && starts[0] == 0 && ends[0] >= length;
    }
}

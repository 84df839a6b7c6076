// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import java.util.Arrays;

/**
 * Tells numbers that came before from new ones: a bitmap that slides with the highest. What is older than it reaches
 * counts as seen.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class NumberWindow {
    private static final int WORDS = 128;
    /** Numbers below the highest by no more than this are told apart. */
    static final int REACH = (WORDS - 1) * Long.SIZE;

    private final long[] seen = new long[WORDS];
    private long highest = -1;

    /** Tells whether {@code number} is 0 or above and was not taken. */
    public boolean isNew(final long number) {
        if (number < 0 || number < highest - REACH) {
            return false;
        }
        return number > highest || (seen[word(number)] & 1L << number) == 0;
    }

    /** Takes a number. False when it is not new. */
    public boolean take(final long number) {
        if (!isNew(number)) {
            return false;
        }
        if (number > highest) {
            slide(number);
        }
        seen[word(number)] |= 1L << number;
        return true;
    }

    private void slide(final long number) {
        final long steps = (number >> 6) - (highest >> 6);
        if (steps >= WORDS) {
            Arrays.fill(seen, 0);
        } else {
            for (long i = 1; i <= steps; i++) {
                seen[word(highest + (i << 6))] = 0;
            }
        }
        highest = number;
    }

    private static int word(final long number) {
        return (int) (number >> 6) & WORDS - 1;
    }
}

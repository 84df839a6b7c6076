// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class Xoshiro256Test {
    @Test
    void theSequenceOfASeedNeverChanges() {
        final Xoshiro256 random = new Xoshiro256(1);
        final long first = random.nextLong();
        final long second = random.nextLong();
        assertEquals(0xb3f2af6d0fc710c5L, first);
        assertEquals(0x853b559647364ceaL, second);
    }

    @Test
    void concernsHaveStreamsOfTheirOwn() {
        assertNotEquals(Xoshiro256.stream(1, "network").nextLong(), Xoshiro256.stream(1, "crash").nextLong());
        assertNotEquals(Xoshiro256.stream(1, "network").nextLong(), Xoshiro256.stream(2, "network").nextLong());
        assertEquals(Xoshiro256.stream(1, "disk").nextLong(), Xoshiro256.stream(1, "disk").nextLong());
    }

    @Test
    void drawsStayInTheirRanges() {
        final Xoshiro256 random = new Xoshiro256(9);
        long exponential = 0;
        for (int i = 0; i < 10_000; i++) {
            final int below = random.below(7);
            assertTrue(below >= 0 && below < 7, "below 7: " + below);
            final long between = random.between(-3, 3);
            assertTrue(between >= -3 && between <= 3, "between -3 and 3: " + between);
            final long spread = random.spread(10, 1000);
            assertTrue(spread >= 10 && spread <= 1000, "spread over 10 to 1000: " + spread);
            exponential += random.exponential(1000);
        }
        assertTrue(exponential > 9_000_000 && exponential < 11_000_000, "mean of the exponential near 1000: " + exponential / 10_000);
    }
}

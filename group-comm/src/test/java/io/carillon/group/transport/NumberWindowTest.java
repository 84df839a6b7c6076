// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NumberWindowTest {
    @Test
    void eachNumberIsTakenOnce() {
        final NumberWindow window = new NumberWindow();
        assertTrue(window.take(0));
        assertFalse(window.take(0));
        assertFalse(window.take(-1));
        assertTrue(window.take(NumberWindow.REACH));
        assertTrue(window.take(1));
        assertFalse(window.take(1));
        assertTrue(window.take(Long.MAX_VALUE));
        assertFalse(window.take(2));
        assertFalse(window.take(Long.MAX_VALUE));
        assertTrue(window.take(Long.MAX_VALUE - NumberWindow.REACH));
    }

    @Test
    void asASetThatForgetsWhatIsOld() {
        for (int seed = 0; seed < 50; seed++) {
            final Random random = new Random(seed);
            final NumberWindow window = new NumberWindow();
            final Set<Long> taken = new HashSet<>();
            final int jump = 1 + random.nextInt(20_000);
            long highest = -1;
            for (int i = 0; i < 20_000; i++) {
                final long number = Math.max(0, highest + random.nextInt(20) * (random.nextInt(500) == 0 ? jump : 1) - random.nextInt(20)
                    * (random.nextInt(50) == 0 ? 1000 : 1));
                final boolean expected = number >= highest - NumberWindow.REACH && !taken.contains(number);
                assertEquals(expected, window.isNew(number), "seed " + seed + " number " + number);
                assertEquals(expected, window.take(number), "seed " + seed + " number " + number);
                taken.add(number);
                highest = Math.max(highest, number);
            }
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Clocks that run too fast or too slow. */
class NodeClockTest {
    @Test
    void aDeadlineIsReachedAtItsTimeAndNotBefore() {
        final SplittableRandom random = new SplittableRandom(3);
        for (final long ppm : new long[] {0, 1, -1, 20_000, -20_000}) {
            final NodeClock clock = new NodeClock(1_000_000_007L, ppm);
            for (int round = 0; round < 10_000; round++) {
                final long now = random.nextLong(1_000_000_000_000L);
                final long deadline = clock.local(now) + random.nextLong(10_000_000_000L);
                final long at = clock.timeOf(deadline, now);
                assertTrue(clock.local(at) >= deadline);
                assertTrue(at == now || clock.local(at) - deadline < 2000, "at most a little late");
            }
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static io.carillon.group.simulator.PartitionedGroup.MS;
import static io.carillon.group.simulator.PartitionedGroup.S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A link that comes and goes. Where connections break with it, one end is shut out, the same each time, and let in again after longer and
 * longer waits; where it is only silent nothing happens at all, unless it is the holder's silence. The others go on.
 */
class FlappingLinkTest {
    private static final long MINUTE = 60 * S;
    private static final long[] PERIODS = {10 * MS, 50 * MS, 200 * MS, 600 * MS, 1500 * MS, 4 * S, 8 * S};

    @TestFactory
    Stream<DynamicTest> othersGoOn() {
        final List<DynamicTest> tests = new ArrayList<>();
        for (final int nodes : new int[] {3, 5}) {
            for (final long period : PERIODS) {
                for (final boolean resets : nodes == 3 || period == 200 * MS ? List.of(true, false) : List.<Boolean>of()) {
                    tests.add(DynamicTest.dynamicTest(nodes + " nodes, every " + period / MS + " ms" + (resets ? "" : " in silence"),
                        () -> flap(nodes, period, resets)));
                }
            }
        }
        return tests.stream();
    }

    private static void flap(final int nodes, final long period, final boolean resets) {
        final int[] weights = new int[nodes];
        java.util.Arrays.fill(weights, 1);
        final PartitionedGroup group = new PartitionedGroup(weights, resets).form();
        group.run(11 * S);
        group.offerEvery(100 * MS);
        group.forget();
        for (long past = 0; past < MINUTE; past += period) {
            group.cut(0, 1);
            group.run(period / 2);
            group.join(0, 1);
            group.run(period - period / 2);
        }
        // 100 ms, 200 ms ... 30 s: about ten times shut out in the first minute, and let in as often.
        assertTrue(group.mostChanges() <= 24, () -> "changes of ring within a minute: " + group.mostChanges());
        for (int other = 2; other < nodes; other++) {
            final int node = other;
            assertTrue(group.longestGap(node) <= S, () -> "longest gap at node " + node + ": " + group.longestGap(node) / MS + " ms");
        }
        group.offerEvery(0);
        group.forget();
        group.until("all are back", 33 * S, () -> group.isPrimary(group.everybody()));
        assertTrue(group.mostChanges() <= 3, () -> "changes of ring until all are back: " + group.mostChanges());
    }

    @Test
    void aLinkThatBreaksOnceIsUsedAtOnceWhenItIsMended() {
        final PartitionedGroup group = new PartitionedGroup(new int[] {1, 1, 1}, true).form();
        group.run(11 * S);
        group.cut(0, 1);
        group.until("b is shut out", S, () -> group.isPrimary(Set.of(0, 2)));
        group.run(30 * S);
        group.forget();
        group.join(0, 1);
        group.until("b is back", 500 * MS, () -> group.isPrimary(group.everybody()));
        assertEquals(1, group.mostChanges(), "by one change of ring");
    }
}

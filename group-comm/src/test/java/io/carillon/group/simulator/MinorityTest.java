// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static io.carillon.group.simulator.PartitionedGroup.MS;
import static io.carillon.group.simulator.PartitionedGroup.S;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who is cut off from a majority says so within 600 ms, with default timers, wherever the token is, and whether connections break or are
 * only silent: the layer above answers 1047 from then on. (The majority goes on as soon, or never stopped.)
 */
class MinorityTest {
    private static final long BOUND = 600 * MS;

    @ParameterizedTest
    @CsvSource({"3, true", "3, false", "5, true", "5, false"})
    void theCutOffSaySoInTime(final int nodes, final boolean resets) {
        final int[] weights = new int[nodes];
        Arrays.fill(weights, 1);
        long slowest = 0;
        for (int holder = 0; holder < nodes; holder++) {
            for (int set = 1; set < 1 << nodes; set++) {
                final Set<Integer> minority = new TreeSet<>();
                final Set<Integer> majority = new TreeSet<>();
                for (int node = 0; node < nodes; node++) {
                    ((set >> node & 1) != 0 ? minority : majority).add(node);
                }
                if (2 * minority.size() < nodes) {
                    slowest = Math.max(slowest, cutOff(weights, resets, holder, minority, majority));
                }
            }
        }
        final long worst = slowest;
        assertTrue(worst > 0 && worst <= BOUND, () -> "the slowest said so after " + worst / MS + " ms");
    }

    private static long cutOff(final int[] weights, final boolean resets, final int holder, final Set<Integer> minority,
        final Set<Integer> majority) {
        final PartitionedGroup group = new PartitionedGroup(weights, resets).form();
        group.until("node " + holder + " holds the token", 10 * S, () -> {
            if (!group.node(holder).core().holdsToken()) {
                group.offer(holder);
            }
            return group.node(holder).core().holdsToken();
        });
        group.offerEvery(60 * MS);
        group.run(1100 * MS);
        group.forget();
        group.split(List.of(minority, majority));
        final String what = minority + " without a majority, the token at " + holder;
        final long took = group.until(what, BOUND, () -> group.isNotPrimary(minority));
        for (final int node : minority) {
            assertTrue(group.offer(node) < 0, what + ": offers are refused");
        }
        group.run(S);
        for (final int node : majority) {
            assertTrue(group.longestGap(node) <= 1000 * MS, () -> what + ": node " + node + " goes on: " + group.longestGap(node) / MS);
        }
        return took;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static io.carillon.group.ring.GatherReason.CONNECTION_CLOSED;
import static io.carillon.group.ring.GatherReason.HOLDER_SILENT;
import static io.carillon.group.ring.GatherReason.MEMBER_JOINS;
import static io.carillon.group.ring.GatherReason.PEER_GATHERS;
import static io.carillon.group.ring.GatherReason.PEER_LINKED;
import static io.carillon.group.ring.GatherReason.PEER_SILENT;
import static io.carillon.group.ring.GatherReason.RINGS_MERGE;
import static io.carillon.group.simulator.PartitionedGroup.MS;
import static io.carillon.group.simulator.PartitionedGroup.S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.GatherReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every way to cut a group into two or three parts, and to put it together again. The part with a majority of the latest view's weight goes
 * on by one change of ring; nobody else is primary. Where parts meet that hold a majority, there is one primary view of all of them again.
 * Who is cut off learns it from a closed connection at once, from silence after {@code evs.suspect_timeout}.
 */
class PartitionTest {
    /** Ties, one that outweighs two, members that do not vote. */
    private static final int[][] WEIGHTS = {
        {1, 1, 1}, {3, 1, 1}, {2, 1, 1}, {1, 1, 0},
        {1, 1, 1, 1}, {2, 1, 1, 1}, {3, 1, 1, 0},
        {1, 1, 1, 1, 1}, {3, 1, 1, 1, 1}, {2, 2, 1, 1, 0}};
    private static final int[] SEVEN = {1, 1, 1, 1, 1, 1, 1};
    private static final int[] SEVEN_WEIGHTED = {4, 2, 2, 1, 1, 1, 0};
    private static final EnumSet<GatherReason> CUT = EnumSet.of(CONNECTION_CLOSED, PEER_GATHERS);
    private static final EnumSet<GatherReason> SILENT = EnumSet.of(PEER_SILENT, HOLDER_SILENT, PEER_GATHERS);
    private static final EnumSet<GatherReason> MEETING = EnumSet.of(PEER_LINKED, MEMBER_JOINS, RINGS_MERGE, PEER_GATHERS);

    @TestFactory
    Stream<DynamicTest> everySplitOfThreeFourAndFive() {
        return Stream.of(WEIGHTS).flatMap(weights -> Stream.of(true, false).map(resets -> test(weights, resets)));
    }

    @TestFactory
    Stream<DynamicTest> everySplitOfSeven() {
        return Stream.of(test(SEVEN, true), test(SEVEN, false), test(SEVEN_WEIGHTED, true), test(SEVEN_WEIGHTED, false));
    }

    @Test
    void splitsAreCountedInFull() {
        assertEquals(4, partitions(3).size(), "3 in two parts and 1 in three");
        assertEquals(63 + 301, partitions(7).size(), "63 in two parts and 301 in three");
    }

    private static DynamicTest test(final int[] weights, final boolean resets) {
        return DynamicTest.dynamicTest(Arrays.toString(weights) + (resets ? " with resets" : " in silence"), () -> {
            final PartitionedGroup group = new PartitionedGroup(weights, resets).form();
            final List<List<Set<Integer>>> partitions = partitions(weights.length);
            for (int nth = 0; nth < partitions.size(); nth++) {
                // Who was let in only now would be taken for one that comes and goes.
                group.run(5_500 * MS);
                split(group, partitions.get(nth), resets);
                reunite(group, partitions.get(nth), nth, resets);
            }
        });
    }

    private static void split(final PartitionedGroup group, final List<Set<Integer>> parts, final boolean resets) {
        final List<Boolean> primary = parts.stream().map(group::mayBePrimary).toList();
        assertTrue(primary.stream().filter(each -> each).count() <= 1, "two majorities");
        group.forget();
        group.split(parts);
        group.until("cut into " + parts, resets ? 200 * MS : 5_600 * MS, () -> isSettled(group, parts, primary));
        for (final int node : group.everybody()) {
            assertTrue(group.changes(node) <= 2, () -> "changes of ring at " + node + " of " + parts + ": " + group.changes(node));
            assertTrue((resets ? CUT : SILENT).containsAll(group.reasons(node)), () -> parts + ": " + group.reasons(node));
        }
        assertTrue(group.reasons(group.everybody()).stream().anyMatch(reason -> reason != PEER_GATHERS), "somebody noticed by itself");
    }

    /** The parts meet one by one, another pair first each time. */
    private static void reunite(final PartitionedGroup group, final List<Set<Integer>> parts, final int nth, final boolean resets) {
        final List<Set<Integer>> now = new ArrayList<>(parts);
        while (now.size() > 1) {
            group.forget();
            final Set<Integer> one = now.remove(nth % now.size());
            final Set<Integer> other = now.remove(nth / 2 % now.size());
            final Set<Integer> both = new TreeSet<>(one);
            both.addAll(other);
            now.add(both);
            final List<Boolean> primary = now.stream().map(group::mayBePrimary).toList();
            group.join(one, other);
            final String what = one + " meet " + other + " of " + parts;
            group.until(what, 2 * S, () -> isSettled(group, now, primary));
            for (final int node : both) {
                // Links come up one after another, so rings may grow by one.
                assertTrue(group.changes(node) <= both.size(), () -> what + ": changes at " + node + ": " + group.changes(node));
                assertTrue(MEETING.containsAll(group.reasons(node)), () -> what + ": " + group.reasons(node));
            }
            for (final int node : group.everybody()) {
                assertTrue(both.contains(node) || group.changes(node) == 0, () -> what + " is nothing to " + node);
            }
        }
    }

    private static boolean isSettled(final PartitionedGroup group, final List<Set<Integer>> parts, final List<Boolean> primary) {
        for (int at = 0; at < parts.size(); at++) {
            if (!(primary.get(at) ? group.isPrimary(parts.get(at)) : group.isNotPrimary(parts.get(at)))) {
                return false;
            }
        }
        return true;
    }

    /** All ways to put nodes into two or three parts. */
    private static List<List<Set<Integer>>> partitions(final int nodes) {
        final List<List<Set<Integer>>> all = new ArrayList<>();
        place(0, nodes, List.of(), all);
        return all;
    }

    private static void place(final int next, final int nodes, final List<Set<Integer>> parts, final List<List<Set<Integer>>> all) {
        if (next == nodes) {
            if (parts.size() > 1) {
                all.add(parts);
            }
            return;
        }
        for (int at = 0; at <= Math.min(parts.size(), 2); at++) {
            final List<Set<Integer>> more = new ArrayList<>(parts);
            final Set<Integer> part = new TreeSet<>(at < parts.size() ? parts.get(at) : Set.of());
            part.add(next);
            if (at < parts.size()) {
                more.set(at, part);
            } else {
                more.add(part);
            }
            place(next + 1, nodes, List.copyOf(more), all);
        }
    }
}

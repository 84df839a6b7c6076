// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static io.carillon.group.simulator.PartitionedGroup.MS;
import static io.carillon.group.simulator.PartitionedGroup.S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two nodes and nobody to arbitrate: what goes on and what waits, row by row as in docs/ring.md, section 11; and an ordered shutdown
 * down to the last one. Node a holds the token.
 */
class TwoNodesTest {
    private static final Set<Integer> BOTH = Set.of(0, 1);
    private static final Set<Integer> A = Set.of(0);
    private static final Set<Integer> B = Set.of(1);

    private static PartitionedGroup pair(final int weightOfA, final int weightOfB, final boolean resets) {
        final PartitionedGroup group = new PartitionedGroup(new int[] {weightOfA, weightOfB}, resets).form();
        group.run(S);
        return group;
    }

    /** Offers at {@code node} that were acknowledged. */
    private static long acknowledged(final PartitionedGroup group, final int node) {
        return group.node(node).application().acknowledged();
    }

    private static void goesOn(final PartitionedGroup group, final int node) {
        final long before = acknowledged(group, node);
        assertTrue(group.offer(node) > 0, "the offer is taken");
        group.until("node " + node + " goes on", 50 * MS, () -> acknowledged(group, node) > before);
    }

    private static void waits(final PartitionedGroup group, final int node) {
        final long before = acknowledged(group, node);
        assertTrue(group.offer(node) > 0, "the offer is taken");
        group.run(300 * MS);
        assertEquals(before, acknowledged(group, node), "and waits");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void equalAndKilled(final boolean silently) {
        final PartitionedGroup group = pair(1, 1, true);
        group.kill(1, silently);
        waitsOrIsRefused(group);
        group.until("a is not primary", silently ? 6 * S : 100 * MS, () -> group.isNotPrimary(A));
        assertTrue(group.offer(0) < 0, "offers are refused");
        group.start(1);
        group.until("both again, by themselves", 3 * S, () -> group.isPrimary(BOTH));
        goesOn(group, 0);
    }

    private static void waitsOrIsRefused(final PartitionedGroup group) {
        final long before = acknowledged(group, 0);
        group.offer(0);
        group.run(50 * MS);
        assertEquals(before, acknowledged(group, 0), "nothing is acknowledged by half of the weight");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void equalAndStoppedForAWhile(final int seconds) {
        final PartitionedGroup group = pair(1, 1, true);
        group.forget();
        group.node(1).pause(seconds * S);
        waits(group, 0);
        group.until("what waited is acknowledged", seconds * S, () -> group.node(0).application().pendingOffers() == 0);
        assertEquals(0, group.mostChanges(), "nobody left the view");
    }

    @Test
    void equalAndStoppedForLong() {
        final PartitionedGroup group = pair(1, 1, true);
        group.node(1).pause(12 * S);
        waits(group, 0);
        group.until("a is not primary", 6 * S, () -> group.isNotPrimary(A));
        group.until("both again", 9 * S, () -> group.isPrimary(BOTH));
        goesOn(group, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void equalAndCut(final boolean resets) {
        final PartitionedGroup group = pair(1, 1, resets);
        group.cut(0, 1);
        waitsOrIsRefused(group);
        group.until("nobody is primary", resets ? 200 * MS : 6 * S, () -> group.isNotPrimary(BOTH));
        group.run(20 * S);
        group.join(0, 1);
        group.until("both again", 2 * S, () -> group.isPrimary(BOTH));
        goesOn(group, 0);
        goesOn(group, 1);
    }

    @Test
    void equalAndOneLeaves() {
        for (final int leaver : BOTH) {
            final PartitionedGroup group = pair(1, 1, true);
            final int other = 1 - leaver;
            group.offerEvery(10 * MS);
            group.run(100 * MS);
            group.forget();
            group.leave(leaver);
            group.until("the other alone", 200 * MS, () -> group.isInOneView(Set.of(other)));
            group.run(S);
            assertTrue(group.longestGap(other) <= 100 * MS, "the other goes on: " + group.longestGap(other));
            group.offerEvery(0);
            group.start(leaver);
            group.until("both again", 2 * S, () -> group.isPrimary(BOTH));
        }
    }

    /** {@code pc.ignore_sb}: half of the weight suffices, to whoever was in the primary view. */
    @Test
    void equalAndSplitBrainIgnored() {
        final PartitionedGroup group = pair(1, 1, true);
        group.node(0).core().overrides(group.node(0).local(), true, false);
        group.kill(1, false);
        group.until("a goes on alone", 100 * MS, () -> group.isInOneView(A));
        goesOn(group, 0);
        group.start(1);
        group.until("both again", 3 * S, () -> group.isPrimary(BOTH));
    }

    /** An operator's {@code pc.bootstrap} makes the survivor primary. */
    @Test
    void equalKilledAndBootstrapped() {
        final PartitionedGroup group = pair(1, 1, true);
        group.kill(1, false);
        group.until("a is not primary", 100 * MS, () -> group.isNotPrimary(A));
        group.node(0).core().bootstrap(group.node(0).local());
        group.node(0).touched();
        group.until("a goes on alone", 100 * MS, () -> group.isInOneView(A));
        goesOn(group, 0);
    }

    /** The heavier one never waits for the lighter one. */
    @ParameterizedTest
    @CsvSource({"kill", "machine", "stop", "cut", "silent cut"})
    void theLighterOneFails(final String how) {
        final PartitionedGroup group = pair(2, 1, !how.equals("silent cut"));
        group.offerEvery(10 * MS);
        group.run(100 * MS);
        group.forget();
        fail(group, 1, how);
        group.run(8 * S);
        assertTrue(group.longestGap(0) <= 100 * MS, () -> "a goes on: " + group.longestGap(0) / MS + " ms");
        group.offerEvery(0);
        recover(group, 1, how);
        group.until("both again", 8 * S, () -> group.isPrimary(BOTH));
        group.until("what b had offered has its answer", S, () -> group.node(1).application().pendingOffers() == 0);
    }

    /** Without the heavier one nothing goes on; it comes back and all is as before. Half a vote is not to be had either. */
    @ParameterizedTest
    @CsvSource({"kill", "machine", "stop", "cut", "silent cut"})
    void theHeavierOneFails(final String how) {
        final PartitionedGroup group = pair(2, 1, !how.equals("silent cut"));
        group.node(1).core().overrides(group.node(1).local(), true, false);
        fail(group, 0, how);
        group.until("b is not primary", 6 * S, () -> group.isNotPrimary(B));
        assertTrue(group.offer(1) < 0, "offers are refused");
        group.run(2 * S);
        recover(group, 0, how);
        group.until("both again", 12 * S, () -> group.isPrimary(BOTH));
        goesOn(group, 1);
    }

    @Test
    void theHeavierOneLeaves() {
        final PartitionedGroup group = pair(2, 1, true);
        group.leave(0);
        group.until("b alone", 200 * MS, () -> group.isInOneView(B));
        goesOn(group, 1);
    }

    private static void fail(final PartitionedGroup group, final int node, final String how) {
        switch (how) {
            case "kill" -> group.kill(node, false);
            case "machine" -> group.kill(node, true);
            case "stop" -> group.node(node).pause(12 * S);
            default -> group.cut(0, 1);
        }
    }

    private static void recover(final PartitionedGroup group, final int node, final String how) {
        switch (how) {
            case "kill", "machine" -> group.start(node);
            case "stop" -> { }
            default -> group.join(0, 1);
        }
    }

    /** Nodes are shut down one by one, the holder first or last; the last one goes on, also after a restart, and takes all back. */
    @ParameterizedTest
    @CsvSource({"3, 0", "3, 1", "5, 0", "5, 3"})
    void orderedShutdownDownToOne(final int nodes, final int first) {
        final int[] weights = new int[nodes];
        java.util.Arrays.fill(weights, 1);
        final PartitionedGroup group = new PartitionedGroup(weights, true).form();
        final Set<Integer> present = new java.util.TreeSet<>(group.everybody());
        final int last = (first + nodes - 1) % nodes;
        group.offerEvery(10 * MS);
        group.run(100 * MS);
        group.forget();
        for (int nth = 0; nth < nodes - 1; nth++) {
            final int leaver = (first + nth) % nodes;
            present.remove(leaver);
            group.leave(leaver);
            group.until("a view of " + present, 300 * MS, () -> group.isInOneView(present));
        }
        group.run(S);
        assertTrue(group.longestGap(last) <= 100 * MS, () -> "the last goes on: " + group.longestGap(last) / MS + " ms");
        group.offerEvery(0);
        group.run(20 * MS);
        group.kill(last, false);
        group.start(last);
        group.until("the last is back by itself", S, () -> group.isPrimary(Set.of(last)));
        goesOn(group, last);
        for (final int node : List.copyOf(group.everybody())) {
            if (node != last) {
                group.start(node);
            }
        }
        group.until("all are back", 5 * S, () -> group.isPrimary(group.everybody()));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static io.carillon.group.simulator.PartitionedGroup.MS;
import static io.carillon.group.simulator.PartitionedGroup.S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two nodes and nobody to arbitrate: what goes on and what waits, cell by cell as in docs/ring.md, section 11; and an ordered shutdown
 * down to the last one. Node a holds the token. All times are virtual, so their bounds are those of the protocol.
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

    /** So many milliseconds of virtual time, which are the same on every machine, passed since {@code begun}. */
    private static void took(final PartitionedGroup group, final long begun, final int least, final int most) {
        final long took = group.simulator().now() - begun;
        assertTrue(took >= least * MS && took <= most * MS, () -> "took " + took / MS + " ms, not " + least + " to " + most);
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
        final long begun = group.simulator().now();
        fail(group, 1, silently ? "machine" : "kill");
        if (silently) {
            waits(group, 0);
        }
        group.until("a is not primary", 6 * S, () -> group.isNotPrimary(A));
        took(group, begun, silently ? 4900 : 0, silently ? 5010 : 20);
        assertTrue(group.offer(0) < 0, "offers are refused");
        group.start(1);
        group.until("both again, by themselves", 3 * S, () -> group.isPrimary(BOTH));
        goesOn(group, 0);
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
        final long begun = group.simulator().now();
        group.node(1).pause(12 * S);
        waits(group, 0);
        group.until("a is not primary", 6 * S, () -> group.isNotPrimary(A));
        took(group, begun, 4900, 5010);
        group.until("both again", 9 * S, () -> group.isPrimary(BOTH));
        goesOn(group, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void equalAndCut(final boolean resets) {
        final PartitionedGroup group = pair(1, 1, resets);
        final long begun = group.simulator().now();
        group.cut(0, 1);
        if (!resets) {
            waits(group, 0);
        }
        group.until("nobody is primary", 6 * S, () -> group.isNotPrimary(BOTH));
        took(group, begun, resets ? 0 : 4900, resets ? 20 : 5010);
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
        ignoreSplitBrain(group, true, 0);
        group.kill(1);
        group.until("a goes on alone", 100 * MS, () -> group.isInOneView(A));
        goesOn(group, 0);
        group.start(1);
        group.until("both again", 3 * S, () -> group.isPrimary(BOTH));
    }

    /** Where only the link fails both would go on alone, for which the operator answers: the observer sees two histories. */
    @Test
    void equalAndSplitBrainIgnoredByBoth() {
        final PartitionedGroup group = pair(1, 1, true);
        ignoreSplitBrain(group, true, 0, 1);
        group.cut(0, 1);
        final AssertionError seen = assertThrows(AssertionError.class, () -> group.run(S));
        assertTrue(seen.getMessage().contains("one history of stable entries: it forked"), seen::getMessage);
    }

    /** An operator's {@code pc.bootstrap} makes the survivor primary, also where it is the lighter one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void killedAndBootstrapped(final int weightOfTheOther) {
        final PartitionedGroup group = pair(1, weightOfTheOther, true);
        group.kill(1);
        group.until("a is not primary", 100 * MS, () -> group.isNotPrimary(A));
        group.node(0).core().bootstrap(group.node(0).local());
        group.node(0).touched();
        group.until("a goes on alone", 100 * MS, () -> group.isInOneView(A));
        goesOn(group, 0);
        group.run(20 * S);
        goesOn(group, 0);
    }

    /** The heavier one never waits for the lighter one, with {@code pc.ignore_sb} or without. */
    @ParameterizedTest
    @CsvSource({"kill, false", "machine, false", "stop, false", "cut, false", "silent cut, false",
        "kill, true", "machine, true", "stop, true", "cut, true", "silent cut, true"})
    void theLighterOneFails(final String how, final boolean splitBrainIgnored) {
        final PartitionedGroup group = pair(2, 1, !how.equals("silent cut"));
        ignoreSplitBrain(group, splitBrainIgnored, 0, 1);
        group.offerEvery(10 * MS);
        group.run(100 * MS);
        group.forget();
        fail(group, 1, how);
        group.run(8 * S);
        assertTrue(group.longestGap(0) <= 15 * MS, () -> "a goes on: " + group.longestGap(0) / MS + " ms");
        assertEquals(1, group.changes(0), "one change of ring");
        assertTrue(group.isInOneView(A), "a is alone");
        group.offerEvery(0);
        recover(group, 1, how);
        group.until("both again", 8 * S, () -> group.isPrimary(BOTH));
        group.until("what b had offered has its answer", S, () -> group.node(1).application().pendingOffers() == 0);
    }

    /** The link breaks while {@code pc.ignore_sb} is set: the lighter one is not primary for all that. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theLighterOneIsCutOff(final boolean splitBrainIgnored) {
        final PartitionedGroup group = pair(2, 1, true);
        ignoreSplitBrain(group, splitBrainIgnored, 0, 1);
        final long begun = group.simulator().now();
        group.cut(0, 1);
        group.until("b is not primary", S, () -> group.isNotPrimary(B) && group.isInOneView(A));
        took(group, begun, 0, 20);
        group.run(20 * S);
        assertTrue(group.isNotPrimary(B), "and stays so");
        goesOn(group, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 1000, 3000})
    void theLighterOneStopsForAWhile(final int milliseconds) {
        final PartitionedGroup group = pair(2, 1, true);
        group.offerEvery(10 * MS);
        group.run(100 * MS);
        group.forget();
        group.node(1).pause(milliseconds * MS);
        group.run(2 * milliseconds * MS);
        assertTrue(group.longestGap(0) <= 15 * MS, () -> "a goes on: " + group.longestGap(0) / MS + " ms");
        assertEquals(0, group.mostChanges(), "nobody left the view");
        group.offerEvery(0);
        group.until("what b had offered is acknowledged", S, () -> group.node(1).application().pendingOffers() == 0);
    }

    /** Without the heavier one nothing goes on; it comes back and all is as before. Half a vote is not to be had either. */
    @ParameterizedTest
    @CsvSource({"kill, false", "machine, false", "stop, false", "cut, false", "silent cut, false",
        "kill, true", "machine, true", "stop, true", "cut, true", "silent cut, true"})
    void theHeavierOneFails(final String how, final boolean splitBrainIgnored) {
        final PartitionedGroup group = pair(2, 1, !how.equals("silent cut"));
        ignoreSplitBrain(group, splitBrainIgnored, 1);
        final boolean noticed = how.equals("kill") || how.equals("cut");
        final long begun = group.simulator().now();
        fail(group, 0, how);
        if (!noticed) {
            waits(group, 1);
        }
        group.until("b is not primary", S, () -> group.isNotPrimary(B));
        took(group, begun, noticed ? 0 : 350, noticed ? 20 : 460);
        assertTrue(group.offer(1) < 0, "offers are refused");
        group.run(2 * S);
        assertTrue(group.isNotPrimary(B), "and stays so");
        recover(group, 0, how);
        group.until("both again", 12 * S, () -> group.isPrimary(BOTH));
        goesOn(group, 1);
    }

    /** Up to 300 ms nobody notices; beyond 450 ms the lighter one is not primary until the heavier one continues, which takes it back. */
    @ParameterizedTest
    @ValueSource(ints = {300, 1000, 3000})
    void theHeavierOneStopsForAWhile(final int milliseconds) {
        final PartitionedGroup group = pair(2, 1, true);
        group.forget();
        final long begun = group.simulator().now();
        group.node(0).pause(milliseconds * MS);
        if (milliseconds > 300) {
            group.until("b is not primary", S, () -> group.isNotPrimary(B));
            took(group, begun, 350, 460);
        }
        group.run(begun + milliseconds * MS - group.simulator().now());
        assertEquals(milliseconds > 300, group.isNotPrimary(B), "b is not primary");
        group.until("both again", S, () -> group.isPrimary(BOTH));
        assertTrue(milliseconds > 300 || group.mostChanges() == 0, "nobody left the view");
        goesOn(group, 0);
        goesOn(group, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void oneOfUnequalsLeaves(final int leaver) {
        final PartitionedGroup group = pair(2, 1, true);
        final Set<Integer> other = Set.of(1 - leaver);
        group.offerEvery(10 * MS);
        group.run(100 * MS);
        group.forget();
        group.leave(leaver);
        group.until("the other alone", 200 * MS, () -> group.isInOneView(other));
        group.run(S);
        assertTrue(group.longestGap(1 - leaver) <= 30 * MS, () -> "the other goes on: " + group.longestGap(1 - leaver) / MS + " ms");
        group.offerEvery(0);
        group.start(leaver);
        group.until("both again", 2 * S, () -> group.isPrimary(BOTH));
    }

    private static void ignoreSplitBrain(final PartitionedGroup group, final boolean ignored, final int... nodes) {
        for (final int node : nodes) {
            group.node(node).core().overrides(group.node(node).local(), ignored, false);
        }
    }

    private static void fail(final PartitionedGroup group, final int node, final String how) {
        switch (how) {
            case "kill" -> group.kill(node);
            case "machine" -> group.killMachine(node);
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
        group.kill(last);
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

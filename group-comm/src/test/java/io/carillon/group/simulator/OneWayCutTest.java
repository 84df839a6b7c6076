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
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Links that are broken in one direction, or between some only. Of all sets of nodes that all hear each other the heaviest, and of these
 * one of the largest, is the primary ring if it holds a majority, and stays it: nobody who is shut out makes it gather again. Without a
 * majority rings come to rest, too. Once the links are mended everybody is back at once.
 */
class OneWayCutTest {
    private static final int[] THREE = {1, 1, 1};
    private static final int[] THREE_WEIGHTED = {1, 1, 2};
    private static final int[] FIVE = {1, 1, 1, 1, 1};
    private static final int[] FIVE_WEIGHTED = {1, 1, 1, 2, 2};
    private static final int[] SEVEN = {1, 1, 1, 1, 1, 1, 1};
    private static final int[] SEVEN_WEIGHTED = {2, 1, 1, 3, 1, 2, 1};
    /** Share of the directions that is cut at least. */
    private static final double FEW = 0.03;
    private static final double MANY = 0.25;
    @TestFactory
    Stream<DynamicTest> everySetOfDirectionsAmongThree() {
        return IntStream.range(1, 64).boxed().flatMap(set -> Stream.of(test(THREE, set), test(THREE_WEIGHTED, set)));
    }

    @TestFactory
    Stream<DynamicTest> drawnDirectionsAmongFiveAndSeven() {
        final Xoshiro256 random = Xoshiro256.stream(1, "one-way cuts");
        final List<DynamicTest> tests = new ArrayList<>();
        for (int nth = 0; nth < 200; nth++) {
            tests.add(test(nth % 2 == 0 ? FIVE : FIVE_WEIGHTED, draw(random, 20, FEW)));
        }
        for (int nth = 0; nth < 200; nth++) {
            tests.add(test(nth % 2 == 0 ? SEVEN : SEVEN_WEIGHTED, draw(random, 42, FEW)));
        }
        return tests.stream();
    }

    /** So many that few of them leave a majority. */
    @TestFactory
    Stream<DynamicTest> manyDrawnDirectionsAmongFiveAndSeven() {
        final Xoshiro256 random = Xoshiro256.stream(1, "many one-way cuts");
        return IntStream.range(0, 200)
            .mapToObj(nth -> nth % 2 == 0 ? test(FIVE, draw(random, 20, MANY)) : test(SEVEN, draw(random, 42, MANY)));
    }

    private static long draw(final Xoshiro256 random, final int directions, final double least) {
        final double share = least + 0.25 * random.nextDouble();
        long set = 0;
        for (int bit = 0; bit < directions; bit++) {
            set |= random.chance(share) ? 1L << bit : 0;
        }
        return set;
    }

    /** Each bit of {@code set} is a direction that is cut: a to b, a to c, ... */
    private static DynamicTest test(final int[] weights, final long set) {
        final boolean[][] hears = new boolean[weights.length][weights.length];
        final StringBuilder name = new StringBuilder(java.util.Arrays.toString(weights) + " without");
        int bit = 0;
        for (int from = 0; from < weights.length; from++) {
            for (int to = 0; to < weights.length; to++) {
                hears[from][to] = from == to || (set >> bit++ & 1) == 0;
                name.append(hears[from][to] ? "" : " " + ApplicationModel.letter(from) + ">" + ApplicationModel.letter(to));
            }
        }
        return DynamicTest.dynamicTest(name.toString(), () -> endsInOneClique(weights, hears));
    }

    private static void endsInOneClique(final int[] weights, final boolean[][] hears) {
        final PartitionedGroup group = new PartitionedGroup(weights, false).form();
        group.offerEvery(100 * MS);
        for (int from = 0; from < weights.length; from++) {
            for (int to = 0; to < weights.length; to++) {
                if (!hears[from][to]) {
                    group.block(from, to);
                }
            }
        }
        group.run(13 * S);
        assertTrue(group.mostChanges() <= 4 * weights.length, () -> "changes of ring: " + group.mostChanges());
        group.forget();
        group.run(11 * S);
        checkPrimary(group, weights, hears);
        for (int node = 0; node < weights.length; node++) {
            assertEquals(0, group.changes(node), () -> "no ring changes any more" + group.simulator().describe());
            assertEquals(0, group.gatherings(node), () -> "nobody makes another gather" + group.simulator().describe());
        }
        group.forget();
        group.offerEvery(0);
        group.mendAll();
        group.until("all are back", 6 * S, () -> group.isPrimary(group.everybody()));
        assertTrue(group.mostChanges() <= weights.length, () -> "changes of ring until all are back: " + group.mostChanges());
    }

    private static void checkPrimary(final PartitionedGroup group, final int[] weights, final boolean[][] hears) {
        final int total = IntStream.of(weights).sum();
        final Set<Integer> best = best(weights, hears);
        final Set<Integer> primary = new TreeSet<>();
        for (int node = 0; node < weights.length; node++) {
            if (group.node(node).application().view() != null) {
                primary.add(node);
                assertTrue(group.longestGap(node) <= 600 * MS, "the primary view goes on at node " + node);
            }
        }
        final String text = "primary is " + primary + ", the best is " + best;
        assertEquals(2 * weight(best, weights) > total, !primary.isEmpty(), () -> text + group.simulator().describe());
        if (!primary.isEmpty()) {
            assertTrue(isClique(primary, hears) && group.isInOneView(primary), () -> "one ring of all: " + primary);
            assertEquals(weight(best, weights), weight(primary, weights), text);
            assertEquals(best.size(), primary.size(), text);
        }
    }

    private static int weight(final Set<Integer> members, final int[] weights) {
        return members.stream().mapToInt(member -> weights[member]).sum();
    }

    /** The heaviest set of nodes that all hear each other, and of several one of the largest. */
    private static Set<Integer> best(final int[] weights, final boolean[][] hears) {
        Set<Integer> best = Set.of();
        for (int set = 0; set < 1 << weights.length; set++) {
            final Set<Integer> members = new TreeSet<>();
            for (int node = 0; node < weights.length; node++) {
                if ((set >> node & 1) != 0) {
                    members.add(node);
                }
            }
            final int more = weight(members, weights) - weight(best, weights);
            best = (more > 0 || more == 0 && members.size() > best.size()) && isClique(members, hears) ? members : best;
        }
        return best;
    }

    private static boolean isClique(final Set<Integer> members, final boolean[][] hears) {
        return members.stream().allMatch(a -> members.stream().allMatch(b -> hears[a][b]));
    }

    /** Two cliques that share one node: it stays with one of them, and the others do not pull it back and forth. */
    @Test
    void aNodeBetweenTwoCliquesStaysWithOne() {
        final PartitionedGroup group = new PartitionedGroup(FIVE, true).form();
        for (final int left : List.of(0, 1)) {
            for (final int right : List.of(3, 4)) {
                group.cut(left, right);
            }
        }
        final Set<Integer> left = Set.of(0, 1, 2);
        final Set<Integer> right = Set.of(2, 3, 4);
        group.until("one side goes on", 1 * S, () -> group.isPrimary(left) || group.isPrimary(right));
        final Set<Integer> shutOut = group.isPrimary(left) ? Set.of(3, 4) : Set.of(0, 1);
        group.until("the other one is not primary", 1 * S, () -> group.isNotPrimary(shutOut));
        group.forget();
        group.run(60 * S);
        assertEquals(0, group.mostChanges(), "nothing changes any more");
        group.mendAll();
        group.until("all are back", 3 * S, () -> group.isPrimary(group.everybody()));
    }

    /**
     * The present view's majority is what counts, not the number of nodes: a hears c, d and e, which weigh nothing any more, but only with
     * b it is primary, although the others are more.
     */
    @Test
    void theLatestViewsMajorityIsChosenBeforeLargerSets() {
        final PartitionedGroup group = new PartitionedGroup(FIVE, true).form();
        group.split(List.of(Set.of(0, 1, 2), Set.of(3, 4)));
        group.until("a, b and c", 1 * S, () -> group.isPrimary(Set.of(0, 1, 2)));
        group.run(11 * S);
        group.split(List.of(Set.of(0, 1), Set.of(2), Set.of(3, 4)));
        group.until("a and b", 1 * S, () -> group.isPrimary(Set.of(0, 1)));
        group.run(11 * S);
        group.cut(0, 1);
        group.until("nobody", 1 * S, () -> group.isNotPrimary(group.everybody()));
        group.join(Set.of(0), Set.of(2, 3, 4));
        group.join(Set.of(2), Set.of(3, 4));
        group.run(20 * S);
        assertTrue(group.isNotPrimary(group.everybody()), "one of two is no majority, whoever else is there");
        group.join(0, 1);
        group.until("a and b again", 2 * S, () -> group.isPrimary(Set.of(0, 1)));
        group.forget();
        group.run(20 * S);
        assertEquals(0, group.changes(0) + group.changes(1), "and they stay");
        group.mendAll();
        group.until("all are back", 5 * S, () -> group.isPrimary(group.everybody()));
    }
}

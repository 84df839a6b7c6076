// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.simulator.KeptSeeds;
import io.carillon.group.simulator.SimulationFailure;
import io.carillon.group.simulator.SimulationReport;
import io.carillon.group.simulator.Trouble;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Whole nodes in the simulator: {@code -Dcarillon.nodes.seed=N} replays one seed, {@code -Dcarillon.nodes.seeds=N} and
 * {@code -Dcarillon.nodes.first=N} choose how many from where.
 */
class NodeSeedsTest {
    private static final long EVENTS = Long.getLong("carillon.nodes.events", NodeRuns.EVENTS);
    private static final long MESSAGES = NodeRuns.MESSAGES;
    /** So many take about half a minute, and reach every {@link NodeMark}. */
    private static final long USUAL = 40;
    /** What came later than the first of the kept seeds; last what came first. */
    private static final List<List<String>> LATER = List.of(List.of(Trouble.OUTSIDERS.name()), List.of(Trouble.DIRECTIONS.name()),
        List.of(Trouble.FILTERS.name(), Trouble.ROUND_TRIPS.name()), List.of(NodeTrouble.OPERATIONS.name()),
        List.of(NodeTrouble.LONE_DEATHS.name()));

    @Test
    void everyInvariantHoldsForManySeeds() {
        final Long one = Long.getLong("carillon.nodes.seed");
        final long first = one == null ? Long.getLong("carillon.nodes.first", 1) : one;
        final long count = one == null ? Long.getLong("carillon.nodes.seeds", USUAL) : 1;
        final long[] marks = new long[NodeMark.values().length];
        for (long seed = first; seed < first + count; seed++) {
            final Set<String> without = Set.of(System.getProperty("carillon.nodes.without", "").split(","));
            final SimulatedNodes nodes = new SimulatedNodes(seed, NodeBug.NONE, NodeRuns.nodeTrouble(without));
            final SimulationReport report = run(seed, nodes, without);
            assertTrue(report.events() >= EVENTS && report.messages() >= MESSAGES, report::toString);
            final long[] hit = nodes.marks().counts();
            for (int i = 0; i < marks.length; i++) {
                marks[i] += hit[i];
            }
        }
        if (count >= USUAL) {
            for (final NodeMark mark : NodeMark.values()) {
                assertTrue(marks[mark.ordinal()] > 0, () -> "never met: " + mark);
            }
        }
    }

    /** A failure is told by its simplest run. */
    private static SimulationReport run(final long seed, final SimulatedNodes nodes, final Set<String> without) {
        try {
            return NodeRuns.run(seed, EVENTS, nodes, without);
        } catch (final SimulationFailure failure) {
            throw without.equals(Set.of("")) ? NodeRuns.shrink(seed, EVENTS, NodeBug.NONE, failure) : failure;
        }
    }

    @TestFactory
    List<DynamicTest> whatOnceBrokeAnInvariant() {
        return KeptSeeds.of(NodeSeedsTest.class, "regression-node-seeds.txt").stream().map(kept ->
            DynamicTest.dynamicTest(kept.seed() + " " + kept.why(), () -> {
                final Set<String> without = new HashSet<>();
                holds(kept.seed(), without);
                for (final List<String> later : LATER) {
                    without.addAll(later);
                    holds(kept.seed(), without);
                }
            })).toList();
    }

    /** A kept seed is run as it is drawn, and as it was when there was less trouble. */
    private static void holds(final long seed, final Set<String> without) {
        final SimulationReport report = NodeRuns.run(seed, NodeRuns.EVENTS, NodeBug.NONE, without);
        assertTrue(report.messages() >= MESSAGES, report::toString);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.simulator.KeptSeeds;
import io.carillon.group.simulator.SimulationReport;
import io.carillon.group.simulator.Simulator;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Whole nodes in the simulator: {@code -Dcarillon.nodes.seed=N} replays one seed, {@code -Dcarillon.nodes.seeds=N} and
 * {@code -Dcarillon.nodes.first=N} choose how many from where.
 */
class NodeSeedsTest {
    private static final long EVENTS = Long.getLong("carillon.nodes.events", 20_000);
    private static final long MESSAGES = 200;
    /** So many take about half a minute, and reach every {@link NodeMark}. */
    private static final long USUAL = 40;

    @Test
    void everyInvariantHoldsForManySeeds() {
        final Long one = Long.getLong("carillon.nodes.seed");
        final long first = one == null ? Long.getLong("carillon.nodes.first", 1) : one;
        final long count = one == null ? Long.getLong("carillon.nodes.seeds", USUAL) : 1;
        final long[] marks = new long[NodeMark.values().length];
        for (long seed = first; seed < first + count; seed++) {
            final SimulatedNodes nodes = new SimulatedNodes(seed);
            final SimulationReport report = Simulator.run(seed, EVENTS, MESSAGES, nodes);
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

    @TestFactory
    List<DynamicTest> whatOnceBrokeAnInvariant() {
        return KeptSeeds.of(NodeSeedsTest.class, "regression-node-seeds.txt").stream().map(kept ->
            DynamicTest.dynamicTest(kept.seed() + " " + kept.why(), () -> {
                final SimulationReport report = Simulator.run(kept.seed(), EVENTS, MESSAGES, new SimulatedNodes(kept.seed()));
                assertTrue(report.messages() >= MESSAGES, report::toString);
            })).toList();
    }
}

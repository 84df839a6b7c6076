// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.simulator.KeptSeeds;
import io.carillon.group.simulator.PlantedBugs;
import io.carillon.group.simulator.SimulationFailure;
import io.carillon.group.simulator.Trouble;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Whatever {@link NodeBug} does wrong is noticed, with the seed kept for it in {@code planted-node-bugs.txt}, and the same
 * seed holds without it.
 */
class NodeBugTest {
    private static final PlantedBugs<NodeBug> BUGS = new PlantedBugs<>(NodeBug.class);

    @TestFactory
    List<DynamicTest> eachIsFoundByItsSeed() {
        return BUGS.tests(NodeBugTest.class, "planted-node-bugs.txt", NodeBugTest::isFoundBy);
    }

    /** By the rule that it breaks. */
    private static void isFoundBy(final NodeBug bug, final KeptSeeds.Kept kept) {
        final SimulationFailure failure = assertThrows(SimulationFailure.class, () -> runWith(bug, kept.seed()));
        assertTrue(failure.getMessage().contains(kept.why()), failure.getMessage());
        NodeRuns.run(kept.seed(), NodeRuns.EVENTS, NodeBug.NONE, without(bug));
    }

    private static void runWith(final NodeBug bug, final long seed) {
        NodeRuns.run(seed, NodeRuns.EVENTS, bug, without(bug));
    }

    /** Without what came later a seed means what it meant when it found this one. */
    private static Set<String> without(final NodeBug bug) {
        final Set<String> later = new HashSet<>(List.of(Trouble.OUTSIDERS.name(), Trouble.DIRECTIONS.name(), Trouble.FILTERS.name(),
            Trouble.ROUND_TRIPS.name()));
        if (bug != NodeBug.NOT_ISOLATED && bug != NodeBug.RESYNC_IS_DESYNC) {
            later.add(NodeTrouble.OPERATIONS.name());
        }
        if (bug == NodeBug.READ_NOT_ORDERED) {
            later.add(NodeTrouble.LONE_DEATHS.name());
        }
        return later;
    }

    /** Looks for new seeds: {@code -Dcarillon.nodes.plant=KEY_SKIPPED,TAIL_LOST}, or {@code all}. */
    @Test
    @EnabledIfSystemProperty(named = "carillon.nodes.plant", matches = ".+")
    void search() {
        BUGS.search(System.getProperty("carillon.nodes.plant"), NodeBugTest::runWith);
    }

    /** What is left of the trouble is in the last line, and leads to a failure again. */
    @Test
    void aFailureIsMadeSimple() {
        final NodeBug bug = NodeBug.SNAPSHOT_CUT_WRONG;
        final SimulationFailure failure = assertThrows(SimulationFailure.class, () -> runWith(bug, 1));
        final String simplest = NodeRuns.shrink(1, NodeRuns.EVENTS, bug, failure).getMessage().lines().toList().getLast();
        assertTrue(simplest.contains("-Dcarillon.nodes.seed=1 "), simplest);
        final long events = Long.parseLong(simplest.replaceAll(".*events=(\\d+).*", "$1"));
        final Set<String> without = Set.of(simplest.replaceAll(".*without=", "").split(","));
        assertTrue(events < NodeRuns.EVENTS && without.contains("READS"), simplest);
        assertThrows(SimulationFailure.class, () -> NodeRuns.run(1, events, bug, without));
    }
}

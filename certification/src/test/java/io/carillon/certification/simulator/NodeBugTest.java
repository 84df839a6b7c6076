// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.simulator.KeptSeeds;
import io.carillon.group.simulator.PlantedBugs;
import io.carillon.group.simulator.SimulationFailure;
import io.carillon.group.simulator.Simulator;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Whatever {@link NodeBug} does wrong is noticed, with the seed kept for it in {@code planted-node-bugs.txt}, and the same
 * seed holds without it.
 */
class NodeBugTest {
    private static final long EVENTS = 20_000;
    private static final long MESSAGES = 200;
    private static final PlantedBugs<NodeBug> BUGS = new PlantedBugs<>(NodeBug.class);

    @TestFactory
    List<DynamicTest> eachIsFoundByItsSeed() {
        return BUGS.tests(NodeBugTest.class, "planted-node-bugs.txt", NodeBugTest::isFoundBy);
    }

    /** By the rule that it breaks. */
    private static void isFoundBy(final NodeBug bug, final KeptSeeds.Kept kept) {
        final SimulationFailure failure = assertThrows(SimulationFailure.class, () -> runWith(bug, kept.seed()));
        assertTrue(failure.getMessage().contains(kept.why()), failure.getMessage());
        runWith(NodeBug.NONE, kept.seed());
    }

    private static void runWith(final NodeBug bug, final long seed) {
        Simulator.run(seed, EVENTS, MESSAGES, new SimulatedNodes(seed, bug));
    }

    /** Looks for new seeds: {@code -Dcarillon.nodes.plant=KEY_SKIPPED,TAIL_LOST}, or {@code all}. */
    @Test
    @EnabledIfSystemProperty(named = "carillon.nodes.plant", matches = ".+")
    void search() {
        BUGS.search(System.getProperty("carillon.nodes.plant"), NodeBugTest::runWith);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.simulator.SimulationFailure;
import io.carillon.group.simulator.Simulator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
    private static final int SEEDS_MAX = 5_000;

    /** The first seed that notices a bug, and the rule that it breaks. */
    private record Kept(long seed, String noticed) {
    }

    @TestFactory
    List<DynamicTest> eachIsFoundByItsSeed() throws IOException {
        final Map<NodeBug, Kept> kept = keptSeeds();
        final List<DynamicTest> tests = new ArrayList<>();
        for (final NodeBug bug : NodeBug.values()) {
            if (bug != NodeBug.NONE) {
                assertTrue(kept.containsKey(bug), () -> "a seed is kept for " + bug);
                tests.add(DynamicTest.dynamicTest(bug.name(), () -> isFoundBy(bug, kept.get(bug))));
            }
        }
        return tests;
    }

    private static void isFoundBy(final NodeBug bug, final Kept kept) {
        final SimulationFailure failure = assertThrows(SimulationFailure.class, () -> runWith(bug, kept.seed));
        assertTrue(failure.getMessage().contains(kept.noticed), failure.getMessage());
        runWith(NodeBug.NONE, kept.seed);
    }

    private static void runWith(final NodeBug bug, final long seed) {
        Simulator.run(seed, EVENTS, MESSAGES, new SimulatedNodes(seed, bug));
    }

    /** Looks for new seeds: {@code -Dcarillon.nodes.plant=KEY_SKIPPED,TAIL_LOST}, or {@code all}. */
    @Test
    @EnabledIfSystemProperty(named = "carillon.nodes.plant", matches = ".+")
    void search() {
        final String wanted = System.getProperty("carillon.nodes.plant");
        for (final NodeBug bug : NodeBug.values()) {
            if (bug != NodeBug.NONE && (wanted.equals("all") || List.of(wanted.split(",")).contains(bug.name()))) {
                assertTrue(search(bug) <= SEEDS_MAX, () -> bug + " is found within " + SEEDS_MAX + " seeds");
            }
        }
    }

    private static long search(final NodeBug bug) {
        for (long seed = 1; seed <= SEEDS_MAX; seed++) {
            try {
                runWith(bug, seed);
            } catch (final SimulationFailure found) {
                System.out.println(bug + " " + seed + " " + found.getMessage().lines().findFirst().orElseThrow());
                return seed;
            }
        }
        return SEEDS_MAX + 1L;
    }

    /** Lines of {@code BUG seed what was noticed}. */
    private static Map<NodeBug, Kept> keptSeeds() throws IOException {
        final Map<NodeBug, Kept> seeds = new EnumMap<>(NodeBug.class);
        try (InputStream in = NodeBugTest.class.getResourceAsStream("planted-node-bugs.txt")) {
            for (final String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    final String[] words = line.split(" ", 3);
                    assertEquals(3, words.length, line);
                    seeds.put(NodeBug.valueOf(words[0]), new Kept(Long.parseLong(words[1]), words[2]));
                }
            }
        }
        return seeds;
    }
}

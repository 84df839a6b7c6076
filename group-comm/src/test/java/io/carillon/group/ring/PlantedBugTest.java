// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

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
 * Each rule that {@link PlantedBug} breaks is noticed by the simulator, with the seed kept for it in {@code
 * planted-bugs.txt}, and the same seed holds without the bug.
 */
class PlantedBugTest {
    private static final long EVENTS = 20_000;
    private static final long MESSAGES = 200;
    private static final int SEEDS_MAX = 5_000;

    @TestFactory
    List<DynamicTest> eachIsFoundByItsSeed() throws IOException {
        final Map<PlantedBug, Long> kept = keptSeeds();
        final List<DynamicTest> tests = new ArrayList<>();
        for (final PlantedBug bug : PlantedBug.values()) {
            if (bug != PlantedBug.NONE) {
                assertTrue(kept.containsKey(bug), () -> "a seed is kept for " + bug);
                tests.add(DynamicTest.dynamicTest(bug.name(), () -> isFoundBy(bug, kept.get(bug))));
            }
        }
        return tests;
    }

    private static void isFoundBy(final PlantedBug bug, final long seed) {
        final SimulationFailure failure = assertThrows(SimulationFailure.class, () -> runWith(bug, seed));
        assertTrue(failure.getMessage().contains("carillon.sim.seed=" + seed), failure.getMessage());
        assertTrue(Simulator.run(seed, EVENTS, MESSAGES).messages() >= MESSAGES);
    }

    private static void runWith(final PlantedBug bug, final long seed) {
        Simulator.run(seed, EVENTS, MESSAGES, (config, restored, log, effects) -> new RingCore(config, restored, log, effects, bug));
    }

    /** Looks for new seeds: {@code -Dcarillon.sim.plant=LEAVER_COUNTED,JOINER_COUNTED}, or {@code all}. */
    @Test
    @EnabledIfSystemProperty(named = "carillon.sim.plant", matches = ".+")
    void search() {
        final String wanted = System.getProperty("carillon.sim.plant");
        for (final PlantedBug bug : PlantedBug.values()) {
            if (bug != PlantedBug.NONE && (wanted.equals("all") || List.of(wanted.split(",")).contains(bug.name()))) {
                assertTrue(search(bug) <= SEEDS_MAX, () -> bug + " is found within " + SEEDS_MAX + " seeds");
            }
        }
    }

    private static long search(final PlantedBug bug) {
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
    private static Map<PlantedBug, Long> keptSeeds() throws IOException {
        final Map<PlantedBug, Long> seeds = new EnumMap<>(PlantedBug.class);
        try (InputStream in = Simulator.class.getResourceAsStream("planted-bugs.txt")) {
            for (final String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    final String[] words = line.split(" ", 3);
                    assertEquals(3, words.length, line);
                    seeds.put(PlantedBug.valueOf(words[0]), Long.parseLong(words[1]));
                }
            }
        }
        return seeds;
    }
}

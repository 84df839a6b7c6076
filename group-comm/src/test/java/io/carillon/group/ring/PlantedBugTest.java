// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.simulator.CoreFactory;
import io.carillon.group.simulator.PlantedBugs;
import io.carillon.group.simulator.Shrinker;
import io.carillon.group.simulator.SimulationFailure;
import io.carillon.group.simulator.Simulator;
import io.carillon.group.simulator.Trouble;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private static final PlantedBugs<PlantedBug> BUGS = new PlantedBugs<>(PlantedBug.class);

    @TestFactory
    List<DynamicTest> eachIsFoundByItsSeed() {
        return BUGS.tests(Simulator.class, "planted-bugs.txt", (bug, kept) -> isFoundBy(bug, kept.seed()));
    }

    private static void isFoundBy(final PlantedBug bug, final long seed) {
        final SimulationFailure failure = assertThrows(SimulationFailure.class, () -> runWith(bug, seed));
        assertTrue(failure.getMessage().contains("carillon.sim.seed=" + seed), failure.getMessage());
        assertTrue(Shrinker.run(seed, EVENTS, MESSAGES, RingCore::new, without(bug)).messages() >= MESSAGES);
    }

    private static void runWith(final PlantedBug bug, final long seed) {
        Shrinker.run(seed, EVENTS, MESSAGES, (config, restored, log, effects) -> new RingCore(config, restored, log, effects, bug),
            without(bug));
    }

    /** Without what came later, and the bugs of a parked token with one, so that their seeds mean what they meant. */
    private static Set<Trouble> without(final PlantedBug bug) {
        final Set<Trouble> later = EnumSet.of(Trouble.TINY_OFFERS, Trouble.DIRECTIONS, Trouble.FLOODS, Trouble.FILTERS,
            Trouble.ROUND_TRIPS);
        if (bug.compareTo(PlantedBug.TOKEN_TWICE) < 0) {
            later.add(Trouble.ROTATION);
        }
        if (bug.compareTo(PlantedBug.EVERYBODY_NEEDED) < 0) {
            later.add(Trouble.OUTSIDERS);
        }
        return later;
    }

    /** A bug of one rule is met without most of the trouble, and soon; the simplest run fails when it is replayed. */
    @Test
    void aFailingRunIsMadeSimple() {
        final CoreFactory broken = (config, restored, log, effects) -> new RingCore(config, restored, log, effects,
            PlantedBug.NUMBERED_TWICE);
        final SimulationFailure failure = assertThrows(SimulationFailure.class, () -> runWith(PlantedBug.NUMBERED_TWICE, 2));
        final String message = Shrinker.shrink(2, EVENTS, MESSAGES, broken, failure).getMessage();
        final Matcher simplest = Pattern.compile("carillon.sim.events=(\\d+) -Dcarillon.sim.without=([A-Z_,]+)").matcher(message);
        assertTrue(simplest.find(), message);
        final long events = Long.parseLong(simplest.group(1));
        final Set<Trouble> without = Stream.of(simplest.group(2).split(",")).map(Trouble::valueOf).collect(Collectors.toSet());
        assertTrue(events < EVENTS / 2 && without.containsAll(Set.of(Trouble.CRASHES, Trouble.PAUSES, Trouble.PARTITIONS)), message);
        assertThrows(SimulationFailure.class, () -> Shrinker.run(2, events, MESSAGES, broken, without));
    }

    /** Looks for new seeds: {@code -Dcarillon.sim.plant=LEAVER_COUNTED,JOINER_COUNTED}, or {@code all}. */
    @Test
    @EnabledIfSystemProperty(named = "carillon.sim.plant", matches = ".+")
    void search() {
        BUGS.search(System.getProperty("carillon.sim.plant"), PlantedBugTest::runWith);
    }
}

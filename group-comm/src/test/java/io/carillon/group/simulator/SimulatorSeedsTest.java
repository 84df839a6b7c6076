// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.TraceEvent;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Runs many seeds. {@code -Dcarillon.sim.seed=N} replays one, {@code -Dcarillon.sim.seeds=N} and {@code
 * -Dcarillon.sim.first=N} choose how many from where, {@code
 * -Dcarillon.sim.events=N} how long each is, {@code -Dcarillon.sim.without=A,B} which {@link Trouble} is left out.
 */
class SimulatorSeedsTest {
    private static final long EVENTS = Long.getLong("carillon.sim.events", 20_000);
    private static final long MESSAGES = 200;
    /** What came after the first of the kept seeds. */
    private static final Set<Trouble> LATER = Set.of(Trouble.OUTSIDERS, Trouble.TINY_OFFERS, Trouble.DIRECTIONS, Trouble.FLOODS,
        Trouble.FILTERS, Trouble.ROUND_TRIPS);
    private static final Set<Trouble> ALL_LATER = EnumSet.of(Trouble.ROTATION, LATER.toArray(Trouble[]::new));

    @Test
    void everyInvariantHoldsForManySeeds() {
        final Long one = Long.getLong("carillon.sim.seed");
        final long first = one == null ? Long.getLong("carillon.sim.first", 1) : one;
        final long count = one == null ? Long.getLong("carillon.sim.seeds", 300) : 1;
        final long[] traced = new long[TraceEvent.values().length];
        final long[] answers = new long[6];
        final long[] marks = new long[Mark.values().length];
        for (long seed = first; seed < first + count; seed++) {
            final SimulationReport report = run(seed);
            assertTrue(report.events() >= EVENTS, () -> "events: " + report);
            assertTrue(report.messages() >= MESSAGES, () -> "messages: " + report);
            add(traced, report.traced());
            add(answers, report.answers());
            add(marks, report.marks());
        }
        if (count >= 300) {
            assertEquals(List.of(), Arrays.stream(TraceEvent.values()).filter(event -> traced[event.ordinal()] == 0).toList(), "never met");
            assertEquals(List.of(), unmet(marks), "never met");
            for (int answer = 0; answer < answers.length; answer++) {
                assertTrue(answers[answer] > 0, "an offer was never answered by " + -answer);
            }
        }
    }

    /** The rarest are met by few seeds: by those that once failed of them. */
    private static List<Mark> unmet(final long[] marks) {
        for (final KeptSeeds.Kept kept : KeptSeeds.of(SimulatorSeedsTest.class, "regression-seeds.txt")) {
            if (Arrays.stream(marks).anyMatch(hits -> hits == 0)) {
                add(marks, without(kept.seed(), ALL_LATER).marks());
            }
        }
        return Arrays.stream(Mark.values()).filter(mark -> marks[mark.ordinal()] == 0).toList();
    }

    /** A failure is told by its simplest run. */
    private static SimulationReport run(final long seed) {
        final Set<Trouble> without = Arrays.stream(System.getProperty("carillon.sim.without", "").split(","))
            .filter(name -> !name.isEmpty()).map(Trouble::valueOf).collect(Collectors.toSet());
        try {
            return Shrinker.run(seed, EVENTS, MESSAGES, RingCore::new, without);
        } catch (final SimulationFailure failure) {
            throw without.isEmpty() ? Shrinker.shrink(seed, EVENTS, MESSAGES, failure) : failure;
        }
    }

    private static void add(final long[] sums, final long[] more) {
        for (int at = 0; at < sums.length; at++) {
            sums[at] += more[at];
        }
    }

    /** Where all voters are asked, a core that is content with a majority is found out. */
    @Test
    void aMajorityIsNotEnoughWhereAllAreAsked() {
        long found = 0;
        for (long seed = 1; seed <= 60 && found == 0; seed++) {
            try {
                Simulator.run(seed, EVENTS, MESSAGES, (config, restored, log, effects) ->
                    new RingCore(withMajority(config), restored, log, effects));
            } catch (final SimulationFailure noticed) {
                assertTrue(noticed.getMessage().startsWith("every voter of the configuration in force"), noticed.getMessage());
                found = seed;
            }
        }
        assertTrue(found > 0, "found by seed " + found);
    }

    private static RingConfig withMajority(final RingConfig c) {
        return new RingConfig(c.name(), c.weight(), c.keepaliveNs(), c.memberKeepaliveNs(), c.suspectNs(), c.quickSuspectNs(), c.joinNs(),
            c.installNs(), c.pauseNs(), c.entryLengthMax(), c.offeredBytesMax(), c.heldBytesMax(), c.pullBytes(), c.tokenPassAfter(),
            c.certificationWindow(), false, c.rotation());
    }

    @Test
    void seedsThatOnceFailedHold() {
        for (final KeptSeeds.Kept kept : KeptSeeds.of(SimulatorSeedsTest.class, "regression-seeds.txt")) {
            final long seed = kept.seed();
            assertTrue(Simulator.run(seed, EVENTS, MESSAGES).messages() >= MESSAGES, "seed " + seed);
            assertTrue(without(seed, LATER).messages() >= MESSAGES, "seed " + seed + ", without what came later");
            assertTrue(without(seed, ALL_LATER).messages() >= MESSAGES, "seed " + seed + ", with a parked token");
            assertTrue(Simulator.runFormer(seed, EVENTS, MESSAGES, true).messages() >= MESSAGES, "seed " + seed + ", without extremes");
            assertTrue(Simulator.runFormer(seed, EVENTS, MESSAGES, false).messages() >= MESSAGES, "seed " + seed + ", without load");
        }
    }

    private static SimulationReport without(final long seed, final Set<Trouble> kinds) {
        return Shrinker.run(seed, EVENTS, MESSAGES, RingCore::new, kinds);
    }

    @Test
    void aSeedMeansTheSameRunEachTime() {
        final SimulationReport first = Simulator.run(7, EVENTS, MESSAGES);
        final SimulationReport second = Simulator.run(7, EVENTS, MESSAGES);
        assertEquals(first.digest(), second.digest());
        assertEquals(first.events(), second.events());
        assertEquals(first.virtualNs(), second.virtualNs());
    }
}

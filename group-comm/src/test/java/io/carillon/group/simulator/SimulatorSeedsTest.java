// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.TraceEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Runs many seeds. {@code -Dcarillon.sim.seed=N} replays one, {@code -Dcarillon.sim.seeds=N} and {@code
 * -Dcarillon.sim.first=N} choose how many from where, {@code
 * -Dcarillon.sim.events=N} how long each is.
 */
class SimulatorSeedsTest {
    private static final long EVENTS = Long.getLong("carillon.sim.events", 20_000);
    private static final long MESSAGES = 200;

    @Test
    void everyInvariantHoldsForManySeeds() {
        final Long one = Long.getLong("carillon.sim.seed");
        final long first = one == null ? Long.getLong("carillon.sim.first", 1) : one;
        final long count = one == null ? Long.getLong("carillon.sim.seeds", 300) : 1;
        final long[] traced = new long[TraceEvent.values().length];
        for (long seed = first; seed < first + count; seed++) {
            final SimulationReport report = Simulator.run(seed, EVENTS, MESSAGES);
            assertTrue(report.events() >= EVENTS, () -> "events: " + report);
            assertTrue(report.messages() >= MESSAGES, () -> "messages: " + report);
            for (int event = 0; event < traced.length; event++) {
                traced[event] += report.traced()[event];
            }
        }
        if (count >= 300) {
            for (final TraceEvent event : TraceEvent.values()) {
                // Nothing is damaged on its way here; the decoders have fuzz tests of their own.
                assertTrue(event == TraceEvent.PACKET_DROPPED || traced[event.ordinal()] > 0, "never met: " + event);
            }
        }
    }

    @Test
    void seedsThatOnceFailedHold() throws IOException {
        final List<Long> seeds = regressions();
        assertTrue(!seeds.isEmpty(), "regression seeds");
        for (final long seed : seeds) {
            assertTrue(Simulator.run(seed, EVENTS, MESSAGES).messages() >= MESSAGES, "seed " + seed);
        }
    }

    @Test
    void aSeedMeansTheSameRunEachTime() {
        final SimulationReport first = Simulator.run(7, EVENTS, MESSAGES);
        final SimulationReport second = Simulator.run(7, EVENTS, MESSAGES);
        assertEquals(first.digest(), second.digest());
        assertEquals(first.events(), second.events());
        assertEquals(first.virtualNs(), second.virtualNs());
    }

    /** Lines of {@code seed cause}. */
    private static List<Long> regressions() throws IOException {
        final List<Long> seeds = new ArrayList<>();
        try (InputStream in = SimulatorSeedsTest.class.getResourceAsStream("regression-seeds.txt")) {
            for (final String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    seeds.add(Long.parseLong(line.substring(0, line.indexOf(' '))));
                }
            }
        }
        return seeds;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;

/**
 * Bugs that are planted to see that a simulation notices them: the constants of {@code B}, of which the first is none.
 * Each has a line {@code BUG seed what was noticed} in a file of seeds.
 */
public final class PlantedBugs<B extends Enum<B>> {
    private static final int SEEDS_MAX = 5_000;

    private final List<B> bugs;

    /** Runs a seed with a bug; throws {@link SimulationFailure} when it is noticed. */
    public interface Run<B> {
        void with(B bug, long seed);
    }

    /** Holds a bug against the seed kept for it, and what that noticed. */
    public interface Holding<B> {
        void holds(B bug, KeptSeeds.Kept kept);
    }

    public PlantedBugs(final Class<B> type) {
        final B[] all = type.getEnumConstants();
        bugs = List.of(Arrays.copyOfRange(all, 1, all.length));
    }

    /** A test for each bug with its seed from {@code resource}, which lies beside {@code owner}. */
    public List<DynamicTest> tests(final Class<?> owner, final String resource, final Holding<B> holding) {
        final Map<String, KeptSeeds.Kept> kept = new HashMap<>();
        for (final String line : KeptSeeds.lines(owner, resource)) {
            final String[] words = line.split(" ", 2);
            kept.put(words[0], KeptSeeds.Kept.of(words[1]));
        }
        assertTrue(bugs.stream().map(Enum::name).toList().containsAll(kept.keySet()), () -> "bugs that are known: " + kept.keySet());
        final List<DynamicTest> tests = new ArrayList<>();
        for (final B bug : bugs) {
            assertTrue(kept.containsKey(bug.name()), () -> "a seed is kept for " + bug);
            tests.add(DynamicTest.dynamicTest(bug.name(), () -> holding.holds(bug, kept.get(bug.name()))));
        }
        return tests;
    }

    /** Looks for the first seed of each bug in {@code wanted}, names by commas, or {@code all}. */
    public void search(final String wanted, final Run<B> run) {
        for (final B bug : bugs) {
            if (wanted.equals("all") || List.of(wanted.split(",")).contains(bug.name())) {
                assertTrue(search(bug, run) <= SEEDS_MAX, () -> bug + " is found within " + SEEDS_MAX + " seeds");
            }
        }
    }

    private long search(final B bug, final Run<B> run) {
        for (long seed = 1; seed <= SEEDS_MAX; seed++) {
            try {
                run.with(bug, seed);
            } catch (final SimulationFailure found) {
                System.out.println(bug + " " + seed + " " + found.getMessage().lines().findFirst().orElseThrow());
                return seed;
            }
        }
        return SEEDS_MAX + 1L;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.Xoshiro256;

/** When the server of a node dies alone, and whether it outlives its sidecar. Its own chances: older seeds mean what they meant. */
final class LoneDeaths {
    private static final long MS = 1_000_000L;
    private static final int UNFLUSHED_MAX = 20;

    private final Xoshiro256 random;
    private final long everyNs;
    private final long downMeanNs;
    private final double outlives;

    /** What the seed of a run says of all its nodes, for {@code node}; none without {@code happen}. */
    LoneDeaths(final long seed, final int node, final boolean happen) {
        final Xoshiro256 run = Xoshiro256.stream(seed, "lone deaths");
        final boolean some = happen && run.chance(0.5);
        everyNs = some ? run.spread(1_000 * MS, 20_000 * MS) : 0;
        downMeanNs = run.spread(10 * MS, 2_000 * MS);
        outlives = happen && run.chance(0.6) ? 1 - run.nextDouble() * run.nextDouble() : 0;
        random = Xoshiro256.stream(seed, "lone deaths of " + node);
    }

    /** Tells whether servers die alone in this run. */
    boolean happen() {
        return everyNs > 0;
    }

    /** Until the next time, ns. */
    long nextNs() {
        return random.exponential(everyNs);
    }

    /** Until a dead server is back, ns. */
    long downNs() {
        return random.exponential(downMeanNs);
    }

    /** Tells whether the server goes on when its sidecar dies now. */
    boolean serverLives() {
        return outlives > 0 && random.chance(outlives);
    }

    /** Commits that a server that dies alone had not flushed. */
    int unflushed() {
        return random.chance(0.5) ? random.below(UNFLUSHED_MAX) : 0;
    }
}

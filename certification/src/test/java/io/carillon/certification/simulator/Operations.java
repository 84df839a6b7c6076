// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.Xoshiro256;

/** What is done to a server besides writing rows: how often, and by which chances. Its own ones: older seeds mean what they meant. */
final class Operations {
    private static final long MS = 1_000_000L;

    private final Xoshiro256 random;
    private final long everyNs;

    /** What the seed of a run says of all its nodes, for {@code node}; none without {@code happen}. */
    Operations(final long seed, final int node, final boolean happen) {
        final Xoshiro256 run = Xoshiro256.stream(seed, "operations");
        everyNs = happen && run.chance(0.5) ? run.spread(50 * MS, 5_000 * MS) : 0;
        random = Xoshiro256.stream(seed, "operations of " + node);
    }

    /** Tells whether there are any in this run. */
    boolean happen() {
        return everyNs > 0;
    }

    /** Until the next one, ns. */
    long nextNs() {
        return random.exponential(everyNs);
    }

    Xoshiro256 random() {
        return random;
    }
}

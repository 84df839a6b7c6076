// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/**
 * What costs time and space in a run, so that queues build up: 0 for nothing.
 *
 * @param bandwidth bytes a second that one connection carries, one direction.
 * @param packetCost of a processor for each packet that it takes, nanoseconds.
 * @param largeMessages share of workload steps that begin a message of several fragments.
 * @param partMax longest fragment.
 * @param purgeEvery mean interval between purges of some log.
 * @param purgeMargin entries below the last that everybody has which a purge leaves.
 */
record Load(long bandwidth, long packetCost, double largeMessages, int partMax, long purgeEvery, int purgeMargin) {
    /** Everything is free and nothing is forgotten. */
    static final Load NONE = new Load(0, 0, 0, 0, 0, 0);

    private static final long US = 1_000L;
    private static final long MS = 1_000_000L;
    private static final long S = 1_000_000_000L;

    /** The load of the run {@code seed}. */
    static Load draw(final long seed) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "load");
        if (random.chance(0.3)) {
            return NONE;
        }
        return new Load(random.chance(0.5) ? random.spread(2_000_000, 200_000_000) : 0, random.chance(0.5) ? random.spread(US, 30 * US) : 0,
            random.chance(0.5) ? 0.03 : 0, (int) random.spread(200, 16_000), random.chance(0.5) ? random.spread(50 * MS, 5 * S) : 0,
            (int) random.spread(1, 500));
    }

    /** How long {@code length} bytes keep a connection busy. */
    long wireTime(final int length) {
        return bandwidth == 0 ? 0 : length * S / bandwidth;
    }
}

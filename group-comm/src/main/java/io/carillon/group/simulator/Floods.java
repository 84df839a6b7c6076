// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/**
 * Writers that now and then offer thousands of tiny messages at once, until they are refused: what is bounded by number and not
 * by bytes is reached so.
 *
 * @param share of a writer's workload steps that begin with a flood; 0 for never.
 * @param most of them in a run, since each makes the logs of all that much longer.
 */
record Floods(double share, int most) {
    /** Nobody does. */
    static final Floods NONE = new Floods(0, 0);

    /** More than any bound of offers or entries. */
    static final int OFFERS = 10_000;

    /** Bytes of each. */
    static final int LENGTH = 16;

    /** Those of the run {@code seed}. */
    static Floods draw(final long seed) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "floods");
        return random.chance(0.1) ? new Floods(0.002 + random.nextDouble() * 0.02, 1 + random.below(2)) : NONE;
    }
}

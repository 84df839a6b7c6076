// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.TokenRotation;

/**
 * How the members of a run would have their token.
 *
 * @param all of them, but one.
 * @param otherwise node that would have it the other way, or -1.
 */
record Rotations(TokenRotation all, int otherwise) {
    /** Parked at everybody. */
    static final Rotations NONE = new Rotations(TokenRotation.PARKED, -1);

    private static final long MS = 1_000_000L;

    /** Those of the run {@code seed}. */
    static Rotations draw(final long seed, final int nodes) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "rotation");
        if (!random.chance(0.4)) {
            return NONE;
        }
        final int window = 1 + (int) random.spread(1, 200);
        final int personal = 1 + random.below(window);
        return new Rotations(new TokenRotation(true, window, personal, random.chance(0.3) ? personal : random.below(personal + 1),
            random.spread(10 * MS, 1000 * MS)), random.chance(0.15) ? random.below(nodes) : -1);
    }

    TokenRotation of(final int node) {
        return new TokenRotation(all.rotates() != (node == otherwise), all.window(), all.personal(), all.accelerated(), all.holdNs());
    }
}

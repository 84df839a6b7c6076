// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/**
 * What seldom happens to a group, and all the more must not harm it: 0 for never.
 *
 * @param nodes a large group of so many, or 0 for the usual number.
 * @param jumpEvery mean interval between jumps of some node's clock, nanoseconds; a machine that was suspended sees one.
 * @param jumpMean how far a clock jumps ahead, nanoseconds.
 * @param wiped share of crashes after which the node's disk is empty, where the others can do without it.
 * @param hugeParts most parts of 60,000 bytes of a large message.
 * @param narrowEvery mean interval between the times when one direction of a link takes no longer packets, nanoseconds; datagrams only.
 * @param narrowLength than so many bytes, then: a tunnel on a new way, whose word of it is lost.
 */
record Extremes(int nodes, long jumpEvery, long jumpMean, double wiped, int hugeParts, long narrowEvery, int narrowLength) {
    /** Nothing of it. */
    static final Extremes NONE = new Extremes(0, 0, 0, 0, 0, 0, 0);

    /** Length of a part of a huge message, bytes: not quite an entry. */
    static final int PART_LENGTH = 60_000;

    private static final long MS = 1_000_000L;
    private static final long S = 1_000_000_000L;

    /** Those of the run {@code seed}. */
    static Extremes draw(final long seed) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "extremes");
        return new Extremes(random.chance(0.08) ? 8 + random.below(2) : 0, random.chance(0.3) ? random.spread(300 * MS, 10 * S) : 0,
            random.spread(10 * MS, 20 * S), random.chance(0.3) ? random.nextDouble() * 0.5 : 0, random.chance(0.15) ? 35 : 0,
            random.chance(0.3) ? random.spread(300 * MS, 10 * S) : 0, (int) random.spread(100, 9000));
    }
}

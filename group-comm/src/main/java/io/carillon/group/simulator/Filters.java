// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.wire.PacketType;

/**
 * Ways that for a while lose every packet of one type, and carry the others: what a loss of some share of all packets hardly ever
 * does, since what is lost is said again. Datagrams only.
 *
 * @param every mean interval between the times when that begins somewhere, nanoseconds; 0 for never.
 */
record Filters(long every) {
    /** Nothing of it. */
    static final Filters NONE = new Filters(0);

    private static final byte[] TYPES = {PacketType.DATA, PacketType.ORDER, PacketType.ACK, PacketType.PULL, PacketType.ENTRIES,
        PacketType.BARRIER_REPLY, PacketType.REQUEST, PacketType.WAKE, PacketType.JOIN, PacketType.COMMIT, PacketType.STATE,
        PacketType.INSTALL};
    private static final long MS = 1_000_000L;

    /** Those of the run {@code seed}. */
    static Filters draw(final long seed) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "filters");
        return random.chance(0.5) ? new Filters(random.spread(100 * MS, 2000 * MS)) : NONE;
    }

    /** One of the types, tokens more often than others: they are sent again and again, and taken for lost only after all. */
    static byte type(final Xoshiro256 random) {
        return random.chance(0.4) ? PacketType.TOKEN : TYPES[random.below(TYPES.length)];
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import java.util.Arrays;

/**
 * What one origin offered, in one state of the exploration, and what the token holders made of it. Sets are bit sets, bit n
 * for originSeq n.
 */
final class ExploredOffers {
    static final int COUNT_MAX = 2;
    /** DATA packets that can be told apart: (1, before it 0), (2, 0), (2, 1). */
    static final int PACKETS = 3;
    private static final int NODES = ExploredState.NODES;
    private static final int RINGS = ExploredState.RINGS;

    final int origin;
    int made;
    int open;
    int rejected;
    boolean lostPrimary;
    /** The offer before the next one in this epoch. */
    int previous;
    /** The origin left this ring without another one, -1 for none. */
    int dropped = -1;
    int offersLeft;
    int movesLeft;
    int resetsLeft;
    /** By ring: who holds the token, what it knows of the origin; DATA under way, a set of packets; the mark in the VIEW. */
    final int[] holder = new int[RINGS];
    final int[] floor = new int[RINGS];
    final int[] held = new int[RINGS];
    final int[] sent = new int[RINGS];
    final int[] mark = new int[RINGS];
    /** By node: its log begins behind this index. */
    final int[] base = new int[NODES];

    ExploredOffers(final int origin, final int offersLeft, final int movesLeft, final int resetsLeft) {
        this.origin = origin;
        this.offersLeft = offersLeft;
        this.movesLeft = movesLeft;
        this.resetsLeft = resetsLeft;
    }

    ExploredOffers copy() {
        final ExploredOffers copy = new ExploredOffers(origin, offersLeft, movesLeft, resetsLeft);
        copy.made = made;
        copy.open = open;
        copy.rejected = rejected;
        copy.lostPrimary = lostPrimary;
        copy.previous = previous;
        copy.dropped = dropped;
        for (int ring = 0; ring < RINGS; ring++) {
            copy.holder[ring] = holder[ring];
            copy.floor[ring] = floor[ring];
            copy.held[ring] = held[ring];
            copy.sent[ring] = sent[ring];
            copy.mark[ring] = mark[ring];
        }
        for (int node = 0; node < NODES; node++) {
            copy.base[node] = base[node];
        }
        return copy;
    }

    /** Everything but the origin, in one number. */
    long code() {
        long code = made | open << 2 | rejected << 5 | (lostPrimary ? 1 << 8 : 0) | previous << 9 | dropped + 1 << 11
            | offersLeft << 13 | movesLeft << 15 | resetsLeft << 16;
        for (int ring = 0; ring < RINGS; ring++) {
            code = code << 11 ^ holder[ring] ^ floor[ring] << 2 ^ held[ring] >> 1 << 4 ^ sent[ring] << 6 ^ mark[ring] << 9;
        }
        return code * 31 + Arrays.hashCode(base);
    }

    static int packet(final int seq, final int previous) {
        return seq == 1 ? 0 : 1 + previous;
    }

    static int seq(final int packet) {
        return packet == 0 ? 1 : 2;
    }

    static int previous(final int packet) {
        return packet == 2 ? 1 : 0;
    }

    /** The highest of a set, or 0. */
    static int highest(final int set) {
        return set == 0 ? 0 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(set);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/**
 * A log of at most six entries in one long, ten bits each: ring (2), kind (2), configuration (6). The lowest bits are
 * entry 1. Rings are numbered as they were formed; the ring number stands for the epoch in comparisons where it is
 * unique, the explorer keeps the epochs.
 */
final class ExploredLog {
    static final int LENGTH_MAX = 6;
    static final int VIEW = 1;
    static final int DATA = 2;
    static final int CONFIG = 3;
    private static final int BITS = 10;
    private static final long ENTRY = (1 << BITS) - 1;

    private ExploredLog() {
    }

    static int entry(final int ring, final int kind, final int configuration) {
        return ring | kind << 2 | configuration << 4;
    }

    static int length(final long log) {
        return (63 - Long.numberOfLeadingZeros(log) + BITS) / BITS;
    }

    static long append(final long log, final int entry) {
        return log | (long) entry << length(log) * BITS;
    }

    static int at(final long log, final int index) {
        return (int) (log >>> (index - 1) * BITS & ENTRY);
    }

    static long prefix(final long log, final int length) {
        return log & (1L << length * BITS) - 1;
    }

    static int ring(final int entry) {
        return entry & 3;
    }

    static int kind(final int entry) {
        return entry >> 2 & 3;
    }

    static boolean isConfiguration(final int entry) {
        return kind(entry) == VIEW || kind(entry) == CONFIG;
    }

    static int configuration(final int entry) {
        return entry >> 4;
    }

    /** The originSeq of a DATA entry, where offers are explored: in the place of a configuration. */
    static int offer(final int entry) {
        return kind(entry) == DATA ? entry >> 4 : 0;
    }

    /** Offers in {@code log}, a bit set: bit n for originSeq n. */
    static int offers(final long log) {
        int set = 0;
        for (int index = 1; index <= length(log); index++) {
            set |= 1 << offer(at(log, index));
        }
        return set & ~1;
    }

    static int commonLength(final long a, final long b) {
        final int shorter = Math.min(length(a), length(b));
        int common = 0;
        while (common < shorter && at(a, common + 1) == at(b, common + 1)) {
            common++;
        }
        return common;
    }

    /** Index of the last configuration entry at or below {@code index}; entry 1 is always one. */
    static int configurationIndex(final long log, final int index) {
        int at = index;
        while (!isConfiguration(at(log, at))) {
            at--;
        }
        return at;
    }

    /** Index of the VIEW of {@code ring}, or 0. */
    static int viewOf(final long log, final int ring) {
        for (int index = 1; index <= length(log); index++) {
            if (kind(at(log, index)) == VIEW && ring(at(log, index)) == ring) {
                return index;
            }
        }
        return 0;
    }

    static int weight(final int configuration, final int node) {
        return configuration >> 2 * node & 3;
    }

    /** Weight of the nodes of {@code set} is more than half of the configuration's. */
    static boolean majority(final int configuration, final int set) {
        int sum = 0;
        int present = 0;
        for (int node = 0; node < 3; node++) {
            final int weight = weight(configuration, node);
            sum += weight;
            if ((set >> node & 1) != 0) {
                present += weight;
            }
        }
        return 2 * present > sum;
    }

    /** Bit set of the nodes with weight. */
    static int voters(final int configuration) {
        int set = 0;
        for (int node = 0; node < 3; node++) {
            if (weight(configuration, node) > 0) {
                set |= 1 << node;
            }
        }
        return set;
    }

    /** {@code configuration} with weight only for the nodes of {@code set}. */
    static int restrict(final int configuration, final int set) {
        int result = 0;
        for (int node = 0; node < 3; node++) {
            if ((set >> node & 1) != 0) {
                result |= weight(configuration, node) << 2 * node;
            }
        }
        return result;
    }

    static String text(final long log) {
        final StringBuilder text = new StringBuilder();
        for (int index = 1; index <= length(log); index++) {
            final int entry = at(log, index);
            text.append(' ').append(ring(entry)).append(".VDC".charAt(kind(entry)));
            if (isConfiguration(entry)) {
                for (int node = 0; node < 3; node++) {
                    text.append(weight(configuration(entry), node));
                }
            } else {
                text.append(offer(entry));
            }
        }
        return text.toString();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/**
 * How long a peer has not been heard, and for how long it lately was not although it lived.
 *
 * <p>A busy machine gives its processes their turn late. Who twice was silent for most of the usual patience will be so again: the
 * patience with it is half as much again as the second longest silence that ended by itself, for half a minute to a minute. The longest
 * alone may have been an event, a broken cable or a frozen machine, and no reason to be slow at the next.
 */
final class Silence {
    private static final long SPAN_NS = 30_000_000_000L;
    /** Longer silences, in terms of the usual patience, are never a habit. */
    private static final int HABIT = 2;

    private long sinceNs;
    private long spanEndNs;
    /** The longest of the present span and of the former one, and the second longest of each. */
    private final long[] longestNs = new long[4];

    Silence(final long nowNs) {
        this.sinceNs = nowNs;
        this.spanEndNs = nowNs + SPAN_NS;
    }

    /** The peer is heard; {@code patienceNs} is the usual patience. */
    void end(final long nowNs, final long patienceNs) {
        if (nowNs >= spanEndNs) {
            beginSpan(nowNs);
        }
        final long lengthNs = nowNs - sinceNs;
        sinceNs = nowNs;
        if (lengthNs > longestNs[1] && lengthNs <= HABIT * patienceNs) {
            longestNs[1] = Math.min(lengthNs, longestNs[0]);
            longestNs[0] = Math.max(lengthNs, longestNs[0]);
        }
    }

    private void beginSpan(final long nowNs) {
        final boolean lately = nowNs < spanEndNs + SPAN_NS;
        for (int at = 0; at < 2; at++) {
            longestNs[2 + at] = lately ? longestNs[at] : 0;
            longestNs[at] = 0;
        }
        spanEndNs = nowNs + SPAN_NS;
    }

    /** It was this process that did not hear: nothing is learnt of the peer. */
    void forgive(final long nowNs) {
        sinceNs = nowNs;
    }

    long lengthNs(final long nowNs) {
        return nowNs - sinceNs;
    }

    /** When it will have lasted for {@code lengthNs}. */
    long reachesNs(final long lengthNs) {
        return sinceNs + lengthNs;
    }

    /** From {@code usualNs} on, as long as the peer's latest silences make necessary. */
    long patienceNs(final long usualNs) {
        final long second = Math.max(Math.min(longestNs[0], longestNs[2]), Math.max(longestNs[1], longestNs[3]));
        return Math.max(usualNs, second + second / 2);
    }
}

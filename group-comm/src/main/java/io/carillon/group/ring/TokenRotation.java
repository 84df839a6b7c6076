// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/**
 * Whether the token goes round, and how (docs/ring.md, section 2a). A packet is what is sent at once: entries of up to 32 KiB
 * together, or a single one above 8 KiB.
 *
 * @param rotates the token visits one voter after the other; else it is parked at the busy writer.
 * @param window packets that all members together send in one round, at most.
 * @param personal packets that one member sends on one visit, at most.
 * @param accelerated of those, how many follow the token instead of going before it; 0 for none.
 * @param holdNs a token that nobody needs moves on after this time.
 */
public record TokenRotation(boolean rotates, int window, int personal, int accelerated, long holdNs) {
    private static final int WINDOW_MAX = 4096;
    /** The shortest that an idle token may be held. */
    public static final long HOLD_MIN_NS = 10_000_000L;
    private static final long MS = 1_000_000L;

    /** The token is parked; the windows are the defaults. */
    public static final TokenRotation PARKED = new TokenRotation(false, 160, 20, 15, 500 * MS);

    public TokenRotation {
        require(window >= 1 && window <= WINDOW_MAX, "the window of a round is " + window + " packets, it must be 1 to " + WINDOW_MAX);
        require(personal >= 1 && personal <= window, "a member may send " + personal
            + " packets on a visit, it must be 1 to the window of a round, " + window);
        require(accelerated >= 0 && accelerated <= personal, accelerated
            + " packets may follow the token, it must be 0 to what a member may send on a visit, " + personal);
        require(holdNs >= HOLD_MIN_NS, "an idle token is held for " + holdNs + " ns, it must be 10 ms at least");
    }

    /** The defaults for a token that goes round. */
    public static TokenRotation rotating() {
        return new TokenRotation(true, PARKED.window, PARKED.personal, PARKED.accelerated, PARKED.holdNs);
    }

    private static void require(final boolean condition, final String what) {
        if (!condition) {
            throw new IllegalArgumentException("token settings: " + what);
        }
    }
}

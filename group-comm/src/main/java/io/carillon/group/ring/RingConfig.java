// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/**
 * Settings of a member, times in nanoseconds, defaults in docs/ring.md, section 9.
 *
 * @param name node name.
 * @param weight votes it asks for when it founds a group or is promoted.
 * @param keepaliveNs to a quiet peer.
 * @param memberKeepaliveNs between members of a primary ring.
 * @param suspectNs silence after which a peer is suspected.
 * @param quickSuspectNs the same, at least, for whoever stops the others, where they can be primary without it.
 * @param joinNs first repetition of a JOIN; doubles.
 * @param installNs COMMIT or RECOVERY without progress.
 * @param pauseNs a timer later than this means that this process was paused.
 * @param entryLengthMax largest payload of one entry, bytes.
 * @param offeredBytesMax own offers neither ordered nor rejected, bytes.
 * @param heldBytesMax packets of others held out of order, bytes.
 * @param pullBytes answered to one PULL, bytes.
 * @param tokenPassAfter offers of another member in a row after which the token moves there from who offered nothing for 20 ms.
 * @param certificationWindow seqnos before its view that a joiner needs.
 * @param stableAll Galera's rule: stable when all members have it.
 * @param rotation whether and how the token goes round.
 */
public record RingConfig(String name, int weight, long keepaliveNs, long memberKeepaliveNs, long suspectNs, long quickSuspectNs,
    long joinNs, long installNs, long pauseNs, int entryLengthMax, int offeredBytesMax, int heldBytesMax, int pullBytes, int tokenPassAfter,
    int certificationWindow, boolean stableAll, TokenRotation rotation) {
    private static final long MS = 1_000_000L;
    /** One packet of entries; a PULL is answered with at least one. */
    static final int PULL_BYTES_MIN = 64 << 10;

    public RingConfig {
        require(weight >= 0 && weight <= 255, "weight is " + weight + ", it must be 0 to 255");
        require(keepaliveNs > 0 && memberKeepaliveNs > 0 && joinNs > 0 && installNs > 0 && pauseNs > 0,
            "keepalive, join, install and pause times must be above 0");
        require(quickSuspectNs > memberKeepaliveNs, "who stops the others is suspected after " + quickSuspectNs
            + " ns, that must be longer than the members' keepalive of " + memberKeepaliveNs + " ns");
        require(suspectNs > keepaliveNs && suspectNs >= quickSuspectNs, "a peer is suspected after " + suspectNs
            + " ns, that must be longer than its keepalive of " + keepaliveNs + " ns and not shorter than "
            + quickSuspectNs + " ns");
        require(entryLengthMax > 0 && entryLengthMax <= offeredBytesMax, "an entry of " + entryLengthMax
            + " bytes must fit into the " + offeredBytesMax + " bytes of open offers");
        require(pullBytes >= PULL_BYTES_MIN, "pullBytes is " + pullBytes + ", it must be at least " + PULL_BYTES_MIN);
        require(tokenPassAfter > 0 && certificationWindow >= 0 && heldBytesMax > 0,
            "tokenPassAfter and heldBytesMax must be above 0, certificationWindow not below");
    }

    /** The same with the token parked. */
    public RingConfig(final String name, final int weight, final long keepaliveNs, final long memberKeepaliveNs, final long suspectNs,
        final long quickSuspectNs, final long joinNs, final long installNs, final long pauseNs, final int entryLengthMax,
        final int offeredBytesMax, final int heldBytesMax, final int pullBytes, final int tokenPassAfter, final int certificationWindow,
        final boolean stableAll) {
        this(name, weight, keepaliveNs, memberKeepaliveNs, suspectNs, quickSuspectNs, joinNs, installNs, pauseNs, entryLengthMax,
            offeredBytesMax, heldBytesMax, pullBytes, tokenPassAfter, certificationWindow, stableAll, TokenRotation.PARKED);
    }

    /** The same with the token parked or going round as {@code other} says. */
    public RingConfig withRotation(final TokenRotation other) {
        return new RingConfig(name, weight, keepaliveNs, memberKeepaliveNs, suspectNs, quickSuspectNs, joinNs, installNs, pauseNs,
            entryLengthMax, offeredBytesMax, heldBytesMax, pullBytes, tokenPassAfter, certificationWindow, stableAll, other);
    }

    /** How long an answer may take where the last one took {@code tookNs}, nanoseconds: twice that and some, within bounds. */
    long answerNs(final long tookNs) {
        return Math.min(joinNs + 2 * tookNs, Math.max(5 * joinNs, installNs));
    }

    private static void require(final boolean condition, final String what) {
        if (!condition) {
            throw new IllegalArgumentException("ring settings: " + what);
        }
    }

    /** The defaults. */
    public static RingConfig defaults(final String name) {
        return new RingConfig(name, 1, 1000 * MS, 100 * MS, 5000 * MS, 450 * MS, 20 * MS, 1000 * MS, 200 * MS,
            1 << 20, 4 << 20, 8 << 20, 1 << 20, 64, 16_384, false);
    }
}

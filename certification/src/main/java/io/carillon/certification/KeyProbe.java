// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

/** What one write set asks of the index, and what the index has answered so far. One thread. */
final class KeyProbe {
    /** As an origin: every write set is another's. */
    static final int NOBODY = -1;
    private static final int NO_ORDINAL = Integer.MAX_VALUE;

    private int origin;
    private long lastSeen;

    /** Highest seqno met that matters at all, or -1. */
    long dependsOn;
    /** Highest seqno in conflict, or -1. */
    long conflictSeqno;
    long conflictHash;
    int conflictMeta;
    int conflictFoundType;
    private int conflictOrdinal;

    /** Asks for a write set of {@code newOrigin} that had seen {@code newLastSeen}. */
    void begin(final int newOrigin, final long newLastSeen) {
        origin = newOrigin;
        lastSeen = newLastSeen;
        dependsOn = -1;
        conflictSeqno = -1;
        conflictOrdinal = NO_ORDINAL;
    }

    /** Only a conflict with another origin counts, that the write set had not seen. */
    boolean isConflict(final long reference) {
        return Reference.seqno(reference) > lastSeen && Reference.origin(reference) != origin;
    }

    void depend(final long reference) {
        // Written only when it changes: the other thread's probe may be on the same cache line.
        if (Reference.seqno(reference) > dependsOn) {
            dependsOn = Reference.seqno(reference);
        }
    }

    /** Of several conflicts the latest is named, of several keys in conflict with it the first. */
    void conflict(final long reference, final int foundType, final long hash, final int meta, final int ordinal) {
        final long seqno = Reference.seqno(reference);
        if (seqno > conflictSeqno || seqno == conflictSeqno && ordinal < conflictOrdinal) {
            conflictSeqno = seqno;
            conflictHash = hash;
            conflictMeta = meta;
            conflictFoundType = foundType;
            conflictOrdinal = ordinal;
        }
    }

    /** Asks the same as {@code other}. */
    void beginAs(final KeyProbe other) {
        begin(other.origin, other.lastSeen);
    }

    /** Adds what another thread found for the same write set. */
    void merge(final KeyProbe other) {
        dependsOn = Math.max(dependsOn, other.dependsOn);
        if (other.conflictSeqno >= 0) {
            conflict(Reference.pack(other.conflictSeqno, 0), other.conflictFoundType, other.conflictHash,
                other.conflictMeta, other.conflictOrdinal);
        }
    }
}

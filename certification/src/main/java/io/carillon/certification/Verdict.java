// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.Seqno;

/** Outcome of one certification, in an object that the caller reuses. */
public final class Verdict {
    /** Why a write set commits or does not. */
    public enum Reason {
        /** It commits. */
        PASSED,
        /** A concurrent write set of another session, ordered before it, changed what it changed. */
        KEY_CONFLICT,
        /** Its origin had seen less than the certification index reaches back to. */
        BEHIND_INDEX,
        /** The bytes are no valid write set. */
        MALFORMED,
        /** The layer above ruled it out (see {@link Certifier#refuse}). */
        REFUSED
    }

    /** Its place in the order. */
    public long seqno = Seqno.UNDEFINED;

    /** Why. */
    public Reason reason = Reason.REFUSED;

    /**
     * Highest earlier seqno that must be committed before it is applied; below {@link #seqno}. Also set when it does
     * not commit: {@code seqno - 1}.
     */
    public long dependsOn = Seqno.UNDEFINED;

    /** The highest seqno that it conflicts with, or {@link Seqno#UNDEFINED}. */
    public long conflictSeqno = Seqno.UNDEFINED;

    /** Hash of a key in conflict with {@link #conflictSeqno}. */
    public long conflictHash;

    /** Table number of that key in the write set's names, or {@link io.carillon.wsrep.WriteSetLayout#NO_TABLE}. */
    public int conflictTable;

    /** Type under which this write set refers to that key. */
    public KeyType conflictType = KeyType.SHARED;

    /** Type under which {@link #conflictSeqno} does. */
    public KeyType conflictFoundType = KeyType.SHARED;

    /** Tells whether it commits. */
    public boolean commits() {
        return reason == Reason.PASSED;
    }

    @Override
    public String toString() {
        return "seqno " + seqno + " " + reason + ", depends on " + dependsOn + ", conflict " + conflictSeqno;
    }
}

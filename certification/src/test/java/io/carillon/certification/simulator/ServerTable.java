// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.Check;
import java.util.UUID;

/** The data of a server, which outlives its processes: what its one table holds as of which seqno. */
final class ServerTable {
    private final ReferenceOrder order;
    private long[] versions = new long[ReferenceOrder.ROWS];
    private UUID history;
    private long seqno = -1;
    /** Never lost again. */
    private long flushed = -1;
    private long digest;

    /** A copy as a donor makes one. */
    record Snapshot(UUID history, long seqno, long digest, long[] versions) {
    }

    ServerTable(final ReferenceOrder order) {
        this.order = order;
    }

    /** History that it is of, or null: it is empty. */
    UUID history() {
        return history;
    }

    /** Last seqno committed, or -1. */
    long seqno() {
        return seqno;
    }

    /** Version of a row: the seqno that wrote it. */
    long version(final int row) {
        return versions[row];
    }

    /** Begins empty, before seqno 1 of {@code newHistory}. */
    void create(final UUID newHistory) {
        history = newHistory;
        seqno = 0;
        digest = 0;
        versions = new long[ReferenceOrder.ROWS];
    }

    /** The next seqno, as it was given to the server. Afterwards the table is what it is everywhere. */
    void commit(final long next, final boolean commits, final long call, final int[] rows) {
        Check.that(next == seqno + 1, "a server commits in order", next, seqno);
        seqno = next;
        if (!order.at(next).writes() || commits) {
            digest = ReferenceOrder.mix(digest, next);
        }
        if (order.at(next).writes() && commits) {
            digest = ReferenceOrder.mix(digest, call);
            for (final int row : rows) {
                versions[row] = next;
                digest = ReferenceOrder.mix(digest, row);
            }
        }
        compare();
    }

    private void compare() {
        Check.that(digest == order.digest(seqno), "tables are equal at equal seqnos", seqno, digest);
    }

    Snapshot snapshot() {
        return new Snapshot(history, seqno, digest, versions.clone());
    }

    /** Takes a donor's copy: it is what its seqno says. */
    void restore(final Snapshot from) {
        history = from.history;
        seqno = from.seqno;
        digest = from.digest;
        versions = from.versions.clone();
        flushed = seqno;
        compare();
    }

    /** Half of it is replaced, or all of it is gone. */
    void spoil() {
        history = null;
        seqno = -1;
        flushed = -1;
    }

    /** A server begins with it: what it found on the disk stays there. */
    void recovered() {
        flushed = seqno;
    }

    /** The last {@code unflushed} commits were not on the disk. False when there were none. */
    boolean goBack(final int unflushed) {
        final long to = Math.max(Math.max(0, flushed), seqno - unflushed);
        if (history == null || to >= seqno) {
            return false;
        }
        seqno = to;
        digest = order.digest(to);
        for (int row = 0; row < versions.length; row++) {
            versions[row] = order.version(row, to);
        }
        return true;
    }
}

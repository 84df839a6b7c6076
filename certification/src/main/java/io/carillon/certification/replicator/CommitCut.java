// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import java.util.function.LongSupplier;

/**
 * How far this node has committed, said to the others; and, from what all of them said, up to where nobody needs the log
 * and the certification index any more.
 */
final class CommitCut {
    private static final long TELL_NS = 1_000_000_000L;
    /** Write sets released after which the position is told at once. */
    private static final int TELL_STEP = 128;

    private final Node node;
    private final Delivery delivery;
    private final LogRetention retention;
    private final LongSupplier verdictsKept;
    private long tickNs;
    private long told = -1;

    /** {@code verdictsKept}: seqno up to which verdicts are kept for the next start. */
    CommitCut(final Node node, final Delivery delivery, final LogRetention retention, final LongSupplier verdictsKept) {
        this.node = node;
        this.delivery = delivery;
        this.retention = retention;
        this.verdictsKept = verdictsKept;
    }

    /** The node connects: nobody knows how far it is. */
    void begin() {
        told = -1;
    }

    /** The application has committed everything up to {@code released}; if that is not stable, it speaks of another group's numbers. */
    void released(final long released) {
        if (released > node.released && released <= node.stableSeqno) {
            node.released = released;
        }
        // Galera's index reaches back to what some member has not committed; so do dependencies here, for the same averages.
        delivery.certifier().committed(releasedByAll());
    }

    /** Who joins has no part in what the group says, and is behind it: what it applies then may go side by side, too. */
    private long releasedByAll() {
        return Math.min(node.released, node.state.releasedByAll(node.released));
    }

    /** Tells the others if much was committed since the last time. */
    void tellStep() {
        if (node.isActive() && node.released - told >= TELL_STEP) {
            tell();
        }
    }

    private void tell() {
        told = node.released;
        node.send(new Control.Position(node.released), Offers.NOBODY);
    }

    /** From time to time tells the others, and purges. */
    void tick(final long nowNs) {
        if (nowNs - tickNs < TELL_NS) {
            return;
        }
        tickNs = nowNs;
        purge();
        if (node.isActive() && node.released > told) {
            tell();
        }
    }

    private void purge() {
        if (!delivery.isStarted() || node.phase != Node.Phase.FEEDING) {
            return;
        }
        // A restart asks for majorities of the configurations that its log holds: the latest has to be in it.
        final long configured = node.state.view() == null ? 0 : node.state.view().index();
        // When all nodes died, nobody has the verdicts in memory: those in the file, older than what is delivered, must be enough.
        final long kept = Math.min(delivery.seqno(), verdictsKept.getAsLong());
        final long needed = Math.min(releasedByAll(), kept - 2L * node.config.certifier().window());
        if (needed > 0) {
            final long index = node.log().indexOfSeqno(needed);
            if (index > 0) {
                // The fragments of what may still commit are within the two windows.
                retention.purge(Math.min(index, configured - 1));
            }
        }
    }
}

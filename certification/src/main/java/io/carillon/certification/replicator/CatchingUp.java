// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.NodeState;

/**
 * Whether a node that has joined and is not synced yet gets there by itself (docs/replicator.md, section 6). The others are
 * asked to write less only while they write about as much as it applies, and never while its server applies nothing.
 *
 * <p><b>Threading:</b> the engine's.
 */
final class CatchingUp {
    /** Long against a slice of {@link FlowControl}, and against the 20 ms after which a provider says how far it is. */
    static final long WINDOW_NS = 1_000_000_000L;
    /** Of what it applies, at least this part brings it nearer; with less it might not arrive. */
    private static final int NEARER_PART = 10;

    private final Node node;
    private boolean measures;
    private boolean lags;
    private long windowNs;
    private long behind;
    private long releasedBefore;
    private long released;
    private long releasedNs;

    CatchingUp(final Node node, final long nowNs) {
        this.node = node;
        releasedNs = nowNs;
    }

    /** To be called whenever the application said something, and between. */
    boolean needsHelp(final long nowNs) {
        if (!node.isActive() || node.ownState != NodeState.JOINED || node.released < 0) {
            measures = false;
            lags = false;
            return false;
        }
        if (!measures || nowNs - windowNs >= WINDOW_NS) {
            final long applied = node.released - releasedBefore;
            lags = measures && applied > 0 && (behind - node.behind()) * NEARER_PART < applied;
            measures = true;
            windowNs = nowNs;
            behind = node.behind();
            releasedBefore = node.released;
        }
        if (node.released != released) {
            released = node.released;
            releasedNs = nowNs;
        }
        return lags && nowNs - releasedNs < FlowControl.HOLD_NS;
    }
}

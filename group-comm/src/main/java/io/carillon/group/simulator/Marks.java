// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.TraceEvent;
import org.agrona.collections.LongHashSet;

/** Counts how often each {@link Mark} was hit in a run; some follow from a node's protocol events. */
final class Marks {
    private static final GatherReason[] REASONS = GatherReason.values();

    private final long[] counts = new long[Mark.values().length];
    /** By node: the last change of ring it told of. */
    private final TraceEvent[] phase;
    /** By node: it was not primary since it last was. */
    private final boolean[] lostPrimary;
    /** By node: the epoch that it promised last. */
    private final long[] promised;
    /** By node: that promise is on its disk. */
    private final boolean[] isDurable;
    /** By node: it proposed the ring of that epoch. */
    private final boolean[] proposed;
    /** By node: it gathers, or makes a ring, since somebody was lost. */
    private final boolean[] beganByLoss;
    /** Epochs of all rings installed by anybody. */
    private final LongHashSet installed = new LongHashSet();

    Marks(final int nodes) {
        promised = new long[nodes];
        isDurable = new boolean[nodes];
        proposed = new boolean[nodes];
        beganByLoss = new boolean[nodes];
        phase = new TraceEvent[nodes];
        lostPrimary = new boolean[nodes];
    }

    void hit(final Mark mark) {
        counts[mark.ordinal()]++;
    }

    long[] counts() {
        return counts.clone();
    }

    /** A new process knows of nothing. */
    void started(final int node) {
        phase[node] = null;
        lostPrimary[node] = false;
        beganByLoss[node] = false;
    }

    /** The process died; {@code persisting}: its promise was on the way to the disk. */
    void crashed(final int node, final boolean persisting) {
        if (persisting) {
            hit(Mark.CRASHED_WHILE_PERSISTING);
        }
        if (phase[node] == TraceEvent.GATHER) {
            hit(Mark.CRASHED_IN_GATHER);
        } else if (phase[node] == TraceEvent.COMMIT) {
            hit(Mark.CRASHED_IN_COMMIT);
        } else if (phase[node] == TraceEvent.RECOVERY) {
            hit(Mark.CRASHED_IN_RECOVERY);
        }
    }

    /** {@code first} and {@code third} as the event has them. */
    void traced(final int node, final TraceEvent event, final long first, final long third) {
        switch (event) {
            case GATHER -> {
                gathers(node, REASONS[(int) first]);
                phase[node] = event;
            }
            case COMMIT -> {
                phase[node] = event;
                promised[node] = first;
                isDurable[node] = false;
                proposed[node] = third != 0;
            }
            case PROMISED -> isDurable[node] = true;
            case INSTALL -> {
                phase[node] = event;
                installed.add(first);
            }
            case RECOVERY -> phase[node] = event;
            case NOT_PRIMARY -> {
                phase[node] = event;
                lostPrimary[node] = true;
            }
            case OPERATIONAL -> {
                phase[node] = event;
                if (lostPrimary[node]) {
                    lostPrimary[node] = false;
                    hit(Mark.PRIMARY_AGAIN);
                }
            }
            case RESENT -> hit(Mark.OFFERED_AGAIN);
            case RESET -> hit(Mark.STARTED_OVER);
            case TOKEN_PARKED -> hit(Mark.TOKEN_PARKED);
            case WAKE_REPEATED -> hit(Mark.HOLD_CANCEL_LOST);
            case TOKEN_DUPLICATE -> hit(Mark.DUPLICATE_TOKEN);
            case WINDOW_FULL -> hit(Mark.WINDOW_EXHAUSTED);
            case RELEASED_EARLY -> hit(Mark.RELEASED_EARLY);
            case TOKEN_MODE_REFUSED -> hit(Mark.TOKEN_MODE_REFUSED);
            default -> { }
        }
    }

    private void gathers(final int node, final GatherReason reason) {
        if (reason == GatherReason.TOKEN_LOST) {
            hit(Mark.TOKEN_FOUND_LOST);
        }
        if (phase[node] == TraceEvent.COMMIT) {
            hit(Mark.COMMIT_ABORTED);
            if (reason == GatherReason.COMMIT_TIMEOUT || reason == GatherReason.CONNECTION_CLOSED) {
                lostInCommit(node);
            }
        } else if (phase[node] == TraceEvent.RECOVERY) {
            hit(Mark.RECOVERY_ABORTED);
        } else {
            beganByLoss[node] = reason == GatherReason.CONNECTION_CLOSED || reason == GatherReason.PEER_SILENT
                || reason == GatherReason.HOLDER_SILENT;
        }
    }

    /** Who proposes waits for everybody, and everybody else for that one. */
    private void lostInCommit(final int node) {
        hit(proposed[node] ? Mark.MEMBER_LOST_IN_COMMIT : Mark.REPRESENTATIVE_LOST_IN_COMMIT);
        if (beganByLoss[node]) {
            hit(Mark.SECOND_LOSS_IN_COMMIT);
        }
        if (!proposed[node] && isDurable[node] && installed.contains(promised[node])) {
            hit(Mark.INSTALL_LOST);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.TraceEvent;

/** Counts how often each {@link Mark} was hit in a run; some follow from a node's protocol events. */
final class Marks {
    private final long[] counts = new long[Mark.values().length];
    /** By node: the last change of ring it told of. */
    private final TraceEvent[] phase;
    /** By node: it was not primary since it last was. */
    private final boolean[] lostPrimary;

    Marks(final int nodes) {
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

    void traced(final int node, final TraceEvent event) {
        switch (event) {
            case GATHER -> {
                if (phase[node] == TraceEvent.COMMIT) {
                    hit(Mark.COMMIT_ABORTED);
                } else if (phase[node] == TraceEvent.RECOVERY) {
                    hit(Mark.RECOVERY_ABORTED);
                }
                phase[node] = event;
            }
            case COMMIT, INSTALL, RECOVERY -> phase[node] = event;
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
}

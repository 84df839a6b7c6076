// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** The one timer of a process, by its own clock: events that another deadline replaced are ignored. */
final class NodeTimer {
    private static final long NEVER = Long.MAX_VALUE;

    private final Simulator simulator;
    private final NodeClock clock;
    private long at = NEVER;

    NodeTimer(final Simulator simulator, final NodeClock clock) {
        this.simulator = simulator;
        this.clock = clock;
    }

    /** What the node's clock shows. */
    long local() {
        return clock.local(simulator.now());
    }

    /** The clock jumps ahead: whatever was armed may be due. */
    void jump(final long by) {
        clock.jump(by);
        cancel();
    }

    void cancel() {
        at = NEVER;
    }

    /** Schedules the deadline, unless an earlier event is due anyway. */
    void arm(final long deadline, final int node, final long life) {
        if (deadline == NEVER) {
            return;
        }
        final long due = clock.timeOf(deadline, simulator.now());
        if (due < at) {
            at = due;
            simulator.schedule(due - simulator.now(), EventKind.TIMER, node, life, due, null);
        }
    }

    /** Tells whether the event scheduled for {@code scheduledAt} is the one that counts. */
    boolean fires(final long scheduledAt) {
        if (scheduledAt != at) {
            return false;
        }
        at = NEVER;
        return true;
    }
}

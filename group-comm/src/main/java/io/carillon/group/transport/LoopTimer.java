// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.netty.util.concurrent.Future;

/**
 * One deadline on an {@link EngineLoop}. Moving it later costs a comparison: the armed wake-up is kept and, when it
 * comes too early, set again.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class LoopTimer {
    private final EngineLoop loop;
    private final Runnable due;
    private long deadlineNs = Long.MAX_VALUE;
    private long armedNs = Long.MAX_VALUE;
    private Future<?> armed;

    LoopTimer(final EngineLoop loop, final Runnable due) {
        this.loop = loop;
        this.due = due;
    }

    /** Sets the deadline, in {@link EngineLoop#nowNs} time; {@code Long.MAX_VALUE} for never. */
    public void deadline(final long atNs) {
        deadlineNs = atNs;
        if (atNs < armedNs) {
            cancelArmed();
            arm();
        }
    }

    /** Never, and no wake-up is left. */
    public void cancel() {
        deadlineNs = Long.MAX_VALUE;
        cancelArmed();
    }

    private void arm() {
        armedNs = deadlineNs;
        armed = loop.schedule(this::fire, deadlineNs - loop.nowNs());
    }

    private void cancelArmed() {
        if (armed != null) {
            armed.cancel(false);
            armed = null;
        }
        armedNs = Long.MAX_VALUE;
    }

    private void fire() {
        armed = null;
        armedNs = Long.MAX_VALUE;
        if (deadlineNs == Long.MAX_VALUE) {
            return;
        }
        if (deadlineNs > loop.nowNs()) {
            arm();
            return;
        }
        deadlineNs = Long.MAX_VALUE;
        due.run();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.log.DiskWorker;
import java.util.ArrayDeque;

/** A worker without a thread: whoever owns the time runs its tasks, unless the owner waits for them. */
final class SimulatedWorker implements DiskWorker {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Runnable submitted;

    /** {@code submitted} runs with each task given: {@link #step} is to follow some time later. */
    SimulatedWorker(final Runnable submitted) {
        this.submitted = submitted;
    }

    @Override
    public void submit(final Runnable task) {
        tasks.add(task);
        submitted.run();
    }

    /** The oldest task, if it is not done already. */
    void step() {
        final Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
    }

    boolean isIdle() {
        return tasks.isEmpty();
    }

    @Override
    public void drain() {
        while (!tasks.isEmpty()) {
            step();
        }
    }

    @Override
    public void close() {
        drain();
    }
}

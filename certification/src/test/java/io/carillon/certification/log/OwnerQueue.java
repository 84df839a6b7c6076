// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;

/** Hands tasks to the test's thread. */
final class OwnerQueue implements Executor {
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    @Override
    public void execute(final Runnable task) {
        tasks.add(task);
    }

    /** Runs what is queued. */
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Waits for a task and runs it. */
    void takeOne() throws InterruptedException {
        tasks.take().run();
    }

    /** Runs tasks, waiting for them, until {@code condition} holds. */
    void runUntil(final BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            tasks.take().run();
        }
    }
}

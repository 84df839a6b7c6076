// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.Xoshiro256;
import java.util.ArrayDeque;

/** The applier of a server: takes one after the other what the server was given, in its time. */
final class ServerApplier {
    /** Something that has its turn once everything before it is committed. */
    interface Item {
        void apply();

        /** Its turn will not come: the server's data is replaced. */
        default void drop() {
        }
    }

    private final ServerTasks tasks;
    private final long applyMean;
    private final Xoshiro256 random;
    private final Runnable progress;
    private final ArrayDeque<Item> queue = new ArrayDeque<>();
    private boolean applying;

    /** {@code progress} runs after each item. */
    ServerApplier(final ServerTasks tasks, final long applyMean, final Xoshiro256 random, final Runnable progress) {
        this.tasks = tasks;
        this.applyMean = applyMean;
        this.random = random;
        this.progress = progress;
    }

    int queued() {
        return queue.size();
    }

    void add(final Item item) {
        queue.add(item);
        if (applyMean == 0) {
            applyAll();
        } else {
            applyLater();
        }
    }

    private void applyLater() {
        if (!queue.isEmpty() && !applying) {
            applying = true;
            tasks.later(random.exponential(applyMean), this::applyOne);
        }
    }

    private void applyOne() {
        applying = false;
        if (!queue.isEmpty()) {
            queue.poll().apply();
            progress.run();
        }
        applyLater();
    }

    private void applyAll() {
        if (!applying) {
            applying = true;
            while (!queue.isEmpty()) {
                queue.poll().apply();
                progress.run();
            }
            applying = false;
        }
    }

    /** The server ends in order: it commits what it was given. */
    void drain() {
        applying = true;
        while (!queue.isEmpty()) {
            queue.poll().apply();
        }
    }

    /** What was given is of no use any more. */
    void drop() {
        queue.forEach(Item::drop);
        queue.clear();
    }
}

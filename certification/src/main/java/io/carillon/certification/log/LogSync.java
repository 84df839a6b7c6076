// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The helper thread that waits for the disk, so that the owner does not. Tasks run in the order given. */
final class LogSync implements AutoCloseable {
    /** What may fail. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    private final ExecutorService thread;

    LogSync(final String name) {
        thread = Executors.newSingleThreadExecutor(task -> {
            final Thread made = new Thread(task, name);
            made.setDaemon(true);
            return made;
        });
    }

    void submit(final Runnable task) {
        thread.execute(task);
    }

    /** Runs {@code task} there and waits; everything given before is done, too. */
    void await(final Task task) throws IOException {
        try {
            thread.submit(() -> {
                task.run();
                return null;
            }).get();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the disk", e);
        } catch (final ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Waits until everything given is done. */
    void drain() {
        try {
            await(() -> {
            });
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Finishes what was given, and ends. */
    @Override
    public void close() {
        thread.close();
    }
}

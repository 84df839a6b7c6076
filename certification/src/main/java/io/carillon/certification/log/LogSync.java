// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Waits for the disk in a thread of its own. */
final class LogSync implements DiskWorker {
    private final ExecutorService thread;

    LogSync(final String name) {
        thread = Executors.newSingleThreadExecutor(task -> {
            final Thread made = new Thread(task, name);
            made.setDaemon(true);
            return made;
        });
    }

    @Override
    public void submit(final Runnable task) {
        thread.execute(task);
    }

    @Override
    public void drain() {
        try {
            thread.submit(() -> {
            }).get();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while waiting for the disk", e));
        } catch (final ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}

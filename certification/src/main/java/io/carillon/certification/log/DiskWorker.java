// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

/** Does what waits for the disk, so that the owner does not. Tasks run one at a time, in the order given. */
public interface DiskWorker extends AutoCloseable {
    /** Has {@code task} run; it must not throw. */
    void submit(Runnable task);

    /** Waits until everything given is done. Throws {@link java.io.UncheckedIOException} when interrupted. */
    void drain();

    /** Finishes what was given, and ends. */
    @Override
    void close();
}

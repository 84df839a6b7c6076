// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import java.util.function.LongConsumer;

/** A {@link RingLog} whose tail can be made durable. Same threading. */
public interface DurableRingLog extends RingLog {
    /**
     * Hands everything appended so far to the configured durability: nothing for {@code memory}, one write for {@code
     * os}, a write and a group fsync elsewhere for {@code disk}. Completion is reported on the owner's thread to the
     * listener given to {@link #onLogged}, perhaps before this returns. Throws {@link java.io.UncheckedIOException}
     * when the log cannot take more (full disk): nothing beyond the last reported index was acknowledged.
     */
    void flush();

    /** Index up to which the log is durable. */
    long loggedIndex();

    /** Sets the listener of {@link #flush}. */
    void onLogged(LongConsumer listener);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import org.agrona.concurrent.UnsafeBuffer;

/** A run of whole keys, 16 bytes each (docs/write-set.md), as a reusable view. Valid until its source moves on. */
public final class KeyBlock {
    /** Wraps exactly {@link #count} keys. */
    public final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    /** Keys in {@link #buffer}. */
    public int count;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import org.agrona.concurrent.UnsafeBuffer;

/** What an observer of the order reads of what replicators say to each other. */
public final class OrderedControls {
    private final ControlCodec codec = new ControlCodec();
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    /** The call that a CONTROL entry withdraws; -1 for another message. */
    public long withdrawn(final byte[] payload) {
        buffer.wrap(payload);
        return codec.decode(buffer, 0, payload.length) instanceof Control.Withdraw w ? w.call() : -1;
    }

    /** Tells whether a CONTROL entry brings verdicts for a joiner. */
    public boolean areVerdicts(final byte[] payload) {
        buffer.wrap(payload);
        return codec.decode(buffer, 0, payload.length) instanceof Control.Verdicts;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** A broken invariant, or an exception of the core, in a simulated run. The message tells how to replay it. */
public final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    SimulationFailure(final String message, final Throwable cause) {
        super(message, cause);
    }
}

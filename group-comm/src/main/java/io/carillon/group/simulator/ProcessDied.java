// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** Thrown by a simulated disk: the process ended in the middle of an operation. Nobody catches it but the simulator. */
public final class ProcessDied extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProcessDied() {
        super("the process died in the middle of an operation on its disk");
    }
}

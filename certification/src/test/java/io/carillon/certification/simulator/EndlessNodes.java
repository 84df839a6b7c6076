// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.EndlessSimulation;
import io.carillon.group.simulator.Simulator;

/** Runs whole nodes in the simulator, seed after seed: {@code bench/simulate --nodes}. Arguments as {@link EndlessSimulation}'s. */
public final class EndlessNodes {
    private static final long EVENTS = 20_000;
    private static final long MESSAGES = 200;

    private EndlessNodes() {
    }

    /** Entry point; ends with 1 after a failure. */
    public static void main(final String[] arguments) throws InterruptedException {
        EndlessSimulation.run(arguments, seed -> Simulator.run(seed, EVENTS, MESSAGES, new SimulatedNodes(seed)),
            (seed, failure) -> failure);
    }
}

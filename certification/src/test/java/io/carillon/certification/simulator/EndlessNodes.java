// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.EndlessSimulation;

/** Runs whole nodes in the simulator, seed after seed: {@code bench/simulate --nodes}. Arguments as {@link EndlessSimulation}'s. */
public final class EndlessNodes {
    private EndlessNodes() {
    }

    /** Entry point; ends with 1 after a failure. */
    public static void main(final String[] arguments) throws InterruptedException {
        EndlessSimulation.run(arguments, seed -> NodeRuns.run(seed, NodeBug.NONE),
            (seed, failure) -> NodeRuns.shrink(seed, NodeRuns.EVENTS, NodeBug.NONE, failure));
    }
}

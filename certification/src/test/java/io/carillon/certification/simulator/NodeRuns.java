// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.Shrinker;
import io.carillon.group.simulator.SimulationFailure;
import io.carillon.group.simulator.SimulationReport;
import io.carillon.group.simulator.Simulator;
import io.carillon.group.simulator.Trouble;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs of whole nodes with their usual length, and how one that fails is made simple. */
final class NodeRuns {
    static final long EVENTS = 20_000;
    static final long MESSAGES = 200;

    private NodeRuns() {
    }

    /** Runs {@code seed}. Throws {@link SimulationFailure}. */
    static SimulationReport run(final long seed, final NodeBug bug) {
        return run(seed, EVENTS, new SimulatedNodes(seed, bug, Set.of()), Set.of());
    }

    /** The same with {@code nodes}, at least so many events, and without those of {@code without} that are the ring's. */
    static SimulationReport run(final long seed, final long events, final SimulatedNodes nodes, final Set<String> without) {
        return Simulator.run(seed, events, MESSAGES, nodes, Trouble.of(without));
    }

    /** The same {@code without} some kinds of trouble: names of {@link Trouble} and {@link NodeTrouble}. */
    static SimulationReport run(final long seed, final long events, final NodeBug bug, final Set<String> without) {
        return run(seed, events, new SimulatedNodes(seed, bug, nodeTrouble(without)), without);
    }

    /** Those of {@code names} that are of whole nodes. */
    static Set<NodeTrouble> nodeTrouble(final Set<String> names) {
        return Arrays.stream(NodeTrouble.values()).filter(trouble -> names.contains(trouble.name())).collect(Collectors.toSet());
    }

    /** The simplest failure found that {@code seed} leads to, and how to replay it. {@code failure}: that with everything. */
    static SimulationFailure shrink(final long seed, final long events, final NodeBug bug, final SimulationFailure failure) {
        final List<String> kinds = new ArrayList<>(Trouble.names());
        Arrays.stream(NodeTrouble.values()).map(NodeTrouble::name).forEach(kinds::add);
        return Shrinker.shrink("carillon.nodes", seed, events, kinds, (fewer, without) -> run(seed, fewer, bug, without), failure);
    }
}

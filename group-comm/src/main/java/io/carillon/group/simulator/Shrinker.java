// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.RingCore;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes a failing run simpler: leaves out one kind of trouble after the other as long as the run still fails, by
 * whatever rule, then looks for the fewest events. What is left says where to look.
 */
public final class Shrinker {
    private final long seed;
    private final long messages;
    private final CoreFactory cores;
    private final EnumSet<Trouble> without = EnumSet.noneOf(Trouble.class);
    private long events;
    private SimulationFailure failure;

    private Shrinker(final long seed, final long events, final long messages, final CoreFactory cores, final SimulationFailure failure) {
        this.seed = seed;
        this.events = events;
        this.messages = messages;
        this.cores = cores;
        this.failure = failure;
    }

    /** The simplest failure found that {@code seed} leads to, and how to replay it. {@code failure}: that with everything. */
    public static SimulationFailure shrink(final long seed, final long events, final long messages, final SimulationFailure failure) {
        return shrink(seed, events, messages, RingCore::new, failure);
    }

    /** The same with cores made by {@code cores}. */
    public static SimulationFailure shrink(final long seed, final long events, final long messages, final CoreFactory cores,
        final SimulationFailure failure) {
        final Shrinker shrinker = new Shrinker(seed, events, messages, cores, failure);
        shrinker.leaveOut();
        shrinker.shorten();
        return shrinker.result();
    }

    private SimulationFailure result() {
        final String names = without.stream().map(Trouble::name).collect(Collectors.joining(","));
        return new SimulationFailure(failure.getMessage() + String.format(
            "  the simplest run that fails: -Dcarillon.sim.seed=%d -Dcarillon.sim.events=%d -Dcarillon.sim.without=%s%n",
            seed, events, names), failure);
    }

    private void leaveOut() {
        for (final Trouble trouble : Trouble.values()) {
            without.add(trouble);
            if (!fails(events)) {
                without.remove(trouble);
            }
        }
    }

    /** The phase of faults ends earlier: half of what is left is tried away, then less. */
    private void shorten() {
        for (long step = events / 2; step > 0; step /= 2) {
            while (events > step && fails(events - step)) {
                events -= step;
            }
        }
    }

    private boolean fails(final long fewer) {
        try {
            run(seed, fewer, messages, cores, without);
            return false;
        } catch (final SimulationFailure found) {
            failure = found;
            return true;
        }
    }

    /** Runs {@code seed} without some kinds of trouble. */
    public static SimulationReport run(final long seed, final long events, final long messages, final CoreFactory cores,
        final Set<Trouble> without) {
        SwarmOptions options = SwarmOptions.draw(seed);
        for (final Trouble trouble : without) {
            options = trouble.leftOutOf(options);
        }
        return new Simulator(seed, options, cores).run(events, messages);
    }
}

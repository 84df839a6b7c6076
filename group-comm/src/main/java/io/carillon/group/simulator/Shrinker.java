// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.RingCore;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes a failing run simpler: leaves out one kind of trouble after the other as long as the run still fails, by
 * whatever rule, then looks for the fewest events. What is left says where to look.
 */
public final class Shrinker {
    private final String properties;
    private final long seed;
    private final Attempt attempt;
    private final Set<String> without = new LinkedHashSet<>();
    private long events;
    private SimulationFailure failure;

    /** A run of the seed. Throws {@link SimulationFailure}. */
    @FunctionalInterface
    public interface Attempt {
        /** The run with so many events at least, without some kinds of trouble. */
        void run(long events, Set<String> without);
    }

    private Shrinker(final String properties, final long seed, final long events, final Attempt attempt, final SimulationFailure failure) {
        this.properties = properties;
        this.seed = seed;
        this.events = events;
        this.attempt = attempt;
        this.failure = failure;
    }

    /** The simplest failure found that {@code seed} leads to, and how to replay it. {@code failure}: that with everything. */
    public static SimulationFailure shrink(final long seed, final long events, final long messages, final SimulationFailure failure) {
        return shrink(seed, events, messages, RingCore::new, failure);
    }

    /** The same with cores made by {@code cores}. */
    public static SimulationFailure shrink(final long seed, final long events, final long messages, final CoreFactory cores,
        final SimulationFailure failure) {
        return shrink("carillon.sim", seed, events, Trouble.names(), (fewer, without) ->
            run(seed, fewer, messages, cores, Trouble.of(without)), failure);
    }

    /**
     * The same with runs of another kind.
     *
     * @param properties what begins the names of the properties that replay it: {@code .seed}, {@code .events}, {@code .without}.
     * @param kinds of trouble that {@code attempt} can leave out.
     */
    public static SimulationFailure shrink(final String properties, final long seed, final long events, final List<String> kinds,
        final Attempt attempt, final SimulationFailure failure) {
        final Shrinker shrinker = new Shrinker(properties, seed, events, attempt, failure);
        shrinker.leaveOut(kinds);
        shrinker.shorten();
        return shrinker.result();
    }

    private SimulationFailure result() {
        return new SimulationFailure(failure.getMessage() + String.format("  the simplest run that fails: -D%s.seed=%d -D%s.events=%d"
            + " -D%s.without=%s%n", properties, seed, properties, events, properties, String.join(",", without)), failure);
    }

    private void leaveOut(final List<String> kinds) {
        for (final String kind : kinds) {
            without.add(kind);
            if (!fails(events)) {
                without.remove(kind);
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
            attempt.run(fewer, without);
            return false;
        } catch (final SimulationFailure found) {
            failure = found;
            return true;
        }
    }

    /** Runs {@code seed} without some kinds of trouble. */
    public static SimulationReport run(final long seed, final long events, final long messages, final CoreFactory cores,
        final Set<Trouble> without) {
        return new Simulator(seed, Trouble.leftOut(without, SwarmOptions.draw(seed)), cores).run(events, messages);
    }
}

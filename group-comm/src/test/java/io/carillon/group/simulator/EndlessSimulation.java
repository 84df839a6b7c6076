// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;

/**
 * Runs one seed after the other on several threads and prints a line a minute, until time is up or a run fails.
 * {@code bench/simulate} runs it.
 *
 * <p>Arguments: minutes (0: for ever), the first seed, threads.
 */
public final class EndlessSimulation {
    private static final long EVENTS = 20_000;
    private static final long MESSAGES = 200;

    private final AtomicLong nextSeed;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong processorNs = new AtomicLong();
    private final AtomicReference<SimulationFailure> failure = new AtomicReference<>();
    private final CountDownLatch failedYet = new CountDownLatch(1);
    private volatile boolean over;

    private final LongFunction<SimulationReport> simulation;
    private final Shrinking shrinking;

    /** Makes a failure of a seed as simple as can be. */
    @FunctionalInterface
    public interface Shrinking {
        SimulationFailure shrink(long seed, SimulationFailure failure);
    }

    private EndlessSimulation(final long firstSeed, final LongFunction<SimulationReport> simulation, final Shrinking shrinking) {
        nextSeed = new AtomicLong(firstSeed);
        this.simulation = simulation;
        this.shrinking = shrinking;
    }

    /** Entry point; ends with 1 after a failure. */
    public static void main(final String[] arguments) throws InterruptedException {
        run(arguments, seed -> Simulator.run(seed, EVENTS, MESSAGES),
            (seed, failure) -> Shrinker.shrink(seed, EVENTS, MESSAGES, failure));
    }

    /** The same with runs of another kind. */
    public static void run(final String[] arguments, final LongFunction<SimulationReport> one, final Shrinking shrinking)
        throws InterruptedException {
        final long minutes = Long.parseLong(arguments[0]);
        final long first = Long.parseLong(arguments[1]);
        final EndlessSimulation simulation = new EndlessSimulation(first, one, shrinking);
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            threads.add(Thread.ofPlatform().start(simulation::work));
        }
        simulation.report(minutes, first);
        simulation.over = true;
        for (final Thread thread : threads) {
            thread.join();
        }
        final SimulationFailure failed = simulation.failure.get();
        if (failed != null) {
            System.out.println(failed.getMessage());
            System.exit(1);
        }
        System.out.printf("%d seeds from %d, none fails%n", simulation.done.get(), first);
    }

    private void report(final long minutes, final long first) throws InterruptedException {
        final long startNs = System.nanoTime();
        boolean failed = false;
        for (long minute = 1; !failed && (minutes == 0 || minute <= minutes); minute++) {
            failed = failedYet.await(startNs + TimeUnit.MINUTES.toNanos(minute) - System.nanoTime(), TimeUnit.NANOSECONDS);
            System.out.printf("minute %d: %d seeds from %d, %d events, %d messages, %d events a second of processor time%n", minute,
                done.get(), first, events.get(), messages.get(), events.get() * 1_000_000L / Math.max(1, processorNs.get() / 1000));
        }
    }

    private void work() {
        final ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
        while (!over && failure.get() == null) {
            final long seed = nextSeed.getAndIncrement();
            final long startNs = cpu.getCurrentThreadCpuTime();
            try {
                final SimulationReport report = simulation.apply(seed);
                events.addAndGet(report.events());
                messages.addAndGet(report.messages());
                done.incrementAndGet();
            } catch (final SimulationFailure found) {
                failure.compareAndSet(null, shrinking.shrink(seed, found));
                failedYet.countDown();
            }
            processorNs.addAndGet(cpu.getCurrentThreadCpuTime() - startNs);
        }
    }
}

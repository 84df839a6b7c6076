// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes shares of the caller's work. A certification has many short phases, and to wake a thread takes as long as some
 * of them: so it keeps looking for the next phase for a moment, and the caller never waits for it to wake up, only for
 * shares it has begun. It sleeps while there is nothing to certify.
 *
 * <p>When it wakes up it must not run on the caller's processor: Linux puts it there now and then although another one
 * idles, and it waits for up to a tick (4 ms) while the caller does all the work.
 *
 * <p>One caller.
 */
final class SecondThread implements AutoCloseable {
    /** What waking up costs, a few times: as long it looks for more. */
    private static final long LOOKING_NS = 200_000;

    /** A share of the work. */
    @FunctionalInterface
    interface Share {
        /** Does the share {@code number}; answers go to {@code probe}, which is its thread's own. */
        void run(int number, KeyProbe probe);
    }

    /** Shares that may be done at the same time. */
    private static final class Phase {
        final int count;
        final Share work;
        final AtomicInteger next = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        volatile Throwable failure;

        Phase(final int count, final Share work) {
            this.count = count;
            this.work = work;
        }

        boolean hasShares() {
            return next.get() < count;
        }

        void run(final KeyProbe probe) {
            for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                work.run(number, probe);
                done.incrementAndGet();
            }
        }
    }

    private final KeyProbe probe;
    private Thread thread;
    private volatile Phase phase = new Phase(0, null);
    private volatile boolean sleeping;
    private volatile boolean closed;
    /** Null until the thread runs. */
    private volatile CpuAffinity affinity;

    /** Its answers go to {@code probe}. */
    SecondThread(final KeyProbe probe) {
        this.probe = probe;
    }

    /** Does {@code count} shares, on this thread and the second one; returns when all are done. */
    void share(final int count, final KeyProbe ownProbe, final Share work) {
        final Phase now = new Phase(count, work);
        phase = now;
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("carillon-certifier").start(this::look);
        } else if (sleeping) {
            wake();
        }
        now.run(ownProbe);
        awaitDone(now);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void wake() {
        final CpuAffinity known = affinity;
        if (known != null) {
            known.avoidCallersCpu();
        }
        LockSupport.unpark(thread);
    }

    private static void awaitDone(final Phase now) {
        final long startNs = System.nanoTime();
        while (now.done.get() < now.count) {
            final Throwable failure = now.failure;
            if (failure != null) {
                throw new IllegalStateException("certifying failed", failure);
            }
            if (System.nanoTime() - startNs < LOOKING_NS) {
                Thread.onSpinWait();
            } else {
                // It is not running: somebody else needs its processor, perhaps this one.
                Thread.yield();
            }
        }
    }

    private void look() {
        // Here, as the first use of foreign functions takes tens of milliseconds: the caller does not wait for it.
        affinity = new CpuAffinity();
        long lastNs = System.nanoTime();
        while (!closed) {
            final Phase now = phase;
            if (now.hasShares()) {
                help(now);
                lastNs = System.nanoTime();
            } else if (System.nanoTime() - lastNs < LOOKING_NS) {
                Thread.onSpinWait();
            } else {
                sleep();
                lastNs = System.nanoTime();
            }
        }
    }

    private void help(final Phase now) {
        try {
            now.run(probe);
        } catch (final Throwable e) {
            now.failure = e;
        }
    }

    private void sleep() {
        sleeping = true;
        // A phase begun before this thread was seen to sleep.
        if (!phase.hasShares() && !closed) {
            LockSupport.park(this);
        }
        sleeping = false;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** The thread that helps to certify large write sets. */
final class SecondThreadTest {
    private static final int SHARES = 16;
    private static final int PHASES = 20_000;

    private final KeyProbe own = new KeyProbe();
    private final KeyProbe its = new KeyProbe();

    @Test
    void everyShareIsDoneOnceBeforeTheNextPhase() {
        try (SecondThread second = new SecondThread(its)) {
            for (int phase = 0; phase < PHASES; phase++) {
                final AtomicIntegerArray done = new AtomicIntegerArray(SHARES);
                second.share(SHARES, own, (number, probe) -> done.incrementAndGet(number));
                for (int number = 0; number < SHARES; number++) {
                    assertEquals(1, done.get(number), "share " + number + " of phase " + phase);
                }
            }
        }
    }

    @Test
    void bothThreadsWorkEachWithItsOwnProbe() {
        try (SecondThread second = new SecondThread(its)) {
            // Neither of two shares ends before the other has begun.
            final CountDownLatch both = new CountDownLatch(2);
            final KeyProbe[] probes = new KeyProbe[2];
            final Thread caller = Thread.currentThread();
            second.share(2, own, (number, probe) -> {
                probes[Thread.currentThread() == caller ? 0 : 1] = probe;
                both.countDown();
                await(both);
            });
            assertSame(own, probes[0]);
            assertSame(its, probes[1]);
        }
    }

    @Test
    void aFailureOfTheOtherThreadReachesTheCaller() {
        try (SecondThread second = new SecondThread(its)) {
            final Thread caller = Thread.currentThread();
            final CountDownLatch both = new CountDownLatch(2);
            final IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> second.share(2, own, (number, probe) -> {
                both.countDown();
                await(both);
                if (Thread.currentThread() != caller) {
                    throw new IllegalArgumentException("planted");
                }
            }));
            assertEquals("planted", thrown.getCause().getMessage());
        }
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

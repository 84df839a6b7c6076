// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An internal error on the engine's thread is told to its owner, and nothing is done on top of what it left half-way. */
@Timeout(60)
final class EngineLoopTest {
    private final EngineLoop loop = EngineLoop.start("test");
    private final LinkedBlockingQueue<Throwable> told = new LinkedBlockingQueue<>();

    EngineLoopTest() {
        loop.onFailure(told::add);
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private void pass() throws Exception {
        final CompletableFuture<Void> ran = new CompletableFuture<>();
        loop.execute(loop.afterPass(() -> ran.complete(null)));
        ran.get();
    }

    static Stream<Throwable> failures() {
        return Stream.of(new IllegalStateException("invariant"), new OutOfMemoryError("direct memory"), new AssertionError("never"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailedHookIsTheLastThatRuns(final Throwable failure) throws Exception {
        final AtomicInteger before = new AtomicInteger();
        final AtomicInteger after = new AtomicInteger();
        final AtomicInteger failing = new AtomicInteger();
        pass();
        loop.execute(() -> {
            loop.onPassEnd(before::incrementAndGet);
            loop.onPassEnd(() -> {
                failing.incrementAndGet();
                EngineLoopTest.<RuntimeException>sneak(failure);
            });
            loop.onPassEnd(after::incrementAndGet);
        });
        assertSame(failure, told.take());
        pass();
        loop.onPassEnd(after::incrementAndGet);
        pass();
        assertEquals(1, before.get());
        assertEquals(1, failing.get());
        assertEquals(0, after.get(), "what follows in the pass must not send what the failed part left");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailedTaskStopsTheHooksAndNotTheThread(final Throwable failure) throws Exception {
        final AtomicInteger hooks = new AtomicInteger();
        loop.execute(() -> {
            loop.onPassEnd(hooks::incrementAndGet);
            EngineLoopTest.<RuntimeException>sneak(failure);
        });
        assertSame(failure, told.take());
        pass();
        assertEquals(0, hooks.get());
    }

    @Test
    void aFailedTimerIsTold() throws Exception {
        final IllegalStateException failure = new IllegalStateException("timer");
        loop.execute(() -> loop.timer(() -> {
            throw failure;
        }).deadline(loop.nowNs()));
        assertSame(failure, told.take());
    }

    @Test
    void aFailedFlushAtThePassEndIsTold() throws Exception {
        final IllegalStateException failure = new IllegalStateException("flush");
        loop.execute(loop.afterPass(() -> {
            throw failure;
        }));
        assertSame(failure, told.take());
    }

    @Test
    void onlyTheFirstFailureIsTold() throws Exception {
        final IllegalStateException first = new IllegalStateException("first");
        loop.execute(() -> {
            throw first;
        });
        assertSame(first, told.take());
        loop.execute(() -> {
            throw new IllegalStateException("second");
        });
        pass();
        assertTrue(told.isEmpty(), told.toString());
    }

    @Test
    void theEndOfTheThreadIsToldUnlessTheLoopWasClosed() throws Exception {
        loop.eventLoop().shutdownGracefully(0, 0, TimeUnit.SECONDS);
        final String message = told.take().getMessage();
        assertTrue(message.contains("test") && message.contains("ended"), message);

        final EngineLoop closed = EngineLoop.start("closed");
        final LinkedBlockingQueue<Throwable> nothing = new LinkedBlockingQueue<>();
        closed.onFailure(nothing::add);
        closed.close();
        assertTrue(nothing.isEmpty(), nothing.toString());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(final Throwable failure) throws T {
        throw (T) failure;
    }
}

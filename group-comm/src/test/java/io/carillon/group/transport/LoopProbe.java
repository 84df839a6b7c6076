// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks at what lives on a loop, from a test's thread. */
public final class LoopProbe {
    /** Only there so that a test that hangs ends. */
    public static final long HANG_S = 60;

    private final EngineLoop loop;

    public LoopProbe(final EngineLoop loop) {
        this.loop = loop;
    }

    public <T> T on(final Callable<T> callable) throws Exception {
        final CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                result.complete(callable.call());
            } catch (final Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result.get(HANG_S, TimeUnit.SECONDS);
    }

    /** Waits for the end of a pass at which {@code condition} holds. False when a minute went by. */
    public boolean until(final Callable<Boolean> condition) throws Exception {
        final CompletableFuture<Boolean> result = new CompletableFuture<>();
        final Runnable hook = () -> {
            try {
                if (!result.isDone() && condition.call()) {
                    result.complete(true);
                }
            } catch (final Throwable e) {
                result.completeExceptionally(e);
            }
        };
        loop.onPassEnd(hook);
        loop.execute(() -> { });
        try {
            return result.get(HANG_S, TimeUnit.SECONDS);
        } catch (final TimeoutException e) {
            return false;
        } finally {
            loop.removePassEnd(hook);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's one thread: ring connections, Unix sockets and timers live on it, and once per pass, after everything
 * that was readable has been read, the pass-end
 * hooks run. So whatever a pass brought is logged, acknowledged, delivered and sent once.
 *
 * <p>What throws here was left half-way, and nobody knows what it leaves out: {@link #fail} stops the hooks, so that
 * nothing more is acknowledged, delivered or sent, and tells the owner, who ends the engine.
 *
 * <p><b>Threading:</b> {@link #execute}, {@link #close}, {@link #onFailure} and the hooks' list from any thread; everything
 * else on the loop's thread.
 */
public final class EngineLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);
    private static final int PAGE_LENGTH = 8192;
    private static final int CHUNK_ORDER = 8;
    private static final int SMALL_CACHED = 256;
    private static final int NORMAL_CACHED = 64;
    private static final Runnable NOTHING = () -> { };

    private final boolean epoll;
    private final PassLoop loop;
    private final PooledByteBufAllocator allocator;
    private volatile Runnable[] passEndHooks = {};
    private volatile Consumer<Throwable> failureListener = cause -> { };
    private volatile boolean closing;
    private volatile boolean failed;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private EngineLoop(final String threadName, final boolean epoll) {
        this.epoll = epoll;
        // One thread, so one arena; chunks of 2 MiB keep an idle node's footprint small.
        allocator = new PooledByteBufAllocator(true, 1, 1, PAGE_LENGTH, CHUNK_ORDER, SMALL_CACHED, NORMAL_CACHED, false);
        loop = new PassLoop(threadName, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        loop.terminationFuture().addListener(f -> {
            stopped.countDown();
            if (!closing) {
                fail(new IllegalStateException("the thread of " + threadName + " ended"));
            }
        });
    }

    /** Starts a loop; on Linux with epoll, elsewhere or with {@code -Dcarillon.transport=nio} with NIO. */
    public static EngineLoop start(final String threadName) {
        return new EngineLoop(threadName, Epoll.isAvailable() && !"nio".equals(System.getProperty("carillon.transport")));
    }

    /** Sets who is told, once, what {@link #fail} is given; on the loop's thread unless that is gone. */
    public void onFailure(final Consumer<Throwable> listener) {
        failureListener = listener;
    }

    /** An internal error: no hook runs any more. The first one is told to the owner, what follows from it is not. */
    public void fail(final Throwable cause) {
        if (failed) {
            LOG.debug("after an internal error", cause);
            return;
        }
        failed = true;
        passEndHooks = new Runnable[0];
        if (cause instanceof UncheckedIOException) {
            LOG.debug("a file of the engine failed", cause); // its message is for people, and the owner says it
        } else {
            LOG.error("internal error in the engine", cause);
        }
        failureListener.accept(cause);
    }

    /** Monotonic time in nanoseconds. */
    public long nowNs() {
        return System.nanoTime();
    }

    /** Tells whether the caller is the loop's thread. */
    public boolean inLoop() {
        return loop.inEventLoop();
    }

    /**
     * Runs {@code task} on the loop's thread, in a pass of its own or a coming one. Throws {@link
     * RejectedExecutionException} when closed.
     */
    public void execute(final Runnable task) {
        loop.execute(guarded(task));
    }

    /** Has another pass come after this one. Loop's thread; leaves no garbage. */
    public void again() {
        loop.execute(NOTHING);
    }

    /**
     * What, whenever it is run, has {@code task} run once at the end of that pass, after the hooks. Kept, it leaves no
     * garbage in a pass.
     */
    public Runnable afterPass(final Runnable task) {
        final Runnable guarded = guarded(task);
        return () -> loop.executeAfterEventLoopIteration(guarded);
    }

    /** Runs {@code task} after {@code delayNs}. The future cancels it. */
    public Future<?> schedule(final Runnable task, final long delayNs) {
        return loop.schedule(guarded(task), Math.max(0, delayNs), TimeUnit.NANOSECONDS);
    }

    /** A timer that costs nothing while its deadline moves away. */
    public LoopTimer timer(final Runnable due) {
        return new LoopTimer(this, due);
    }

    /** Adds a hook that runs at the end of every pass, in the order of adding. It must be cheap when there is nothing to do. */
    public synchronized void onPassEnd(final Runnable hook) {
        if (failed) {
            return;
        }
        final Runnable[] more = Arrays.copyOf(passEndHooks, passEndHooks.length + 1);
        more[more.length - 1] = hook;
        passEndHooks = more;
    }

    /** Removes a hook. */
    public synchronized void removePassEnd(final Runnable hook) {
        passEndHooks = Arrays.stream(passEndHooks).filter(h -> h != hook).toArray(Runnable[]::new);
    }

    /** To register channels with. */
    public EventLoop eventLoop() {
        return loop;
    }

    /** The allocator of every buffer on this loop. */
    public PooledByteBufAllocator allocator() {
        return allocator;
    }

    /** Class of outgoing TCP channels. */
    public Class<? extends SocketChannel> socketChannel() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** A UDP channel for one of the two families of addresses, not bound yet. */
    public DatagramChannel datagramChannel(final SocketProtocolFamily family) {
        return epoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family);
    }

    /** Tells whether channels are epoll's. */
    public boolean isEpoll() {
        return epoll;
    }

    /** Class of listening TCP channels. */
    public Class<? extends ServerSocketChannel> serverSocketChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** Ends the loop and waits for its thread, except when called on it. Channels still open are closed. */
    @Override
    public void close() {
        closing = true;
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        if (loop.inEventLoop()) {
            return;
        }
        try {
            stopped.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void endPass() {
        final Runnable[] hooks = passEndHooks;
        for (int i = 0; i < hooks.length && !failed; i++) {
            try {
                hooks[i].run();
            } catch (final Throwable t) {
                fail(t);
            }
        }
    }

    /** The loop's thread survives what fails on it: the owner has something to close. */
    public Runnable guarded(final Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (final Throwable t) {
                fail(t);
            }
        };
    }

    /** Netty's loop runs I/O, then tasks, then this: exactly once a pass, whether tasks were queued or not. */
    private final class PassLoop extends SingleThreadIoEventLoop {
        PassLoop(final String threadName, final IoHandlerFactory factory) {
            super(null, (ThreadFactory) task -> new FastThreadLocalThread(task, threadName), factory);
        }

        @Override
        protected void afterRunningAllTasks() {
            endPass();
            super.afterRunningAllTasks();
        }
    }
}

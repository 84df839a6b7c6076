// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;

/** Nodes of a {@link FakeGroup}, each with its {@link ProviderServer} on a socket of its own, all on one event loop. */
public final class FakeCluster implements AutoCloseable {
    public final FakeGroup group = new FakeGroup();
    public final List<FakeNode> nodes = new ArrayList<>();
    public final List<ProviderServer> servers = new ArrayList<>();
    public final List<Path> sockets = new ArrayList<>();
    /** What the servers' listeners heard. */
    final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final EventLoopGroup loops;
    final EventLoop loop;

    public FakeCluster(final Path directory, final int size, final IoHandlerFactory io) throws IOException {
        loops = new MultiThreadIoEventLoopGroup(1, io);
        loop = loops.next();
        for (int i = 0; i < size; i++) {
            final FakeNode node = new FakeNode(group);
            final Path socket = directory.resolve("s" + i);
            final ProviderServer server = new ProviderServer(loop, ByteBufAllocator.DEFAULT,
                task -> () -> ((SingleThreadEventLoop) loop).executeAfterEventLoopIteration(task), socket, node,
                new Listener());
            server.open();
            nodes.add(node);
            servers.add(server);
            sockets.add(socket);
        }
    }

    public <T> T onLoop(final Callable<T> task) throws Exception {
        return loop.submit(task).get();
    }

    @Override
    public void close() {
        loop.submit(() -> servers.forEach(ProviderServer::close)).syncUninterruptibly();
        loops.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Listener implements SessionListener {
        @Override
        public void sessionBegan(final ProviderSession session) {
            heard.add("began " + session.hello().nodeName());
        }

        @Override
        public void sessionEnded(final ProviderSession session, final String reason) {
            heard.add("ended " + session.hello().nodeName() + ": " + reason);
        }

        @Override
        public void sessionRefused(final Hello hello, final SessionRefusedException refusal) {
            heard.add("refused " + hello.nodeName() + ": " + refusal.getMessage());
        }

        @Override
        public void connectionDropped(final String reason) {
            heard.add("dropped: " + reason);
        }

        @Override
        public void failed(final Throwable cause) {
            heard.add("failed: " + cause);
        }
    }
}

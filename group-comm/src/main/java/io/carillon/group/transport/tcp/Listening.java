// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The listening socket. A port that is still taken, by a predecessor that is just ending, is waited for.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Listening {
    private static final long RETRY_NS = 50_000_000L;
    private static final int BACKLOG = 128;

    private final TcpMesh mesh;
    private final EngineLoop loop;
    private final TransportConfig config;
    private Channel server;
    private long firstTryNs;
    private boolean stopped;
    private int port;

    Listening(final TcpMesh mesh, final EngineLoop loop, final TransportConfig config) {
        this.mesh = mesh;
        this.loop = loop;
        this.config = config;
    }

    void start() {
        firstTryNs = loop.nowNs();
        bind();
    }

    void stop() {
        stopped = true;
        if (server != null) {
            server.close();
        }
    }

    /** Port listened on; 0 before that. */
    int port() {
        return port;
    }

    /** The one address listened at; null when it is all of them, or none yet. */
    InetAddress address() {
        final InetAddress bound = server == null ? null : ((InetSocketAddress) server.localAddress()).getAddress();
        return bound == null || bound.isAnyLocalAddress() ? null : bound;
    }

    /** What is told to others; without a host where only they can see which one leads here. */
    PeerAddress advertised() {
        final PeerAddress wanted = config.advertised();
        final String host = !wanted.isWildcard() ? wanted.host() : config.listen().isWildcard() ? "" : config.listen().host();
        return new PeerAddress(host, wanted.port() == 0 ? port : wanted.port());
    }

    private void bind() {
        final PeerAddress listen = config.listen();
        final InetSocketAddress address = listen.host().isEmpty() || listen.host().equals("*")
            ? new InetSocketAddress(listen.port()) : new InetSocketAddress(listen.host(), listen.port());
        if (address.isUnresolved()) {
            mesh.onListenFailed("cannot listen on " + listen
                + ": the name has no address; set gmcast.listen_addr to an address of this host");
            return;
        }
        final ChannelFuture binding = new ServerBootstrap()
            .group(loop.eventLoop())
            .channel(loop.serverSocketChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.ALLOCATOR, loop.allocator())
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(final Channel channel) {
                    mesh.channels().onAccepted(channel);
                }
            })
            .bind(address);
        binding.addListener(done -> loop.guarded(() -> onBound(binding)).run());
    }

    private void onBound(final ChannelFuture binding) {
        if (stopped) {
            binding.channel().close();
        } else if (binding.isSuccess()) {
            server = binding.channel();
            port = ((InetSocketAddress) server.localAddress()).getPort();
            mesh.onListening();
        } else if (loop.nowNs() - firstTryNs < config.bindPatienceNs()) {
            loop.schedule(() -> {
                if (!stopped) {
                    bind();
                }
            }, RETRY_NS);
        } else {
            mesh.onListenFailed("cannot listen on " + config.listen() + ": " + binding.cause().getMessage()
                + "; stop whoever uses it, or set gmcast.listen_addr to another address");
        }
    }
}

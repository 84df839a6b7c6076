// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.Binding;
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
 * The listening socket.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Listening {
    private static final int BACKLOG = 128;

    private final TcpMesh mesh;
    private final EngineLoop loop;
    private final TransportConfig config;
    private final Binding binding;
    private Channel server;
    private int port;

    Listening(final TcpMesh mesh, final EngineLoop loop, final TransportConfig config) {
        this.mesh = mesh;
        this.loop = loop;
        this.config = config;
        binding = new Binding(loop, config, this::bind, this::onBound, mesh::onListenFailed);
    }

    void start() {
        binding.start();
    }

    void stop() {
        binding.stop();
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

    PeerAddress advertised() {
        return config.advertised(port);
    }

    private ChannelFuture bind(final InetSocketAddress address) {
        return new ServerBootstrap()
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
    }

    private void onBound(final Channel channel) {
        server = channel;
        port = ((InetSocketAddress) channel.localAddress()).getPort();
        mesh.onListening();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Binds a socket to {@code gmcast.listen_addr}. A port that is still taken, by a predecessor that is just ending, is waited for.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class Binding {
    private static final long RETRY_NS = 50_000_000L;

    private final EngineLoop loop;
    private final TransportConfig config;
    private final Function<InetSocketAddress, ChannelFuture> socket;
    private final Consumer<Channel> bound;
    private final Consumer<String> failed;
    private long firstTryNs;
    private boolean stopped;

    /** Binds what {@code socket} makes; {@code bound} gets it, or {@code failed} hears what is wrong and what to do. */
    public Binding(final EngineLoop loop, final TransportConfig config, final Function<InetSocketAddress, ChannelFuture> socket,
        final Consumer<Channel> bound, final Consumer<String> failed) {
        this.loop = loop;
        this.config = config;
        this.socket = socket;
        this.bound = bound;
        this.failed = failed;
    }

    /** Begins to try. */
    public void start() {
        firstTryNs = loop.nowNs();
        bind();
    }

    /** Nothing is bound any more; what was is its owner's to close. */
    public void stop() {
        stopped = true;
    }

    private void bind() {
        final PeerAddress listen = config.listen();
        final InetSocketAddress address = listen.host().isEmpty() || listen.host().equals("*")
            ? new InetSocketAddress(listen.port()) : new InetSocketAddress(listen.host(), listen.port());
        if (address.isUnresolved()) {
            fail("the name has no address; set gmcast.listen_addr to an address of this host");
            return;
        }
        final ChannelFuture binding = socket.apply(address);
        binding.addListener(done -> loop.guarded(() -> onBound(binding)).run());
    }

    private void onBound(final ChannelFuture binding) {
        if (stopped) {
            binding.channel().close();
        } else if (binding.isSuccess()) {
            bound.accept(binding.channel());
        } else if (loop.nowNs() - firstTryNs < config.bindPatienceNs()) {
            loop.schedule(() -> {
                if (!stopped) {
                    bind();
                }
            }, RETRY_NS);
        } else {
            fail(binding.cause().getMessage() + "; stop whoever uses it, or set gmcast.listen_addr to another address");
        }
    }

    private void fail(final String why) {
        failed.accept("cannot listen on " + (config.udp() == null ? "" : "UDP ") + config.listen() + ": " + why);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.AddressEntry;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.NameLookup;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Opens connections.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Dialer {
    private final TcpMesh mesh;
    private final EngineLoop loop;
    private final Listening listening;
    private final NameLookup names;

    Dialer(final TcpMesh mesh, final EngineLoop loop, final Listening listening) {
        this.mesh = mesh;
        this.loop = loop;
        this.listening = listening;
        names = new NameLookup(loop);
    }

    /** Opens a control connection to whoever is at {@code entry}. */
    void dial(final AddressEntry entry) {
        names.dial(entry, (address, why) -> {
            if (mesh.isStopped()) {
                entry.giveUp();
            } else if (address == null) {
                mesh.channels().onDialFailed(entry, why);
            } else {
                bootstrap(address, entry, null);
            }
        });
    }

    /** Opens the bulk connection of {@code link}. */
    void dialBulk(final Link link) {
        bootstrap(link.control.channel.remoteAddress(), null, link);
    }

    private void bootstrap(final java.net.SocketAddress address, final AddressEntry entry, final Link link) {
        final ChannelFuture connecting = new Bootstrap()
            .group(loop.eventLoop())
            .channel(loop.socketChannel())
            .option(ChannelOption.ALLOCATOR, loop.allocator())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(mesh.config().handshakeNs())))
            .handler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(final Channel channel) {
                    mesh.channels().protect(channel, link != null ? link.control.isClear() : entry.isClear());
                }
            })
            .connect(address, from((InetSocketAddress) address));
        connecting.addListener(done -> loop.guarded(() -> onConnected(connecting, entry, link)).run());
    }

    /**
     * As Galera: who listens at one address calls from it, for that is the one on the others' allow lists. Null where it
     * does not lead there.
     */
    private InetSocketAddress from(final InetSocketAddress to) {
        final InetAddress own = listening.address();
        final InetAddress other = to.getAddress();
        final boolean leadsThere = own != null && own.getClass() == other.getClass()
            && (!own.isLoopbackAddress() || other.isLoopbackAddress());
        return leadsThere ? new InetSocketAddress(own, 0) : null;
    }

    private void onConnected(final ChannelFuture connecting, final AddressEntry entry, final Link link) {
        final Channel channel = connecting.channel();
        if (!connecting.isSuccess()) {
            final String why = String.valueOf(connecting.cause().getMessage());
            if (link != null) {
                mesh.channels().onBulkFailed(link, why);
            } else {
                mesh.channels().onDialFailed(entry, why);
            }
        } else if (link != null) {
            mesh.channels().onBulkConnected(channel, link);
        } else {
            mesh.channels().onConnected(channel, entry);
        }
    }
}

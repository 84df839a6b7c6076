// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections. Names are looked up off the loop, because the system's resolver blocks.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Dialer {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);
    private static final int RESOLVERS = 2;
    private static final int LOOKUPS_MAX = 1024;
    private static final ThreadPoolExecutor RESOLVER = resolver();

    private final TcpMesh mesh;
    private final EngineLoop loop;
    private final Listening listening;

    Dialer(final TcpMesh mesh, final EngineLoop loop, final Listening listening) {
        this.mesh = mesh;
        this.loop = loop;
        this.listening = listening;
    }

    /** Opens a control connection to whoever is at {@code entry}. */
    void dial(final AddressBook.Entry entry) {
        entry.dialling = true;
        final String host = entry.address.host();
        final byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal != null) {
            try {
                connect(new InetSocketAddress(InetAddress.getByAddress(literal), entry.address.port()), entry);
            } catch (final UnknownHostException e) {
                mesh.channels().onDialFailed(entry, e.toString());
            }
            return;
        }
        try {
            RESOLVER.execute(() -> resolve(entry, host));
        } catch (final RejectedExecutionException e) {
            mesh.channels().onDialFailed(entry, "too many name look-ups are waiting");
        }
    }

    /** Opens the bulk connection of {@code link}. */
    void dialBulk(final Link link) {
        bootstrap(link.control.channel.remoteAddress(), null, link);
    }

    private void resolve(final AddressBook.Entry entry, final String host) {
        InetAddress[] found = null;
        String failure = "";
        try {
            found = InetAddress.getAllByName(host);
        } catch (final UnknownHostException e) {
            failure = "the name '" + host + "' has no address";
        }
        final InetAddress[] addresses = found;
        final String why = failure;
        try {
            loop.execute(() -> onResolved(entry, addresses, why));
        } catch (final RejectedExecutionException e) {
            LOG.debug("name {} resolved after the loop's end", host);
        }
    }

    private void onResolved(final AddressBook.Entry entry, final InetAddress[] addresses, final String why) {
        if (addresses == null || addresses.length == 0) {
            mesh.channels().onDialFailed(entry, why);
            return;
        }
        // One of several addresses a try: the next try takes the next.
        final InetAddress address = addresses[Math.floorMod(entry.turn++, addresses.length)];
        connect(new InetSocketAddress(address, entry.address.port()), entry);
    }

    private void connect(final InetSocketAddress address, final AddressBook.Entry entry) {
        if (mesh.isStopped()) {
            entry.dialling = false;
            return;
        }
        bootstrap(address, entry, null);
    }

    private void bootstrap(final java.net.SocketAddress address, final AddressBook.Entry entry, final Link link) {
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
                    mesh.channels().protect(channel, link != null ? link.control.isClear() : entry.clear);
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

    private void onConnected(final ChannelFuture connecting, final AddressBook.Entry entry, final Link link) {
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

    private static ThreadPoolExecutor resolver() {
        final ThreadPoolExecutor executor = new ThreadPoolExecutor(RESOLVERS, RESOLVERS, 5, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(LOOKUPS_MAX), task -> {
                final Thread thread = new Thread(task, "carillon-resolver");
                thread.setDaemon(true);
                return thread;
            });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.PeerAddress;
import io.netty.channel.ChannelFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the socket. A port that is still taken, by a predecessor that is just ending, is waited for.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpListening {
    private static final Logger LOG = LoggerFactory.getLogger(UdpListening.class);
    private static final long RETRY_NS = 50_000_000L;

    private final UdpMesh mesh;
    private final EngineLoop loop;
    private final UdpSocket socket;
    private long firstTryNs;
    private boolean stopped;
    private InetSocketAddress group;

    UdpListening(final UdpMesh mesh, final EngineLoop loop, final UdpSocket socket) {
        this.mesh = mesh;
        this.loop = loop;
        this.socket = socket;
    }

    void start() {
        firstTryNs = loop.nowNs();
        bind();
    }

    void stop() {
        stopped = true;
    }

    /** The multicast group that is used; null for none. */
    InetSocketAddress multicastGroup() {
        return group;
    }

    private void bind() {
        final PeerAddress listen = mesh.config().listen();
        final InetSocketAddress address = listen.host().isEmpty() || listen.host().equals("*")
            ? new InetSocketAddress(listen.port()) : new InetSocketAddress(listen.host(), listen.port());
        if (address.isUnresolved()) {
            mesh.onListenFailed("cannot listen on " + listen
                + ": the name has no address; set gmcast.listen_addr to an address of this host");
            return;
        }
        final ChannelFuture binding = socket.bind(address);
        binding.addListener(done -> loop.guarded(() -> onBound(binding)).run());
    }

    private void onBound(final ChannelFuture binding) {
        if (stopped) {
            binding.channel().close();
        } else if (binding.isSuccess()) {
            socket.onBound(binding.channel());
            joinGroup();
            mesh.onBound();
        } else if (loop.nowNs() - firstTryNs < mesh.config().bindPatienceNs()) {
            loop.schedule(() -> {
                if (!stopped) {
                    bind();
                }
            }, RETRY_NS);
        } else {
            mesh.onListenFailed("cannot listen on UDP " + mesh.config().listen() + ": " + binding.cause().getMessage()
                + "; stop whoever uses it, or set gmcast.listen_addr to another address");
        }
    }

    private void joinGroup() {
        final PeerAddress wanted = mesh.config().udp().multicast();
        if (wanted == null) {
            return;
        }
        try {
            final InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port());
            if (!address.getAddress().isMulticastAddress()) {
                throw new SocketException("it is no multicast address");
            }
            socket.join(address, mesh.config().udp().multicastTtl());
            group = address;
        } catch (final java.io.IOException e) {
            LOG.warn("gmcast.mcast_addr {} cannot be used: {}; members are sent to one by one", wanted, e.getMessage());
        }
    }
}

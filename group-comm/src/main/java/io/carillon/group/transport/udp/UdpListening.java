// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.Binding;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.PeerAddress;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the socket, and has it join the multicast group.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpListening {
    private static final Logger LOG = LoggerFactory.getLogger(UdpListening.class);

    private final UdpMesh mesh;
    private final UdpSocket socket;
    private final Binding binding;
    private InetSocketAddress group;

    UdpListening(final UdpMesh mesh, final EngineLoop loop, final UdpSocket socket) {
        this.mesh = mesh;
        this.socket = socket;
        binding = new Binding(loop, mesh.config(), socket::bind, this::onBound, mesh::onListenFailed);
    }

    void start() {
        binding.start();
    }

    void stop() {
        binding.stop();
    }

    /** The multicast group that is used; null for none. */
    InetSocketAddress multicastGroup() {
        return group;
    }

    private void onBound(final Channel channel) {
        socket.onBound(channel);
        joinGroup();
        mesh.onBound();
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

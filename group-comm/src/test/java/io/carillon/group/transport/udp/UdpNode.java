// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Mesh;
import io.carillon.group.transport.MeshIdentity;
import io.carillon.group.transport.MeshRecord;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.RingKey;
import io.carillon.group.transport.TransportConfig;
import io.carillon.group.transport.UdpConfig;
import io.carillon.group.transport.tcp.MeshNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A UDP mesh on a loop of its own that writes down what it is told. */
public final class UdpNode extends MeshRecord {
    public static final RingKey KEY = new RingKey("a key for tests, of 32 bytes ...".getBytes(StandardCharsets.UTF_8));

    final UdpMesh mesh;

    UdpNode(final int number, final TransportConfig config) {
        this(number, "c", config);
    }

    UdpNode(final int number, final String cluster, final TransportConfig config) {
        super(number);
        mesh = new UdpMesh(loop, config, new MeshIdentity(cluster, "node" + number, new MemberId(0, number), System.nanoTime(), 0), this);
        loop.onPassEnd(mesh::flush);
    }

    public static TransportConfig config(final RingKey key) {
        return MeshNode.loopback().withUdp(new UdpConfig(key, null, 1));
    }

    public static TransportConfig multicast(final int port) {
        return MeshNode.loopback().withUdp(new UdpConfig(KEY, new PeerAddress("239.192.7.7", port), 1));
    }

    @Override
    public Mesh mesh() {
        return mesh;
    }

    UdpNode start(final UdpNode... seeds) throws Exception {
        final List<PeerAddress> addresses = new ArrayList<>();
        for (final UdpNode seed : seeds) {
            addresses.add(new PeerAddress("127.0.0.1", seed.port()));
        }
        loop.execute(() -> mesh.start(addresses));
        port();
        return this;
    }

    int port() throws Exception {
        until(() -> mesh.port() != 0);
        return on(mesh::port);
    }

    /** Puts a network of one's own choice before the mesh. */
    LossyNetwork through(final LossyNetwork network) throws Exception {
        on(() -> mesh.socket().channel().pipeline().addBefore("carillon", "network", network));
        return network;
    }

    void send(final int to, final String text, final TrafficClass trafficClass) throws Exception {
        final DirectBuffer packet = new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
        on(() -> {
            mesh.send(handle(to), packet, 0, packet.capacity(), trafficClass);
            return null;
        });
    }

    /** Takes events until {@code wanted} came. */
    void await(final String wanted) throws Exception {
        String event;
        do {
            event = next();
        } while (!event.equals(wanted));
    }
}

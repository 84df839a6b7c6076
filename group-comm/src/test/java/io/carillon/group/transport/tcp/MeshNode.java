// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.LoopProbe;
import io.carillon.group.transport.MeshListener;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A mesh on a loop of its own that writes down what it is told. */
public final class MeshNode implements MeshListener, Closeable {
    final EngineLoop loop;
    final TcpMesh mesh;
    final MemberId id;
    final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    final int[] handleById = new int[256];
    private boolean closed;

    MeshNode(final int number, final String cluster, final TransportConfig config) {
        this(new MemberId(0, number), "node" + number, cluster, config);
    }

    MeshNode(final MemberId id, final String name, final String cluster, final TransportConfig config) {
        this.id = id;
        loop = EngineLoop.start(name);
        mesh = new TcpMesh(loop, config, cluster, name, id, this);
        loop.onPassEnd(mesh::flush);
    }

    public static TransportConfig loopback() {
        return TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", 0));
    }

    MeshNode start(final MeshNode... seeds) throws Exception {
        final List<PeerAddress> addresses = new java.util.ArrayList<>();
        for (final MeshNode seed : seeds) {
            addresses.add(new PeerAddress("127.0.0.1", seed.port()));
        }
        return start(addresses);
    }

    MeshNode start(final List<PeerAddress> addresses) throws Exception {
        loop.execute(() -> mesh.start(addresses));
        port();
        return this;
    }

    int port() throws Exception {
        until(() -> mesh.port() != 0);
        return on(mesh::port);
    }

    <T> T on(final Callable<T> callable) throws Exception {
        return new LoopProbe(loop).on(callable);
    }

    /** Takes events until {@code wanted} came. */
    void await(final String wanted) throws Exception {
        String event;
        do {
            event = next();
        } while (!event.equals(wanted));
    }

    String next() throws Exception {
        final String event = events.poll(LoopProbe.HANG_S, TimeUnit.SECONDS);
        assertNotNull(event, "no event came; " + describe());
        return event;
    }

    /** Polls the loop until {@code condition} holds there. */
    void until(final Callable<Boolean> condition) throws Exception {
        assertTrue(new LoopProbe(loop).until(condition), () -> describe());
    }

    String describe() {
        try {
            return String.join("\n", on(mesh::describe));
        } catch (final Exception e) {
            return e.toString();
        }
    }

    void send(final MeshNode to, final String text, final TrafficClass trafficClass) throws Exception {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        on(() -> {
            mesh.send(handleById[(int) to.id.lsb()], new UnsafeBuffer(bytes), 0, bytes.length, trafficClass);
            return null;
        });
    }

    @Override
    public void onPeerUp(final long nowNs, final int peer, final MemberId member) {
        handleById[(int) member.lsb()] = peer;
        events.add("up " + member.lsb());
    }

    @Override
    public void onPeerDown(final long nowNs, final int peer) {
        for (int i = 0; i < handleById.length; i++) {
            if (handleById[i] == peer) {
                handleById[i] = -1;
                events.add("down " + i);
            }
        }
    }

    @Override
    public void onPacket(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        events.add(length > 100 ? "packet of " + length : "packet " + new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void onListenFailed(final String what) {
        events.add("failed " + what);
    }

    {
        java.util.Arrays.fill(handleById, -1);
    }

    @Override
    public void close() throws IOException {
        end();
    }

    /** Stops mesh and loop. */
    void end() {
        if (closed) {
            return;
        }
        closed = true;
        loop.execute(mesh::stop);
        loop.close();
    }
}

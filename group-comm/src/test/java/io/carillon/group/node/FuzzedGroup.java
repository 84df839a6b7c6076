// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import io.carillon.group.transport.tcp.TlsClient;
import io.carillon.group.transport.tls.TestAuthority;
import io.carillon.group.transport.tls.TlsSecurity;
import io.carillon.group.transport.tls.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;

/** Two members, encrypted or not, of which one writes while somebody does his worst to the other. */
final class FuzzedGroup {
    private static final int OFFERS = 500;
    private static final long HEAP_TOLERANCE = 6 << 20;
    private static final TransportConfig LOOPBACK = TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", 0));

    private final TlsSettings settings;
    private final TlsClient tls;
    private long epoch;

    /** What somebody does, so many times. */
    interface Attack {
        void on(int port, int count) throws IOException;
    }

    FuzzedGroup(final Path directory, final boolean encrypted) throws Exception {
        settings = encrypted ? new TestAuthority(directory, "ca").node("n") : null;
        tls = encrypted ? new TlsClient(settings) : null;
    }

    /** TLS as a member speaks it; null where the group does not encrypt. */
    TlsClient tls() {
        return tls;
    }

    /** Of the ring that is attacked. */
    long epoch() {
        return epoch;
    }

    /** A connection as a member makes it, after TLS's handshake where the group encrypts. */
    Socket connect(final int port) throws IOException {
        return tls != null ? tls.connect(port) : new Socket(InetAddress.getLoopbackAddress(), port);
    }

    /** Nobody leaves, no view changes, everything is delivered, and nothing is kept of the {@code count} times. */
    void withstands(final Attack attack, final int count, final long seed) throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK)) {
            if (tls != null) {
                a.node.security(TlsSecurity.of(settings));
                b.node.security(TlsSecurity.of(settings));
            }
            a.join(true);
            a.awaitVoters(1);
            b.join(false, a);
            a.awaitVoters(2);
            b.awaitVoters(2);
            epoch = b.on(() -> b.node.view().epoch());
            attack.on(a.port(), count / 10);
            final long view = b.on(() -> b.node.view().index());
            final long heap = heap();
            final long direct = a.on(() -> a.loop.allocator().pinnedDirectMemory());
            a.events.clear();
            b.events.clear();
            b.offer("b", OFFERS, 100);
            attack.on(a.port(), count);
            b.offer("late", 1, 100);
            for (final TestNode node : List.of(a, b)) {
                node.until(() -> node.delivered.size() == OFFERS + 1);
                assertEquals(view, node.on(() -> node.node.view().index()), node::describe);
            }
            a.until(() -> a.loop.allocator().pinnedDirectMemory() <= direct);
            final long grown = heap() - heap;
            assertTrue(grown < HEAP_TOLERANCE, "heap grew by " + grown + " bytes, seed " + seed);
            assertEquals(List.of(), List.copyOf(a.events), a::describe);
            assertEquals(List.of(), List.copyOf(b.events), b::describe);
        }
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}

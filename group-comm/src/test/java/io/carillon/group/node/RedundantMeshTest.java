// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.LinkConfig;
import io.carillon.group.transport.LinkMode;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.Mesh;
import io.carillon.group.transport.MeshIdentity;
import io.carillon.group.transport.MeshRecord;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.RedundantMesh;
import io.carillon.group.transport.TransportConfig;
import io.carillon.group.transport.tcp.MeshNode;
import io.carillon.group.transport.tcp.TcpMesh;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several links to a peer, over several addresses of loopback. The time limit only ends a test that hangs. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RedundantMeshTest {
    @Test
    void theSecondNetworkIsLearntOverTheFirst() throws Exception {
        try (LinkedNode a = new LinkedNode(1, config(LinkMode.PASSIVE)); LinkedNode b = new LinkedNode(2, config(LinkMode.PASSIVE))) {
            a.start();
            b.start(a);
            a.awaitLinks(2);
            b.awaitLinks(2);
            assertEquals("up 2", a.next());
            assertEquals("up 1", b.next());
            a.send(2, "hello", TrafficClass.CONTROL);
            assertEquals("hello", b.next());
            b.send(1, "x".repeat(200_000), TrafficClass.BULK);
            assertEquals("x".repeat(200_000), a.next());
            assertEquals(1, a.mesh.peerCount());
        }
    }

    @Test
    void aLinkThatBreaksIsReplacedWithoutTheListenerHearing() throws Exception {
        try (LinkedNode a = new LinkedNode(1, config(LinkMode.PASSIVE)); LinkedNode b = new LinkedNode(2, config(LinkMode.PASSIVE))) {
            a.start();
            b.start(a);
            a.awaitLinks(2);
            b.awaitLinks(2);
            a.next();
            b.next();
            for (int round = 0; round < 3; round++) {
                a.isolate(0, 2);
                a.awaitLinks(1);
                b.awaitLinks(1);
                a.send(2, "first" + round, TrafficClass.CONTROL);
                assertEquals("first" + round, b.next());
                b.send(1, "second" + round, TrafficClass.BULK);
                assertEquals("second" + round, a.next());
                a.isolate(0, 0);
                a.awaitLinks(2);
                b.awaitLinks(2);
                a.isolate(1, 2);
                a.awaitLinks(1);
                b.awaitLinks(1);
                a.send(2, "third" + round, TrafficClass.CONTROL);
                assertEquals("third" + round, b.next());
                a.isolate(1, 0);
                a.awaitLinks(2);
                b.awaitLinks(2);
            }
            assertTrue(a.on(() -> a.mesh.links().stream().allMatch(link -> link.faults() == 3)), a::describe);
            a.isolate(0, 2);
            a.isolate(1, 2);
            assertEquals("down 2", a.next());
            assertEquals("down 1", b.next());
            a.isolate(1, 0);
            assertEquals("up 2", a.next());
            assertEquals("up 1", b.next());
        }
    }

    @Test
    void aSilentLinkIsLeftAndReturnedTo() throws Exception {
        try (LinkedNode a = new LinkedNode(1, config(LinkMode.PASSIVE)); LinkedNode b = new LinkedNode(2, config(LinkMode.PASSIVE))) {
            a.start();
            b.start(a);
            a.awaitUse(0);
            b.awaitUse(0);
            a.next();
            b.next();
            a.isolate(0, 1);
            a.awaitUse(1);
            b.awaitUse(1);
            b.send(1, "around", TrafficClass.CONTROL);
            assertEquals("around", a.next());
            a.isolate(0, 0);
            a.awaitUse(0);
            b.awaitUse(0);
            b.send(1, "again", TrafficClass.CONTROL);
            assertEquals("again", a.next());
            assertTrue(a.on(() -> a.mesh.links().stream().anyMatch(link -> link.network() == 0 && link.faults() >= 1)), a::describe);
        }
    }

    @Test
    void activeLinksGiveEachSmallPacketOnce() throws Exception {
        try (LinkedNode a = new LinkedNode(1, config(LinkMode.ACTIVE)); LinkedNode b = new LinkedNode(2, config(LinkMode.ACTIVE))) {
            a.start();
            b.start(a);
            a.awaitLinks(2);
            b.awaitLinks(2);
            assertEquals("up 1", b.next());
            final HashSet<String> expected = new HashSet<>();
            for (int i = 0; i < 2000; i++) {
                if (i == 1000) {
                    a.isolate(0, 2); // what is under way there may be lost, and is on the other link
                }
                expected.add("packet " + i);
                a.send(2, "packet " + i, TrafficClass.CONTROL);
            }
            for (int i = 0; i < 2000; i++) {
                final String packet = b.next();
                assertTrue(expected.remove(packet), packet);
            }
            a.send(2, "last", TrafficClass.BULK);
            assertEquals("last", b.next());
        }
    }

    @Test
    void aNodeThatComesBackAsItselfIsNewOnAllLinks() throws Exception {
        try (LinkedNode a = new LinkedNode(1, config(LinkMode.ACTIVE)); LinkedNode b = new LinkedNode(2, config(LinkMode.ACTIVE))) {
            a.start();
            b.start(a);
            a.awaitLinks(2);
            assertEquals("up 2", a.next());
            // Its sockets say nothing when it dies: as when power fails.
            b.isolate(0, 1);
            b.isolate(1, 1);
            try (LinkedNode again = new LinkedNode(2, config(LinkMode.ACTIVE))) {
                again.start(a);
                assertEquals("down 2", a.next());
                assertEquals("up 2", a.next());
                again.awaitLinks(2);
                assertEquals("up 1", again.next());
                again.send(1, "new numbers", TrafficClass.CONTROL);
                assertEquals("new numbers", a.next());
            }
        }
    }

    @Test
    void networksAreNotMixedUp() throws Exception {
        try (LinkedNode a = new LinkedNode(1, config(LinkMode.PASSIVE)); LinkedNode b = new LinkedNode(2, config(LinkMode.PASSIVE))) {
            a.start();
            // b looks for a's second network on its first one.
            b.loop.execute(() -> b.mesh.start(List.of(new PeerAddress("127.0.1.1", a.port(1)))));
            b.until(() -> b.mesh.refusedCount() >= 2);
            assertEquals(0, b.mesh.peerCount());
            assertTrue(b.describe().contains("another of its networks"), b::describe);
        }
    }

    @Test
    void aGroupDoesNotNoticeThatALinkIsLost() throws Exception {
        for (final LinkMode mode : LinkMode.values()) {
            final TransportConfig config = config(mode);
            try (TestNode a = new TestNode("a", config); TestNode b = new TestNode("b", config); TestNode c = new TestNode("c", config)) {
                a.join(true);
                b.join(false, a);
                c.join(false, a);
                for (final TestNode node : List.of(a, b, c)) {
                    node.awaitVoters(3);
                    node.until(() -> node.node.links().stream().filter(link -> link.state() == LinkStatus.State.UP).count() == 4);
                }
                final long view = a.on(() -> a.node.view().index());
                for (final TestNode node : List.of(a, b, c)) {
                    node.offer(node.name, 3000, 200);
                }
                c.until(() -> c.delivered.size() > 1000);
                isolate(a, 0, 1);
                c.until(() -> c.delivered.size() > 3000);
                isolate(b, 0, 2);
                for (final TestNode node : List.of(a, b, c)) {
                    node.until(() -> node.delivered.size() == 9000);
                    assertEquals(view, node.on(() -> node.node.view().index()), node::describe);
                }
                assertEquals(a.on(() -> List.copyOf(a.delivered)), c.on(() -> List.copyOf(c.delivered)));
                assertEquals(a.on(() -> List.copyOf(a.delivered)), b.on(() -> List.copyOf(b.delivered)));
            }
        }
    }

    @Test
    void optionsAreReadAndWrongOnesNamed() {
        final List<LinkConfig.Network> networks = LinkConfig.parse("10.1.0.1 10.1.0.2 10.1.0.3:5000, 10.2.0.1:4568", 4567);
        assertEquals(2, networks.size());
        assertEquals(new PeerAddress("10.1.0.1", 4567), networks.get(0).listen());
        assertEquals(List.of(new PeerAddress("10.1.0.2", 4567), new PeerAddress("10.1.0.3", 5000)), networks.get(0).peers());
        assertEquals(new PeerAddress("10.2.0.1", 4568), networks.get(1).listen());
        assertEquals(List.of(), LinkConfig.parse(" ", 4567));
        for (final String wrong : List.of(",", "0.0.0.0", "10.1.0.1 :4567", "10.1.0.1,", "a,b,c,d,e,f,g,h")) {
            final String said = org.junit.jupiter.api.Assertions.assertThrows(IllegalArgumentException.class,
                () -> LinkConfig.parse(wrong, 4567)).getMessage();
            assertNotEquals("", said);
        }
        assertEquals(LinkMode.ACTIVE, LinkMode.parse("active"));
    }

    private static void isolate(final TestNode node, final int network, final int mode) throws Exception {
        node.on(() -> {
            ((RedundantMesh) node.node.mesh()).network(network).isolate(mode);
            return null;
        });
    }

    private static TransportConfig config(final LinkMode mode) {
        final LinkConfig.Network second = new LinkConfig.Network(new PeerAddress("127.0.1.1", 0), List.of());
        return MeshNode.loopback().withLinks(LinkConfig.of(List.of(second), mode));
    }

    /** A node on two networks that writes down what it is told. */
    private static final class LinkedNode extends MeshRecord {
        final RedundantMesh mesh;

        LinkedNode(final int number, final TransportConfig config) {
            super(number);
            final long life = System.nanoTime();
            mesh = new RedundantMesh(loop, config.links(), config.peersMax(), this,
                (network, heard) -> new TcpMesh(loop, config.onNetwork(network),
                    new MeshIdentity("c", "node" + number, id, life, network), heard));
            loop.onPassEnd(mesh::flush);
        }

        @Override
        public Mesh mesh() {
            return mesh;
        }

        int port(final int network) {
            try {
                until(() -> mesh.network(network).port() != 0);
                return on(() -> mesh.network(network).port());
            } catch (final Exception e) {
                throw new AssertionError(e);
            }
        }

        LinkedNode start(final LinkedNode... seeds) {
            final List<PeerAddress> addresses = java.util.Arrays.stream(seeds).map(s -> new PeerAddress("127.0.0.1", s.port(0))).toList();
            loop.execute(() -> mesh.start(addresses));
            port(0);
            return this;
        }

        void awaitLinks(final int count) throws Exception {
            until(() -> mesh.links().stream().filter(link -> link.state() != LinkStatus.State.BEING_MADE).count() == count);
        }

        void awaitUse(final int network) throws Exception {
            until(() -> mesh.links().stream().filter(link -> link.state() != LinkStatus.State.BEING_MADE).count() == 2
                && mesh.links().stream().anyMatch(link -> link.network() == network && link.used()));
        }

        void isolate(final int network, final int mode) throws Exception {
            on(() -> {
                mesh.network(network).isolate(mode);
                return null;
            });
        }

        void send(final int to, final String text, final TrafficClass trafficClass) throws Exception {
            final DirectBuffer packet = new UnsafeBuffer(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            on(() -> {
                mesh.send(handle(to), packet, 0, packet.capacity(), trafficClass);
                return null;
            });
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Admission;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.RingKey;
import io.carillon.group.transport.TransportConfig;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links over UDP on loopback, with a network in between that may be bad. The time limit only ends a test that hangs. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class UdpMeshTest {
    private static final TransportConfig KEYED = UdpNode.config(UdpNode.KEY);

    @Test
    void twoNodesLinkAndExchangePacketsOfAnySize() throws Exception {
        for (final RingKey key : new RingKey[] {UdpNode.KEY, null}) {
            try (UdpNode a = new UdpNode(1, UdpNode.config(key)).start(); UdpNode b = new UdpNode(2, UdpNode.config(key)).start(a)) {
                a.await("up 2");
                b.await("up 1");
                for (final int length : new int[] {0, 1, 1100, 1200, 9000, 65_000, 1 << 20, 4_000_000}) {
                    a.send(2, "x".repeat(length), TrafficClass.BULK);
                    assertEquals("x".repeat(length), b.next());
                    b.send(1, "y".repeat(length), length > 100_000 ? TrafficClass.BULK : TrafficClass.CONTROL);
                    assertEquals("y".repeat(length), a.next());
                }
                a.until(() -> a.mesh.roundTripNs(a.handle(2)) >= 0);
                // The other side has it before this one hears that it has.
                b.until(() -> b.mesh.links().getFirst().unsentBytes() == 0);
            }
        }
    }

    @Test
    void whatIsSentAtOnceOnBeingLinkedArrives() throws Exception {
        for (int round = 0; round < 10; round++) {
            try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start(a)) {
                b.await("up 1");
                b.send(1, "first", TrafficClass.CONTROL);
                a.await("up 2");
                a.await("first");
            }
        }
    }

    @Test
    void aThirdNodeIsLearntByGossip() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start(a);
            UdpNode c = new UdpNode(3, KEYED).start(a)) {
            b.until(() -> b.mesh.peerCount() == 2);
            c.until(() -> c.mesh.peerCount() == 2);
            c.send(2, "from c", TrafficClass.CONTROL);
            b.await("from c");
        }
    }

    @Test
    void nodesThatCallEachOtherAtOnceEndWithOneLinkAndTheListenerHearsOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start()) {
                final List<PeerAddress> both = List.of(new PeerAddress("127.0.0.1", a.port()), new PeerAddress("localhost", b.port()));
                for (final UdpNode node : List.of(a, b)) {
                    node.loop.execute(() -> both.forEach(address -> node.mesh.book().configure(address, node.mesh.nowNs())));
                    node.loop.execute(node.mesh::rearm);
                }
                assertEquals("up 2", a.next());
                assertEquals("up 1", b.next());
                for (int i = 0; i < 20; i++) {
                    a.until(() -> a.mesh.describe().stream().filter(line -> line.startsWith("link: ")).count() == 1);
                    b.until(() -> b.mesh.describe().stream().filter(line -> line.startsWith("link: ")).count() == 1);
                }
                a.send(2, "ab", TrafficClass.CONTROL);
                b.send(1, "ba", TrafficClass.CONTROL);
                assertEquals("ab", b.next());
                assertEquals("ba", a.next());
            }
        }
    }

    @Test
    void whoEndsSaysSoAndIsFoundAgain() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start()) {
            final int port;
            try (UdpNode b = new UdpNode(2, KEYED).start(a)) {
                a.await("up 2");
                port = b.port();
            }
            a.await("down 2");
            // The same member in another life, that looks for nobody: the survivor finds it.
            try (UdpNode again = new UdpNode(2, KEYED.withListen(new PeerAddress("127.0.0.1", port))).start()) {
                a.await("up 2");
                again.await("up 1");
            }
        }
    }

    @Test
    void anotherLifeOfAMemberReplacesTheOneThatSaidNothing() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start(a)) {
            a.await("up 2");
            b.on(() -> {
                b.mesh.isolate(1);
                return null;
            });
            try (UdpNode again = new UdpNode(2, KEYED).start(a)) {
                a.await("down 2");
                a.await("up 2");
                again.await("up 1");
                again.send(1, "alive", TrafficClass.CONTROL);
                a.await("alive");
            }
        }
    }

    @Test
    void anotherKeyAnotherClusterAnotherNetworkAreRefused() throws Exception {
        final RingKey otherKey = new RingKey(new byte[32]);
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode stranger = new UdpNode(2, UdpNode.config(otherKey)).start(a);
            UdpNode open = new UdpNode(3, UdpNode.config(null)).start(a); UdpNode other = new UdpNode(4, "d", KEYED).start(a)) {
            a.until(() -> a.mesh.refusals().forged() >= 2);
            other.until(() -> other.mesh.refusedCount() >= 1);
            assertTrue(other.describe().contains("cluster of another name"), other::describe);
            assertEquals(0, a.on(a.mesh::peerCount));
            assertEquals(0, stranger.on(stranger.mesh::peerCount) + open.on(open.mesh::peerCount) + other.on(other.mesh::peerCount));
        }
    }

    @Test
    void theOwnAddressAndACopyAreRecognised() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start()) {
            a.on(() -> {
                a.mesh.book().configure(new PeerAddress("127.0.0.1", a.mesh.port()), a.mesh.nowNs());
                a.mesh.rearm();
                return null;
            });
            a.until(() -> a.mesh.describe().stream().noneMatch(line -> line.startsWith("no link")));
            try (UdpNode copy = new UdpNode(1, KEYED).start(a)) {
                copy.until(() -> copy.mesh.refusedCount() >= 1);
                assertTrue(copy.describe().contains("member id of another live node"), copy::describe);
                assertEquals(0, a.on(a.mesh::peerCount));
            }
        }
    }

    @Test
    void whoIsNotOnTheAllowListIsNotServed() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED); UdpNode b = new UdpNode(2, KEYED)) {
            a.mesh.admission((ip, answer) -> answer.accept(!ip.equals("127.0.0.1")));
            a.start();
            b.start(a);
            a.until(() -> a.mesh.refusedCount() >= 2);
            assertEquals(0, a.on(a.mesh::peerCount));
            a.on(() -> {
                a.mesh.admission(Admission.ALL);
                return null;
            });
            a.await("up 2");
        }
    }

    @Test
    void longMessagesArriveThroughABadNetwork() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start(a)) {
            a.await("up 2");
            b.await("up 1");
            for (final UdpNode node : List.of(a, b)) {
                final LossyNetwork network = node.through(new LossyNetwork(node.port()).lose(50));
                network.doubled = 50;
                network.swapped = 50;
            }
            final Set<String> expected = new HashSet<>();
            for (int i = 0; i < 30; i++) {
                final String message = i + "x".repeat(1 << 16 + i % 4);
                expected.add(message);
                a.send(2, message, TrafficClass.BULK);
            }
            while (!expected.isEmpty()) {
                final String came = b.next();
                assertTrue(expected.remove(came), () -> "came twice or not as sent: " + came.length() + " characters");
            }
            a.until(() -> a.mesh.links().getFirst().unsentBytes() == 0);
            assertEquals(0, b.on(() -> b.mesh.link(b.handle(1)).reassembly.heldBytes()));
        }
    }

    @Test
    void aSizeThatVanishesOnTheWayIsFoundOut() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start(a)) {
            a.await("up 2");
            b.await("up 1");
            a.until(() -> a.mesh.link(a.handle(2)).mtu.size() == PathMtu.CEILING);
            final LossyNetwork network = b.through(new LossyNetwork(1));
            network.lengthMax = 1300;
            a.until(() -> a.mesh.link(a.handle(2)).mtu.size() <= 1300);
            assertEquals(1, a.on(() -> a.mesh.link(a.handle(2)).mtu.blackHoles()));
            a.send(2, "z".repeat(300_000), TrafficClass.BULK);
            assertEquals("z".repeat(300_000), b.next());
        }
    }

    @Test
    void whatComesAgainIsNotTakenAgain() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED)) {
            b.start();
            final LossyNetwork network = b.through(new LossyNetwork(1));
            network.seenMax = 10_000;
            b.on(() -> {
                b.mesh.learn(a.id, new PeerAddress("127.0.0.1", a.mesh.port()));
                return null;
            });
            b.await("up 1");
            a.await("up 2");
            for (int i = 0; i < 50; i++) {
                a.send(2, "packet " + i, TrafficClass.CONTROL);
                assertEquals("packet " + i, b.next());
            }
            a.send(2, "w".repeat(100_000), TrafficClass.BULK);
            assertEquals("w".repeat(100_000), b.next());
            final int came = b.on(() -> {
                network.seenMax = 0;
                network.replay(b.mesh.socket().channel());
                return network.seen.size();
            });
            assertTrue(b.on(b.mesh.refusals()::replayed) >= 50, "of " + came + " datagrams");
            a.send(2, "last", TrafficClass.CONTROL);
            assertEquals("last", b.next());
            assertNull(b.events.peek());
        }
    }

    @Test
    void forgeriesAndGarbageChangeNothing() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED)) {
            b.start();
            final LossyNetwork network = b.through(new LossyNetwork(1));
            network.seenMax = 100;
            b.on(() -> {
                b.mesh.learn(a.id, new PeerAddress("127.0.0.1", a.mesh.port()));
                return null;
            });
            b.await("up 1");
            a.await("up 2");
            a.send(2, "before", TrafficClass.CONTROL);
            assertEquals("before", b.next());
            b.on(() -> {
                network.seenMax = 0;
                final Random random = new Random(7);
                final InetSocketAddress peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), a.mesh.port());
                for (int i = 0; i < 20_000; i++) {
                    final DatagramPacket like = network.seen.get(random.nextInt(network.seen.size()));
                    final byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(1500) : like.content().readableBytes()];
                    random.nextBytes(bytes);
                    if (random.nextInt(4) != 0) {
                        like.content().getBytes(0, bytes, 0, Math.min(bytes.length, like.content().readableBytes()));
                        for (int n = random.nextInt(4); n >= 0 && bytes.length > 0; n--) {
                            // Numbers of its own, so that it is no repetition; and one byte anywhere.
                            bytes[Math.min(bytes.length - 1, 8 + random.nextInt(8))] ^= (byte) (1 + random.nextInt(255));
                            bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
                        }
                    }
                    b.mesh.receiver().onDatagram(Unpooled.wrappedBuffer(bytes), random.nextBoolean() ? peer : like.sender());
                }
                return null;
            });
            assertTrue(b.on(b.mesh.refusals()::forged) > 1000, b::describe);
            a.send(2, "after", TrafficClass.CONTROL);
            assertEquals("after", b.next());
            assertNull(b.events.peek());
            assertEquals(1, b.on(b.mesh::peerCount));
        }
    }

    @Test
    void aFloodOfStrangersKeepsNothingAndIsAnsweredWithLess() throws Exception {
        try (UdpNode a = new UdpNode(1, UdpNode.config(null)).start(); DatagramSocket stranger = new DatagramSocket()) {
            stranger.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), a.port()));
            final byte[] init = a.on(() -> {
                final var body = Unpooled.buffer().writeIntLE(Datagrams.INIT).writeIntLE(0x554c5243).writeZero(Cookies.LENGTH);
                new UdpIntroduction(5, UdpHandshake.random(), 6, UdpHandshake.random(), a.mesh.hello()).encode(body);
                final byte[] bytes = new byte[body.readableBytes() + 16];
                body.readBytes(bytes, 0, bytes.length - 16);
                final var mac = Cookies.mac("carillon udp 1 handshake".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                mac.update(bytes, 0, bytes.length - 16);
                System.arraycopy(mac.doFinal(), 0, bytes, bytes.length - 16, 16);
                return bytes;
            });
            final var answer = new java.net.DatagramPacket(new byte[2000], 2000);
            for (int i = 0; i < 200; i++) {
                stranger.send(new java.net.DatagramPacket(init, init.length));
                stranger.receive(answer);
                assertEquals(Datagrams.COOKIE, answer.getData()[0]);
                assertTrue(answer.getLength() < init.length);
            }
            assertTrue(a.on(() -> a.mesh.links().isEmpty()));
        }
    }

    @Test
    void aReaderThatStandsStillCostsBoundedMemory() throws Exception {
        final TransportConfig small = KEYED.withPendingMax(1 << 18, 1 << 20);
        try (UdpNode a = new UdpNode(1, small).start(); UdpNode b = new UdpNode(2, small).start(a)) {
            a.await("up 2");
            b.await("up 1");
            b.through(new LossyNetwork(1).lose(1000));
            for (int i = 0; i < 100; i++) {
                a.send(2, "v".repeat(100_000), TrafficClass.BULK);
            }
            assertTrue(a.on(() -> a.mesh.links().getFirst().unsentBytes()) <= 1 << 20);
            assertTrue(a.on(() -> a.mesh.links().getFirst().lost()) >= 89);
        }
    }

    @Test
    void ipv6IsCarried() throws Exception {
        final TransportConfig v6 = KEYED.withListen(PeerAddress.parse("tcp://[::1]:0", 1));
        try (UdpNode a = new UdpNode(1, v6).start(); UdpNode b = new UdpNode(2, v6).start()) {
            b.on(() -> {
                b.mesh.learn(a.id, new PeerAddress("::1", a.mesh.port()));
                return null;
            });
            b.await("up 1");
            a.await("up 2");
            // 20 bytes more of header than with the other IP.
            a.until(() -> a.mesh.link(a.handle(2)).mtu.size() == 9000 - 48);
            a.send(2, "six".repeat(10_000), TrafficClass.CONTROL);
            b.await("six".repeat(10_000));
        }
    }
}

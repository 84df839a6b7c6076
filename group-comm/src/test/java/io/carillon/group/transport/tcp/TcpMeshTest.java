// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Admission;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The time limit only ends a test that hangs. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TcpMeshTest {
    @Test
    void twoNodesLinkAndExchangePacketsOnBothConnections() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()).start();
            MeshNode b = new MeshNode(2, "c", MeshNode.loopback()).start(a)) {
            a.await("up 2");
            b.await("up 1");
            a.send(b, "hello", TrafficClass.CONTROL);
            b.await("packet hello");
            b.send(a, "x".repeat(1 << 20), TrafficClass.BULK);
            a.await("packet of " + (1 << 20));
            b.send(a, "", TrafficClass.CONTROL);
            a.await("packet ");
        }
    }

    @Test
    void aThirdNodeIsLearntByGossip() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()).start();
            MeshNode b = new MeshNode(2, "c", MeshNode.loopback()).start(a);
            MeshNode c = new MeshNode(3, "c", MeshNode.loopback()).start(a)) {
            b.until(() -> b.mesh.peerCount() == 2);
            c.until(() -> c.mesh.peerCount() == 2);
            c.send(b, "from c", TrafficClass.CONTROL);
            b.await("packet from c");
        }
    }

    @Test
    void nodesThatDialEachOtherAtOnceEndWithOneLinkEach() throws Exception {
        for (int round = 0; round < 20; round++) {
            final int[] ports = {freePort(), freePort(), freePort()};
            final List<PeerAddress> all = List.of(new PeerAddress("127.0.0.1", ports[0]), new PeerAddress("localhost", ports[1]),
                new PeerAddress("127.0.0.1", ports[2]));
            try (MeshNode a = new MeshNode(1, "c", listening(ports[0])); MeshNode b = new MeshNode(2, "c", listening(ports[1]));
                MeshNode c = new MeshNode(3, "c", listening(ports[2]))) {
                final MeshNode[] nodes = {a, b, c};
                for (final MeshNode node : nodes) {
                    node.loop.execute(() -> node.mesh.start(all));
                }
                for (final MeshNode node : nodes) {
                    node.until(() -> node.mesh.peerCount() == 2);
                }
                a.send(b, "ab", TrafficClass.CONTROL);
                b.send(c, "bc", TrafficClass.BULK);
                c.send(a, "ca", TrafficClass.CONTROL);
                b.await("packet ab");
                c.await("packet bc");
                a.await("packet ca");
            }
        }
    }

    @Test
    void aNodeThatDiesIsReportedAndLinkedAgainWhenItIsBackOnTheSamePort() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()).start();
            MeshNode b = new MeshNode(2, "c", MeshNode.loopback()).start(a)) {
            a.await("up 2");
            final int port = b.port();
            b.end();
            a.await("down 2");
            // The same member comes back, in another life, and looks for nobody: the survivor finds it.
            try (MeshNode again = new MeshNode(2, "c", listening(port)).start()) {
                a.await("up 2");
                again.await("up 1");
            }
        }
    }

    /** A process that dies with something unread resets its connections, which is for people what any death is. */
    @Test
    void aPeerThatResetsItsConnectionIsNamedAsOneThatClosed() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()).start();
            AdmittedPeer peer = new AdmittedPeer(connect(a), connect(a), new MemberId(0, 2), "c", 7)) {
            a.await("up 2");
            peer.control.setSoLinger(true, 0);
            peer.control.close();
            a.await("down 2");
            assertEquals("connection closed by the other side", a.on(() -> a.mesh.faults().getLast().why()));
        }
    }

    @Test
    void aPortThatIsStillTakenIsWaitedFor() throws Exception {
        final ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (MeshNode a = new MeshNode(1, "c", listening(taken.getLocalPort()))) {
            a.loop.execute(() -> a.mesh.start(List.of()));
            assertEquals(0, a.on(a.mesh::port));
            taken.close();
            assertEquals(taken.getLocalPort(), a.port());
        }
    }

    @Test
    void aPortThatStaysTakenIsReported() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            MeshNode a = new MeshNode(1, "c", noPatience(taken.getLocalPort()))) {
            a.loop.execute(() -> a.mesh.start(List.of()));
            final String event = a.next();
            assertTrue(event.contains("cannot listen on 127.0.0.1:" + taken.getLocalPort()) && event.contains("gmcast.listen_addr"), event);
        }
    }

    @Test
    void anotherClusterIsRefusedAndDisturbsNobody() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()).start();
            MeshNode b = new MeshNode(2, "c", MeshNode.loopback()).start(a);
            MeshNode stranger = new MeshNode(3, "d", MeshNode.loopback()).start(a, b)) {
            a.await("up 2");
            stranger.until(() -> stranger.mesh.refusedCount() >= 4);
            assertEquals(0, stranger.on(stranger.mesh::peerCount));
            assertEquals(1, a.on(a.mesh::peerCount));
            assertTrue(a.on(a.mesh::describe).toString().contains("belongs to a cluster of another name"));
            a.send(b, "still here", TrafficClass.CONTROL);
            b.await("packet still here");
        }
    }

    @Test
    void theOwnAddressInTheListIsRecognised() throws Exception {
        final int port = freePort();
        try (MeshNode a = new MeshNode(1, "c", listening(port));
            MeshNode b = new MeshNode(2, "c", MeshNode.loopback())) {
            a.start(List.of(new PeerAddress("127.0.0.1", port), new PeerAddress("localhost", port)));
            a.until(() -> a.mesh.refusedCount() == 4);
            b.start(a);
            a.await("up 2");
            assertTrue(a.on(a.mesh::describe).stream().noneMatch(line -> line.startsWith("no link")));
        }
    }

    @Test
    void aCopyOfALiveMemberIsRefused() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()).start();
            MeshNode copy = new MeshNode(new MemberId(0, 1), "copy", "c", MeshNode.loopback()).start(a)) {
            copy.until(() -> copy.mesh.refusedCount() >= 1);
            assertTrue(copy.on(copy.mesh::describe).toString().contains("member id of another live node"));
            assertEquals(0, a.on(a.mesh::peerCount));
        }
    }

    @Test
    void whoIsNotOnTheAllowListIsNotServed() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()); MeshNode b = new MeshNode(2, "c", MeshNode.loopback())) {
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
    void whoeverIsAskedMayTakeTime() throws Exception {
        final TransportConfig config = MeshNode.loopback().withPatience(300_000_000L, 1_000_000_000L, 15_000_000_000L);
        try (MeshNode a = new MeshNode(1, "c", config); MeshNode b = new MeshNode(2, "c", MeshNode.loopback())) {
            final LinkedBlockingQueue<Consumer<Boolean>> questions = new LinkedBlockingQueue<>();
            a.mesh.admission((ip, answer) -> questions.add(answer));
            a.start();
            b.start(a);
            // Nobody answers: it is let go after the time of a handshake, and an answer that comes later changes nothing.
            final Consumer<Boolean> late = questions.take();
            a.until(() -> a.mesh.refusedCount() >= 1);
            answer(a, late, true);
            final Consumer<Boolean> next = questions.take();
            assertEquals(0, a.on(a.mesh::peerCount));
            answer(a, next, true);
            answer(a, next, false);
            a.on(() -> {
                a.mesh.admission(Admission.ALL);
                return null;
            });
            questions.forEach(more -> answer(a, more, true));
            a.await("up 2");
            b.await("up 1");
        }
    }

    @Test
    void whoListensAtOneAddressCallsFromIt() throws Exception {
        final TransportConfig other = TransportConfig.defaults().withListen(new PeerAddress("127.0.0.3", 0));
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()); MeshNode b = new MeshNode(2, "c", other)) {
            final LinkedBlockingQueue<String> callers = new LinkedBlockingQueue<>();
            a.mesh.admission((ip, answer) -> {
                callers.add(ip);
                answer.accept(true);
            });
            a.start();
            b.start(a);
            a.await("up 2");
            assertEquals(List.of("127.0.0.3"), callers.stream().distinct().toList());
        }
    }

    private static void answer(final MeshNode node, final Consumer<Boolean> question, final boolean admitted) {
        try {
            node.on(() -> {
                question.accept(admitted);
                return null;
            });
        } catch (final Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void isolationDropsEverythingAndEndsWithoutNewLinks() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()).start();
            MeshNode b = new MeshNode(2, "c", MeshNode.loopback()).start(a)) {
            a.await("up 2");
            b.await("up 1");
            isolate(a, 1);
            a.send(b, "lost", TrafficClass.CONTROL);
            b.send(a, "lost too", TrafficClass.CONTROL);
            b.send(a, "and this", TrafficClass.BULK);
            // What b sent has been read and dropped once the bytes are counted.
            a.until(() -> a.mesh.describe().get(0).contains("bulk in 0 packets") && !a.mesh.describe().get(0).contains("lost 0"));
            isolate(a, 0);
            a.send(b, "heard", TrafficClass.CONTROL);
            assertEquals("packet heard", b.next());
        }
    }

    @Test
    void forcedDisconnectionClosesLinksUntilItIsLifted() throws Exception {
        try (MeshNode a = new MeshNode(1, "c", MeshNode.loopback()).start();
            MeshNode b = new MeshNode(2, "c", MeshNode.loopback()).start(a)) {
            a.await("up 2");
            b.await("up 1");
            isolate(a, 2);
            a.await("down 2");
            b.await("down 1");
            assertEquals(0, a.on(a.mesh::peerCount));
            isolate(a, 0);
            a.await("up 2");
            b.await("up 1");
        }
    }

    @Test
    void ipv6IsCarried() throws Exception {
        final TransportConfig v6 = TransportConfig.defaults().withListen(PeerAddress.parse("tcp://[::1]:0", 1));
        try (MeshNode a = new MeshNode(1, "c", v6).start(); MeshNode b = new MeshNode(2, "c", v6)) {
            b.start(List.of(new PeerAddress("::1", a.port())));
            b.await("up 1");
            a.await("up 2");
            a.send(b, "six", TrafficClass.CONTROL);
            b.await("packet six");
        }
    }

    private static void isolate(final MeshNode node, final int mode) throws Exception {
        node.on(() -> {
            node.mesh.isolate(mode);
            return null;
        });
    }

    private static TransportConfig listening(final int port) {
        return TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", port));
    }

    private static TransportConfig noPatience(final int port) {
        final TransportConfig c = listening(port);
        return new TransportConfig(c.listen(), c.advertised(), c.frameLengthMax(), c.controlPendingMax(), c.bulkPendingMax(),
            c.handshakeNs(),
            c.pingNs(), c.silentNs(), c.reconnectMinNs(), c.reconnectMaxNs(), c.forgetNs(), 0,
            c.unauthenticatedMax(), c.peersMax(), c.links(), null);
    }

    private static Socket connect(final MeshNode node) throws Exception {
        return new Socket(InetAddress.getLoopbackAddress(), node.port());
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.wire.PacketType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Five nodes at two sites, on a network in memory: what crosses between the sites, and who gets what from whom. */
final class SegmentedMeshTest {
    private static final long MS = 1_000_000;
    private static final byte[] ORDER = {PacketType.ORDER, 1, 2, 3};
    private static final byte[] ACK = {PacketType.ACK, 9};

    private final ArrayDeque<Runnable> wire = new ArrayDeque<>();
    private final boolean[][] cut = new boolean[5][5];
    private long nowNs = 1000 * MS;
    private int crossed;
    private final Node[] nodes = new Node[5];

    /** A node: its handle for node i is i. */
    private final class Node extends UnusedMesh implements MeshListener {
        final int number;
        final int site;
        final SegmentedMesh mesh;
        final List<String> got = new ArrayList<>();

        Node(final int number, final int site) {
            this.number = number;
            this.site = site;
            mesh = new SegmentedMesh(site, () -> nowNs, this);
            mesh.over(this);
        }

        @Override
        public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
            final byte[] copy = new byte[length + 3];
            packet.getBytes(offset, copy, 3, length);
            crossed += nodes[peer].site == site || copy[3] == SegmentedMesh.SEGMENT ? 0 : 1;
            wire.add(() -> {
                if (!cut[number][peer]) {
                    nodes[peer].mesh.onPacket(nowNs, number, new UnsafeBuffer(copy), 3, length);
                }
            });
        }

        void broadcast(final byte[] packet) {
            final int[] peers = new int[8];
            int count = 0;
            for (int peer = 0; peer < nodes.length; peer++) {
                if (peer != number && !cut[number][peer]) {
                    peers[count++] = peer;
                }
            }
            mesh.broadcast(peers, count, new UnsafeBuffer(packet), 0, packet.length, TrafficClass.CONTROL);
        }

        @Override
        public void onPacket(final long atNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
            final byte[] packet = new byte[length];
            buffer.getBytes(offset, packet);
            got.add(peer + Arrays.toString(packet));
        }

        @Override
        public void onPeerUp(final long atNs, final int peer, final MemberId id) {
            // what is tested is who gets packets
        }

        @Override
        public void onPeerDown(final long atNs, final int peer) {
            // what is tested is who gets packets
        }

        @Override
        public void onListenFailed(final String what) {
            throw new AssertionError(what);
        }

        @Override
        public List<String> describe() {
            return List.of();
        }
    }

    private static MemberId id(final int number) {
        return new MemberId(7, 100 + number);
    }

    private void link(final int... sites) {
        for (int n = 0; n < 5; n++) {
            nodes[n] = new Node(n, sites[n]);
        }
        for (final Node node : nodes) {
            for (int peer = 0; peer < 5; peer++) {
                if (peer != node.number) {
                    node.mesh.onPeerUp(nowNs, peer, id(peer));
                }
            }
        }
    }

    private void settle() {
        while (!wire.isEmpty()) {
            wire.remove().run();
        }
    }

    /** All who should got exactly {@code packet} of {@code origin}; and so much crossed. */
    private void expect(final int origin, final byte[] packet, final int crossings, final int... receivers) {
        settle();
        for (final Node node : nodes) {
            final boolean gets = Arrays.stream(receivers).anyMatch(n -> n == node.number);
            assertEquals(gets ? List.of(origin + Arrays.toString(packet)) : List.of(), node.got, "node " + node.number);
            node.got.clear();
        }
        assertEquals(crossings, crossed);
        crossed = 0;
    }

    @Test
    void payloadCrossesOnceAndIsOfItsSender() {
        link(0, 0, 0, 1, 1);
        settle();
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 1, 1, 2, 3, 4);
        nodes[4].broadcast(new byte[] {PacketType.DATA, 5});
        expect(4, new byte[] {PacketType.DATA, 5}, 1, 0, 1, 2, 3);
    }

    @Test
    void allElseGoesDirectly() {
        link(0, 0, 0, 1, 1);
        settle();
        nodes[0].broadcast(ACK);
        expect(0, ACK, 2, 1, 2, 3, 4);
    }

    @Test
    void whoIsInOneSegmentOrNotKnownToBeElsewhereIsToldDirectly() {
        link(0, 0, 0, 0, 0);
        settle();
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 0, 1, 2, 3, 4);
        link(0, 0, 0, 1, 1);
        wire.clear(); // nobody has said where it is
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 2, 1, 2, 3, 4);
    }

    @Test
    void aSegmentThatWasNotHeardOfIsToldAgain() {
        link(0, 0, 0, 1, 1);
        wire.clear();
        nowNs += 6000 * MS;
        for (final Node node : nodes) {
            node.broadcast(ACK); // everybody hears something, and repeats where it is
        }
        settle();
        Arrays.stream(nodes).forEach(node -> node.got.clear());
        crossed = 0;
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 1, 1, 2, 3, 4);
    }

    @Test
    void aRelayThatIsSilentOrGoneIsReplaced() {
        link(0, 0, 1, 1, 1);
        settle();
        nowNs += 250 * MS;
        cut[2][0] = true; // node 2, the first of its site, says nothing more to node 0
        for (int n = 1; n < 5; n++) {
            nodes[n].broadcast(ACK);
        }
        settle();
        nowNs += 250 * MS;
        for (int n = 3; n < 5; n++) {
            nodes[n].broadcast(ACK);
        }
        settle();
        Arrays.stream(nodes).forEach(node -> node.got.clear());
        crossed = 0;
        cut[0][2] = false;
        nodes[0].broadcast(ORDER);
        settle();
        assertTrue(nodes[0].mesh.describe().getLast().contains("1 packets to relays"), nodes[0].mesh.describe()::toString);
        assertTrue(nodes[3].mesh.describe().getLast().endsWith("2 passed on here"), nodes[3].mesh.describe()::toString);
        expect(0, ORDER, 1, 1, 2, 3, 4);
        nodes[0].mesh.onPeerDown(nowNs, 3);
        cut[0][3] = true;
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 1, 1, 2, 4);
    }

    @Test
    void whereNobodyWasHeardLatelyAllAreToldDirectly() {
        link(0, 0, 0, 1, 1);
        settle();
        nowNs += 400 * MS;
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 2, 1, 2, 3, 4);
    }

    @Test
    void whomARelayDoesNotReachIsToldDirectlyFromThenOn() {
        link(0, 0, 0, 1, 1);
        settle();
        nodes[3].mesh.onPeerDown(nowNs, 4);
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 2, 1, 2, 3); // once to the relay, and its answer
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 2, 1, 2, 3, 4);
        nodes[3].mesh.onPeerUp(nowNs, 4, id(4));
        nodes[4].mesh.onPeerDown(nowNs, 3);
        nodes[4].mesh.onPeerUp(nowNs, 3, id(3));
        settle();
        nowNs += 5100 * MS;
        nodes[3].broadcast(ACK);
        nodes[4].broadcast(ACK);
        settle();
        Arrays.stream(nodes).forEach(node -> node.got.clear());
        crossed = 0;
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 1, 1, 2, 3, 4);
    }

    /** Only a neighbour speaks for somebody else, never for a stranger or a neighbour, and only payload. */
    @Test
    void whoMaySpeakForWhomIsLimited() {
        link(0, 0, 0, 1, 1);
        settle();
        relayedBy(3, 0, ORDER); // from another segment
        relayedBy(1, 2, ORDER); // for a neighbour
        relayedBy(1, 9, ORDER); // for a stranger
        relayedBy(1, 3, new byte[] {PacketType.JOIN, 1});
        assertEquals(List.of(), nodes[0].got);
        relayedBy(1, 3, ORDER);
        assertEquals(List.of(3 + Arrays.toString(ORDER)), nodes[0].got);
    }

    private void relayedBy(final int relay, final int origin, final byte[] packet) {
        final UnsafeBuffer envelope = new UnsafeBuffer(new byte[17 + packet.length]);
        envelope.putByte(0, SegmentedMesh.RELAYED);
        envelope.putLong(1, id(origin).msb(), java.nio.ByteOrder.LITTLE_ENDIAN);
        envelope.putLong(9, id(origin).lsb(), java.nio.ByteOrder.LITTLE_ENDIAN);
        envelope.putBytes(17, packet);
        nodes[0].mesh.onPacket(nowNs, relay, envelope, 0, envelope.capacity());
    }

    @Test
    void garbageIsDropped() {
        link(0, 0, 0, 1, 1);
        settle();
        final Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            final byte[] garbage = new byte[1 + random.nextInt(100)];
            random.nextBytes(garbage);
            garbage[0] = (byte) (0xE0 + random.nextInt(4));
            if (garbage[0] != SegmentedMesh.SEGMENT || garbage.length != 2) {
                nodes[0].mesh.onPacket(nowNs, 1 + random.nextInt(4), new UnsafeBuffer(garbage), 0, garbage.length);
            }
            wire.clear();
        }
        nodes[0].got.removeIf(packet -> packet.matches("\\d\\[[" + PacketType.DATA + PacketType.ORDER + "][,\\]].*"));
        assertEquals(List.of(), nodes[0].got);
        crossed = 0;
        nodes[0].broadcast(ORDER);
        expect(0, ORDER, 1, 1, 2, 3, 4);
    }
}

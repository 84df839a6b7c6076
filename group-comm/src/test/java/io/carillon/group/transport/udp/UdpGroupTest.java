// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.node.TestNode;
import io.carillon.group.transport.LinkConfig;
import io.carillon.group.transport.LinkMode;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.RedundantMesh;
import io.carillon.group.transport.TransportConfig;
import java.net.DatagramSocket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole members over UDP on loopback. The time limit only ends a test that hangs. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class UdpGroupTest {
    @Test
    void threeMembersHaveOneOrder() throws Exception {
        group(UdpNode.config(UdpNode.KEY), 0, 3000);
    }

    @Test
    void oneDatagramInTwentyIsLost() throws Exception {
        group(UdpNode.config(UdpNode.KEY), 50, 500);
    }

    @Test
    void whatGoesToAllGoesByMulticast() throws Exception {
        final int port;
        try (DatagramSocket free = new DatagramSocket()) {
            port = free.getLocalPort();
        }
        group(UdpNode.multicast(port), 0, 2000);
    }

    @ParameterizedTest
    @EnumSource
    void linksOfSeveralNetworksAreOverUdpToo(final LinkMode mode) throws Exception {
        final LinkConfig.Network second = new LinkConfig.Network(new PeerAddress("127.0.1.1", 0), List.of());
        group(UdpNode.config(UdpNode.KEY).withLinks(LinkConfig.of(List.of(second), mode)), 0, 1000);
    }

    private static void group(final TransportConfig config, final int lost, final int each) throws Exception {
        try (TestNode a = new TestNode("a", config); TestNode b = new TestNode("b", config); TestNode c = new TestNode("c", config)) {
            a.join(true);
            b.join(false, a);
            c.join(false, a);
            final List<TestNode> nodes = List.of(a, b, c);
            for (final TestNode node : nodes) {
                node.awaitVoters(3);
            }
            final long view = a.on(() -> a.node.view().index());
            if (lost > 0) {
                for (final TestNode node : nodes) {
                    node.on(() -> udp(node).socket().channel().pipeline().addBefore("carillon", "network",
                        new LossyNetwork(node.name.hashCode()).lose(lost)));
                }
            }
            if (config.udp().multicast() != null) {
                for (final TestNode node : nodes) {
                    node.until(() -> udp(node).multicast().audience() == 2);
                }
            }
            a.offer("a", each, 200);
            b.offer("b", each, 2000);
            c.offer("c", each / 50, 100_000);
            if (!config.links().further().isEmpty()) {
                a.until(() -> a.delivered.size() > each / 2);
                if (config.links().mode() == LinkMode.ACTIVE) {
                    a.until(() -> a.node.links().size() == 4
                        && a.node.links().stream().allMatch(link -> link.used() && link.packetsOut() > 0 && link.packetsIn() > 0));
                }
                a.on(() -> {
                    ((RedundantMesh) a.node.mesh()).network(0).isolate(1);
                    return null;
                });
            }
            for (final TestNode node : nodes) {
                node.until(() -> node.delivered.size() == 2 * each + each / 50);
                assertEquals(view, node.on(() -> node.node.view().index()), node::describe);
            }
            assertEquals(a.on(() -> List.copyOf(a.delivered)), b.on(() -> List.copyOf(b.delivered)));
            assertEquals(a.on(() -> List.copyOf(a.delivered)), c.on(() -> List.copyOf(c.delivered)));
            if (config.udp().multicast() != null) {
                // What c offers is too long for one datagram, and goes to each by itself.
                for (final TestNode node : List.of(a, b)) {
                    assertTrue(node.on(() -> udp(node).multicast().packets()) > 0, node::describe);
                }
            }
        }
    }

    private static UdpMesh udp(final TestNode node) {
        return (UdpMesh) node.node.mesh();
    }
}

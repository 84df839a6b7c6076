// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.TransportConfig;
import io.netty.channel.ChannelOutboundBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node over UDP does not say: isolated, not to be believed, or too slowly sent. The time limit only ends a test that hangs. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class UdpMuteTest {
    private static final TransportConfig KEYED = UdpNode.config(UdpNode.KEY);

    @Test
    void whoIsIsolatedForAWhileIsHeardAgainAtOnce() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start(a)) {
            a.await("up 2");
            b.await("up 1");
            final long bytes = b.on(() -> {
                final UdpLink link = b.mesh.link(b.handle(1));
                b.mesh.isolate(1);
                link.frame(Frames.PING, 0); // as the clock does every second
                b.mesh.flush();
                b.mesh.isolate(0);
                final long before = link.bytesOut;
                b.mesh.send(b.handle(1), new UnsafeBuffer("back".getBytes(StandardCharsets.UTF_8)), 0, 4, TrafficClass.CONTROL);
                b.mesh.flush();
                return link.bytesOut - before;
            });
            assertTrue(bytes > 0, "what is said afterwards leaves with the pass, not with the next probe of a size");
            assertEquals("back", a.next());
        }
    }

    @Test
    void whoIsIsolatedAnswersNobodyWhoAskedBefore() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED); UdpNode b = new UdpNode(2, KEYED)) {
            final List<Consumer<Boolean>> asked = new ArrayList<>();
            a.mesh.admission((ip, answer) -> asked.add(answer));
            a.start();
            b.start(a);
            a.until(() -> !asked.isEmpty());
            assertEquals(List.of(), a.on(() -> {
                a.mesh.isolate(1);
                asked.getFirst().accept(true);
                return a.mesh.links();
            }));
        }
    }

    @Test
    void whatIsDiscardedDoesNotLeaveWhenTheMeshStops() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start(a)) {
            a.await("up 2");
            b.await("up 1");
            final long bytes = a.on(() -> {
                final UdpLink link = a.mesh.link(a.handle(2));
                a.mesh.flush();
                final long before = link.bytesOut;
                a.mesh.send(a.handle(2), new UnsafeBuffer(new byte[20_000]), 0, 20_000, TrafficClass.CONTROL);
                a.mesh.send(a.handle(2), new UnsafeBuffer(new byte[300]), 0, 300, TrafficClass.CONTROL);
                a.mesh.discard();
                assertEquals(0, link.fragments.unsentBytes());
                a.mesh.stop();
                return link.bytesOut - before;
            });
            assertTrue(bytes > 0 && bytes < 100, () -> bytes + " bytes left, the word that the link ends needs few");
            assertEquals("down 1", b.next());
        }
    }

    @Test
    void whatTheSystemDoesNotTakeIsLostBeyondALimit() throws Exception {
        try (UdpNode a = new UdpNode(1, KEYED).start(); UdpNode b = new UdpNode(2, KEYED).start(a)) {
            a.await("up 2");
            b.await("up 1");
            a.on(() -> {
                final ChannelOutboundBuffer unsent = a.mesh.socket().channel().unsafe().outboundBuffer();
                unsent.setUserDefinedWritability(1, false); // as when four megabytes wait
                a.mesh.send(a.handle(2), new UnsafeBuffer("lost".getBytes(StandardCharsets.UTF_8)), 0, 4, TrafficClass.CONTROL);
                a.mesh.flush();
                unsent.setUserDefinedWritability(1, true);
                return null;
            });
            assertTrue(a.on(a.mesh.socket()::failed) > 0);
            a.send(2, "sent", TrafficClass.CONTROL);
            assertEquals("sent", b.next());
        }
    }
}

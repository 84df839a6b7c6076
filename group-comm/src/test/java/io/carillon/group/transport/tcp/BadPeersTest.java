// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.PeerAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that are no nodes, or bad ones, over real sockets, beside a link that must not notice. The time limit only
 * ends a test that hangs.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BadPeersTest extends BesideALink {
    @Test
    void garbageEndsItsConnection() throws Exception {
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            final byte[] bytes = new byte[1 + random.nextInt(5000)];
            random.nextBytes(bytes);
            // A length out of bounds, so that it does not wait for more.
            bytes[bytes.length > 3 ? 3 : 0] = (byte) 0xff;
            try (Socket socket = connect()) {
                socket.getOutputStream().write(bytes);
                if (bytes.length > 3) {
                    assertClosedByPeer(socket);
                }
            }
        }
    }

    @Test
    void aWebClientIsToldNothing() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: db\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertClosedByPeer(socket);
        }
        assertTrue(a.on(a.mesh::describe).toString().contains("is not a Carillon node"));
    }

    @Test
    void whoSaysNothingIsClosedInTime() throws Exception {
        try (Socket silent = connect(); Socket half = connect()) {
            half.getOutputStream().write(new byte[] {10, 0, 0});
            assertClosedByPeer(silent);
            assertClosedByPeer(half);
        }
        assertTrue(a.on(a.mesh::describe).toString().contains("did not finish its handshake in time"));
    }

    @Test
    void unfinishedHandshakesAreBounded() throws Exception {
        final List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            sockets.add(connect());
        }
        for (final Socket socket : sockets) {
            assertClosedByPeer(socket);
            socket.close();
        }
        assertTrue(a.on(a.mesh::describe).toString().contains("too many connections were in their handshake"));
    }

    @Test
    void anotherProtocolVersionIsToldBothRanges() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(hello(7, 9, "c", TrafficClass.CONTROL, 1));
            final String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.contains("it speaks 7 to 9, this node 1 to 1"), answer);
        }
    }

    @Test
    void aPacketBeforeTheHandshakeIsGarbage() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(new byte[] {3, 0, 0, 0, 1, 2, 3});
            assertClosedByPeer(socket);
        }
    }

    @Test
    void aLinkWithoutItsBulkConnectionIsGivenUp() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(hello(1, 1, "c", TrafficClass.CONTROL, 99));
            socket.getOutputStream().write(new byte[] {8, 0, 0, Frames.CONFIRM, 1, 0, 0, 0, 0, 0, 0, 0});
            assertClosedByPeer(socket);
        }
        assertEquals(1, a.on(a.mesh::peerCount));
    }

    @Test
    void aBulkConnectionWithoutLinkIsRefused() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(hello(1, 1, "c", TrafficClass.BULK, 99));
            assertClosedByPeer(socket);
        }
        assertTrue(a.on(a.mesh::describe).toString().contains("a link that is gone"));
    }

    @Test
    void aPeerThatReadsNothingCostsBoundedMemory() throws Exception {
        try (Socket control = connect(); Socket bulk = connect()) {
            control.getOutputStream().write(hello(1, 1, "c", TrafficClass.CONTROL, 99));
            control.getOutputStream().write(new byte[] {8, 0, 0, Frames.CONFIRM, 1, 0, 0, 0, 0, 0, 0, 0});
            a.until(() -> a.mesh.describe().stream().anyMatch(line -> line.contains("being made")));
            bulk.getOutputStream().write(hello(1, 1, "c", TrafficClass.BULK, 99));
            a.await("up 77");
            final UnsafeBuffer packet = new UnsafeBuffer(new byte[64 << 10]);
            for (int i = 0; i < 4000; i++) {
                a.on(() -> {
                    a.mesh.send(a.handleById[77], packet, 0, packet.capacity(), TrafficClass.BULK);
                    return null;
                });
            }
            final String lines = a.on(a.mesh::describe).toString();
            assertTrue(lines.contains("lost"), lines);
            final long used = a.loop.allocator().metric().usedDirectMemory();
            assertTrue(used < 32 << 20, "direct memory " + used);
        }
        a.await("down 77");
    }

    private static byte[] hello(final int versionMin, final int versionMax, final String cluster,
        final TrafficClass trafficClass, final long link) {
        final ByteBuf body = Unpooled.buffer();
        new Hello(versionMin, versionMax, trafficClass, 0, new MemberId(0, 77), 77, link, cluster, "bad",
            new PeerAddress("127.0.0.1", 0), List.of())
            .encode(body);
        final ByteBuf frame = Unpooled.buffer().writeIntLE(Frames.header(Frames.HELLO, body.readableBytes())).writeBytes(body);
        final byte[] bytes = new byte[frame.readableBytes()];
        frame.readBytes(bytes);
        return bytes;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RecordedPackets;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.tls.TestAuthority;
import io.carillon.group.transport.tls.TlsSecurity;
import io.carillon.group.transport.tls.TlsSettings;
import io.carillon.group.wire.PacketType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody who is let in, as a link of two connections, and then sends a running ring packets of every type: those of a group that nobody
 * here knows, whole or damaged, and noise. The members stay together, deliver everything, and keep no memory of it. {@code
 * -Dcarillon.fuzz.packets=1000000} for long runs. The time limit only ends a test that hangs.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RingFuzzTest {
    private static final int PACKETS = Integer.getInteger("carillon.fuzz.packets", 20_000);
    private static final long SEED = Long.getLong("carillon.fuzz.seed", 20_261_121L);
    private static final int PACKETS_A_LINK = 500;
    private static final int OFFERS = 500;
    private static final long HEAP_TOLERANCE = 6 << 20;
    private static final TransportConfig LOOPBACK = TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", 0));

    @TempDir
    private Path directory;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<byte[]> samples = RecordedPackets.ofAllTypes();
    private TlsClient tls;
    private int intruder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theRingGoesOn(final boolean encrypted) throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK)) {
            if (encrypted) {
                final TlsSettings settings = new TestAuthority(directory, "ca").node("n");
                a.node.security(TlsSecurity.of(settings));
                b.node.security(TlsSecurity.of(settings));
                tls = new TlsClient(settings);
            }
            a.join(true);
            a.awaitVoters(1);
            b.join(false, a);
            a.awaitVoters(2);
            b.awaitVoters(2);
            b.events.clear(); // it was alone at first
            final RingView view = a.on(a.node::view);
            fuzz(a.port(), PACKETS / 10);
            final long heap = heap();
            final long direct = a.on(() -> a.loop.allocator().pinnedDirectMemory());
            b.offer("b", OFFERS, 100);
            fuzz(a.port(), PACKETS);
            b.until(() -> b.delivered.size() == OFFERS);
            a.offer("a", 1, 100);
            for (final TestNode node : List.of(a, b)) {
                node.until(() -> node.delivered.size() == OFFERS + 1);
                assertEquals(view.index(), node.on(node.node::view).index(), node::describe);
            }
            a.until(() -> a.loop.allocator().pinnedDirectMemory() <= direct);
            final long grown = heap() - heap;
            assertTrue(grown < HEAP_TOLERANCE, "heap grew by " + grown + " bytes, seed " + SEED);
            for (final TestNode node : List.of(a, b)) {
                assertEquals(List.of(), node.events.stream().filter(event -> !event.startsWith("rejected")).toList(), node::describe);
            }
        }
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void fuzz(final int port, final int packets) throws IOException {
        for (int sent = 0; sent < packets; sent += PACKETS_A_LINK) {
            final MemberId self = new MemberId(random.nextInt(3), 1000 + ++intruder);
            final long link = random.nextLong();
            try (Socket control = socket(port); Socket bulk = socket(port)) {
                send(control, hello(TrafficClass.CONTROL, self, link));
                skip(control, Frames.HELLO);
                send(control, Unpooled.buffer().writeIntLE(Frames.header(Frames.CONFIRM, 8)).writeLongLE(1));
                skip(control, Frames.ESTABLISHED);
                send(bulk, hello(TrafficClass.BULK, self, link));
                skip(bulk, Frames.ESTABLISHED);
                for (int i = 0; i < PACKETS_A_LINK; i++) {
                    send(random.nextBoolean() ? control : bulk, packet());
                }
                // It is still let in, so it was heard to the end.
                send(control, Unpooled.buffer().writeIntLE(Frames.header(Frames.PING, 8)).writeLongLE(link));
                skip(control, Frames.PONG);
                send(bulk, Unpooled.buffer().writeIntLE(Frames.header(Frames.PING, 8)).writeLongLE(link));
                skip(bulk, Frames.PONG);
            }
        }
    }

    private Socket socket(final int port) throws IOException {
        return tls != null ? tls.connect(port) : new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static void send(final Socket socket, final ByteBuf bytes) throws IOException {
        bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
    }

    /** Reads until a frame of {@code kind} has come. */
    private static void skip(final Socket socket, final int kind) throws IOException {
        final DataInputStream in = new DataInputStream(socket.getInputStream());
        int header;
        do {
            header = Integer.reverseBytes(in.readInt());
            in.skipNBytes(Frames.length(header));
        } while (Frames.kind(header) != kind);
    }

    private static ByteBuf hello(final TrafficClass trafficClass, final MemberId self, final long link) {
        final ByteBuf body = Unpooled.buffer();
        new Hello(1, 1, trafficClass, 0, self, self.lsb(), link, "group", "intruder", new PeerAddress("127.0.0.1", 0), List.of())
            .encode(body);
        return Unpooled.buffer().writeIntLE(Frames.header(Frames.HELLO, body.readableBytes())).writeBytes(body);
    }

    private ByteBuf packet() {
        byte[] bytes;
        if (random.nextInt(8) == 0) {
            bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            if (bytes.length > 1) {
                bytes[0] = (byte) random.nextInt(24);
                bytes[1] = PacketType.VERSION;
            }
        } else {
            bytes = samples.get(random.nextInt(samples.size())).clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return Unpooled.buffer(4 + bytes.length).writeIntLE(Frames.header(Frames.PACKET, bytes.length)).writeBytes(bytes);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LoopProbe;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.tcp.TlsClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A port that is talked nonsense to: half of the frames are valid ones with changes, of handshakes that may succeed, half
 * are random. Where the group encrypts, a third of the clients has a certificate and sends this within TLS, a third sends
 * it in the clear, and a third begins TLS handshakes with changes. The group of that node goes on in the same view, and no
 * memory stays behind. {@code -Dcarillon.fuzz.socket.frames=100000} for long runs. The time limit only ends a test that
 * hangs.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SocketFuzzTest {
    private static final int FRAMES = Integer.getInteger("carillon.fuzz.socket.frames", 10_000);
    private static final long SEED = Long.getLong("carillon.fuzz.seed", 20_261_121L);

    private final SplittableRandom random = new SplittableRandom(SEED);

    @TempDir
    private Path directory;
    private FuzzedGroup group;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theGroupDoesNotNotice(final boolean encrypted) throws Exception {
        group = new FuzzedGroup(directory, encrypted);
        group.withstands(this::fuzz, FRAMES, SEED);
    }

    private void fuzz(final int port, final int frames) throws IOException {
        int sent = 0;
        while (sent < frames) {
            final ByteBuf batch = Unpooled.buffer();
            if (random.nextBoolean()) {
                hello(batch);
                batch.writeIntLE(Frames.header(Frames.CONFIRM, 8)).writeLongLE(random.nextInt(5));
                sent += 2;
            }
            for (int count = random.nextInt(40); count >= 0; count--) {
                frame(batch);
                sent++;
            }
            try (Socket socket = connect(batch, port)) {
                socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LoopProbe.HANG_S));
                batch.readBytes(socket.getOutputStream(), batch.readableBytes());
                socket.shutdownOutput();
                while (socket.getInputStream().read() >= 0) {
                    // What it answers is nothing to this client; it ends by closing.
                    assertTrue(socket.isConnected());
                }
            } catch (final SocketTimeoutException hangs) {
                throw hangs;
            } catch (final IOException closed) {
                // Closed by the other side while this one was still sending: what it is for.
                final String said = closed.getMessage();
                assertTrue(said.contains("reset") || said.contains("Broken") || group.tls() != null && !said.contains("refused"), said);
            }
        }
    }

    /** Without or with TLS; instead of the batch, a handshake with changes may be what is sent. */
    private Socket connect(final ByteBuf batch, final int port) throws IOException {
        final TlsClient tls = group.tls();
        if (tls != null && random.nextInt(3) == 0) {
            return tls.connect(port);
        }
        if (tls != null && random.nextBoolean()) {
            batch.clear();
            final byte[] hello = tls.clientHello();
            for (int changes = random.nextInt(6); changes > 0; changes--) {
                hello[random.nextInt(hello.length)] = (byte) random.nextInt();
            }
            batch.writeBytes(hello, 0, random.nextInt(3) == 0 ? random.nextInt(hello.length) : hello.length);
        }
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private void frame(final ByteBuf batch) {
        final int at = batch.writerIndex();
        if (random.nextBoolean()) {
            valid(batch);
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                final int changed = at + random.nextInt(batch.writerIndex() - at);
                batch.setByte(changed, random.nextBoolean() ? random.nextInt() : batch.getByte(changed) ^ 1 << random.nextInt(8));
            }
        } else {
            final byte[] body = new byte[random.nextInt(100)];
            random.nextBytes(body);
            batch.writeIntLE(Frames.header(random.nextInt(Frames.KINDS), body.length)).writeBytes(body);
        }
    }

    private void valid(final ByteBuf batch) {
        switch (random.nextInt(4)) {
            case 0 -> hello(batch);
            case 1 -> batch.writeIntLE(Frames.header(random.nextBoolean() ? Frames.PING : Frames.PONG, 8)).writeLongLE(random.nextLong());
            case 2 -> {
                final ByteBuf body = Unpooled.buffer();
                Hello.encodeKnown(body, List.of(new Hello.Known(new MemberId(1, 5), new PeerAddress("127.0.0.1", 1))));
                batch.writeIntLE(Frames.header(Frames.PEERS, body.readableBytes())).writeBytes(body);
            }
            default -> {
                final byte[] packet = new byte[2 + random.nextInt(200)];
                random.nextBytes(packet);
                packet[0] = (byte) (1 + random.nextInt(20));
                packet[1] = 1;
                batch.writeIntLE(Frames.header(Frames.PACKET, packet.length)).writeBytes(packet);
            }
        }
    }

    private void hello(final ByteBuf batch) {
        final ByteBuf body = Unpooled.buffer();
        final TrafficClass trafficClass = random.nextInt(4) == 0 ? TrafficClass.BULK : TrafficClass.CONTROL;
        new Hello(1, 1, trafficClass, 0, new MemberId(0, 70 + random.nextInt(10)), 77, random.nextLong(),
            random.nextInt(4) == 0 ? "other" : "group", "bad", new PeerAddress("127.0.0.1", 0), List.of()).encode(body);
        batch.writeIntLE(Frames.header(Frames.HELLO, body.readableBytes())).writeBytes(body);
    }
}

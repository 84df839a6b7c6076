// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RecordedPackets;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.tcp.AdmittedPeer;
import io.carillon.group.wire.ControlCodec;
import io.carillon.group.wire.PacketChecksum;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody who is let in, as a link of two connections, and then sends a running ring packets of every type: those of a group that nobody
 * here knows, whole or damaged, and noise. Half of them get a good checksum after the damage, so that the machine behind it has to cope,
 * and half of those the ring's own epoch. The members stay together, deliver everything, and keep no memory of it. {@code
 * -Dcarillon.fuzz.packets=1000000} for long runs. The time limit only ends a test that hangs.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class RingFuzzTest {
    private static final int PACKETS = Integer.getInteger("carillon.fuzz.packets", 20_000);
    private static final long SEED = Long.getLong("carillon.fuzz.seed", 20_261_121L);
    private static final int PACKETS_A_LINK = 500;

    @TempDir
    private Path directory;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<byte[]> samples = RecordedPackets.ofAllTypes();
    private final PacketChecksum checksum = new PacketChecksum();
    private final UnsafeBuffer sealed = new UnsafeBuffer(new byte[1 << 20]);
    private FuzzedGroup group;
    private int intruder;
    private int understood;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theRingGoesOn(final boolean encrypted) throws Exception {
        group = new FuzzedGroup(directory, encrypted);
        group.withstands(this::fuzz, PACKETS, SEED);
        assertTrue(understood > PACKETS / 4, () -> "whole packets in a known form: " + understood);
    }

    private void fuzz(final int port, final int packets) throws IOException {
        for (int sent = 0; sent < packets; sent += PACKETS_A_LINK) {
            final MemberId self = new MemberId(random.nextInt(3), 1000 + ++intruder);
            try (AdmittedPeer peer = new AdmittedPeer(group.connect(port), group.connect(port), self, "group", random.nextLong())) {
                for (int i = 0; i < PACKETS_A_LINK; i++) {
                    AdmittedPeer.send(random.nextBoolean() ? peer.control : peer.bulk, packet());
                }
                peer.assureHeard();
            }
        }
    }

    private ByteBuf packet() {
        final boolean seal = random.nextBoolean();
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
        if (seal && bytes.length > PacketChecksum.LENGTH) {
            bytes = sealed(bytes);
        }
        return Unpooled.buffer(4 + bytes.length).writeIntLE(Frames.header(Frames.PACKET, bytes.length)).writeBytes(bytes);
    }

    /** Whole, whatever it says; of the ring's epoch or of another. */
    private byte[] sealed(final byte[] bytes) {
        final int length = bytes.length - PacketChecksum.LENGTH;
        final int body = random.nextInt(8) == 0 ? 1 + random.nextInt(length) : length;
        sealed.putBytes(0, bytes);
        final int type = body < 2 ? 0 : bytes[0];
        if (body >= RingPacket.BODY_OFFSET && !PacketType.isControl(type) && random.nextBoolean()) {
            sealed.putLong(RingPacket.EPOCH_OFFSET, group.epoch(), LITTLE_ENDIAN);
        }
        final boolean flat = RingPacket.lengthMin(type) >= 0 && body >= RingPacket.lengthMin(type) && bytes[1] == PacketType.VERSION;
        if (flat || PacketType.isControl(type) && ControlCodec.decode(sealed, 0, body) != null) {
            understood++;
        }
        final byte[] whole = new byte[checksum.seal(sealed, body)];
        sealed.getBytes(0, whole);
        return whole;
    }
}

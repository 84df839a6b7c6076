// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static io.carillon.group.ring.RingWorld.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.wire.PacketChecksum;
import io.carillon.group.wire.PacketType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/ring.md, section 2: DATA. Node 0 of three has the token, node 1 offers. */
class OfferSenderTest {
    private static final int OTHERS = 2;

    private final RingWorld world = new RingWorld(3);
    private final List<byte[]> packets = new ArrayList<>();
    private final List<String> offered = new ArrayList<>();

    @BeforeEach
    void form() {
        world.form();
        assertTrue(world.node(0).core.holdsToken());
        world.tap = packet -> {
            if (packet[0] == PacketType.DATA) {
                packets.add(packet);
            }
        };
    }

    /** In the batch that {@link RingWorldNode#settle} ends. */
    private void offer(final int length) {
        final String payload = String.format(Locale.ROOT, "%0" + length + "d", offered.size());
        final UnsafeBuffer buffer = new UnsafeBuffer(payload.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertTrue(world.node(1).core.offer(world.nowNs, EntryKind.WRITE_SET, buffer, 0, length) > 0);
        offered.add(payload);
    }

    private void allAreDelivered() {
        for (final RingWorldNode node : world.nodes) {
            world.until(1000 * MS, "all is delivered", () -> node.delivered().size() == offered.size());
            assertEquals(offered, node.delivered());
        }
    }

    @Test
    void whatABatchOffersSharesAPacket() {
        offer(3);
        offer(1);
        offer(70);
        assertEquals(List.of(), packets);
        world.node(1).settle();
        assertEquals(OTHERS, packets.size());
        allAreDelivered();
        world.run(100 * MS);
        assertEquals(OTHERS, packets.size(), "nothing is said twice");
    }

    @Test
    void packetsHaveALimitAndWhatIsAboveItTravelsAlone() {
        for (int count = 0; count < 20; count++) {
            offer(1000);
        }
        world.node(1).settle();
        assertEquals(3 * OTHERS, packets.size());
        assertTrue(packets.stream().allMatch(packet -> packet.length <= OfferSender.PACKET_LENGTH + PacketChecksum.LENGTH));
        packets.clear();
        offer(10);
        offer(OfferSender.PACKET_LENGTH + 1);
        offer(10);
        world.node(1).settle();
        assertEquals(3 * OTHERS, packets.size());
        allAreDelivered();
    }

    @Test
    void whatGotLostIsRepeatedToTheHolderAlone() {
        world.loss = (from, to, type) -> from == 1 && type == PacketType.DATA;
        offer(10);
        offer(20);
        world.node(1).settle();
        world.run(4 * MS);
        assertFalse(world.node(0).delivered().contains(offered.getFirst()));
        world.loss = (from, to, type) -> false;
        packets.clear();
        world.until(1000 * MS, "repeated", () -> !packets.isEmpty());
        assertEquals(1, packets.size());
        allAreDelivered();
    }

    @Test
    void whatIsOfferedInTheBatchOfALeaveIsOrdered() {
        offer(5);
        world.node(1).core.leave(world.nowNs);
        world.node(1).settle();
        world.run(50 * MS);
        assertTrue(world.node(1).left);
        assertEquals(offered, world.node(0).delivered());
        assertEquals(offered, world.node(2).delivered());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a member may send on a visit of the token: never more than its window, than the round's, and than its share. */
class RoundWindowTest {
    private static final int HALF = Announcer.PACKET_LENGTH / 2;

    private static RoundWindow window(final int round, final int personal, final int accelerated, final int self) {
        final RoundWindow window = new RoundWindow(new TokenRotation(true, round, personal, accelerated, TokenRotation.HOLD_MIN_NS));
        window.onInstalled(ring(self));
        return window;
    }

    private static Ring ring(final int self) {
        final List<RingMember> members = new ArrayList<>();
        for (int slot = 0; slot < 3; slot++) {
            members.add(new RingMember(new MemberId(0, slot + 1), "n" + slot, 1, new byte[0]));
        }
        final Configuration view = new Configuration(1, 1, new UUID(1, 1), 1, 1, "test", members, List.of(), List.of());
        final RingWorld world = new RingWorld(1);
        final RingMachine machine = new RingMachine(RingConfig.defaults("n" + self), RingState.fresh(new MemberId(0, self + 1)),
            new io.carillon.group.MemoryLog(), world.node(0), PlantedBug.NONE);
        return new Ring(new ControlMessage.Install(1, true, new MemberId(0, 1), 0, 0, new EpochTable(List.of()), view, true), machine);
    }

    /** Packets that {@code window} lets through of entries of half a packet. */
    private static int packets(final RoundWindow window, final int entries) {
        int taken = 0;
        while (taken < entries && window.take(HALF / 4)) {
            taken++;
        }
        return (taken + 7) / 8;
    }

    private static void hand(final RoundWindow from, final RoundWindow to) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[RoundWindow.tokenLength(3)]);
        from.write(buffer);
        to.read(buffer, 0);
    }

    @Test
    void aVisitIsBoundedByThePersonalWindow() {
        final RoundWindow window = window(160, 5, 2, 0);
        window.open(1000);
        assertEquals(5, packets(window, 10_000));
        assertEquals(3, window.beforeToken());
    }

    @Test
    void smallEntriesShareAPacketAndLargeOnesTravelAlone() {
        final RoundWindow window = window(160, 3, 0, 0);
        window.open(1);
        assertTrue(window.take(100) && window.take(100) && window.take(8000));
        assertTrue(window.take(Transmitter.BULK_LENGTH + 1), "a packet of its own");
        assertTrue(window.take(100), "which nothing shares");
        assertTrue(!window.take(Transmitter.BULK_LENGTH + 1), "three packets have left");
    }

    @Test
    void whatFollowsAnAnnouncementIsInAnotherPacket() {
        final RoundWindow window = window(160, 2, 0, 0);
        window.open(1);
        assertTrue(window.take(100));
        window.onAnnounced();
        assertTrue(window.take(100));
        window.onAnnounced();
        assertTrue(!window.take(100), "two packets have left");
    }

    @Test
    void aRoundIsBoundedForAllTogether() {
        final RoundWindow first = window(8, 6, 0, 0);
        final RoundWindow second = window(8, 6, 0, 1);
        first.open(100);
        assertEquals(6, packets(first, 10_000));
        first.close(0);
        hand(first, second);
        second.open(100);
        assertEquals(2, packets(second, 10_000));
        second.close(90);
        hand(second, first);
        first.open(10);
        assertEquals(1, packets(first, 10_000), "its share beside a backlog of 90: 8 * 10 / 100, rounded up");
        first.close(9);
        hand(first, second);
        second.open(90);
        assertEquals(6, packets(second, 10_000), "the personal window: one packet was sent in the round");
    }

    @Test
    void aSmallBacklogBesideLargeOnesGetsAPacket() {
        final RoundWindow large = window(160, 20, 15, 0);
        final RoundWindow small = window(160, 20, 15, 1);
        large.open(60_000);
        large.close(60_000);
        hand(large, small);
        small.open(1);
        assertEquals(60_000, small.othersBacklog());
        assertEquals(1, packets(small, 10_000));
    }

    @Test
    void settingsThatDoNotFitAreRefusedWithTheirValues() {
        final String message = assertThrows(IllegalArgumentException.class,
            () -> new TokenRotation(true, 10, 20, 0, TokenRotation.HOLD_MIN_NS)).getMessage();
        assertTrue(message.contains("20") && message.contains("10"), message);
        assertThrows(IllegalArgumentException.class, () -> new TokenRotation(true, 10, 5, 6, TokenRotation.HOLD_MIN_NS));
        assertThrows(IllegalArgumentException.class, () -> new TokenRotation(true, 0, 0, 0, TokenRotation.HOLD_MIN_NS));
        assertThrows(IllegalArgumentException.class, () -> new TokenRotation(true, 10, 5, 5, TokenRotation.HOLD_MIN_NS - 1));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.wire.PacketType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** A token that goes round (docs/ring.md, section 2a), on a network where every packet takes 100 us. */
class RotationTest {
    private static final long MS = RingWorld.MS;

    /** Members that all would have the token go round, three packets a visit, of which two follow it. */
    private static RingWorld world(final int size) {
        final RingWorld world = new RingWorld(size);
        for (final RingWorldNode node : world.nodes) {
            node.config = node.config.withRotation(new TokenRotation(true, 8, 3, 2, 500 * MS));
        }
        return world;
    }

    private static RingWorld formed(final int size) {
        final RingWorld world = world(size);
        world.form();
        world.run(20 * MS);
        return world;
    }

    private static void assertSame(final RingWorld world, final int messages) {
        for (final RingWorldNode node : world.nodes) {
            if (node.alive && !node.left) {
                assertEquals(messages, node.delivered().size(), node.name);
                assertEquals(world.node(0).delivered(), node.delivered(), node.name);
            }
        }
    }

    private static void allOffer(final RingWorld world, final String what) {
        for (final RingWorldNode node : world.nodes) {
            assertTrue(node.offer(node.name + what) > 0);
        }
    }

    /** The packets of these types that are sent from now on. */
    private static List<Byte> sentOf(final RingWorld world, final Byte... types) {
        final List<Byte> sent = new ArrayList<>();
        world.tap = packet -> {
            if (List.of(types).contains(packet[0])) {
                sent.add(packet[0]);
            }
        };
        return sent;
    }

    private static int holder(final RingWorld world) {
        int holder = -1;
        for (final RingWorldNode node : world.nodes) {
            if (node.core.holdsToken()) {
                assertEquals(-1, holder, "one holder");
                holder = node.number;
            }
        }
        return holder;
    }

    @Test
    void allWriteAndAllHaveTheSame() {
        final RingWorld world = formed(3);
        for (int round = 0; round < 50; round++) {
            allOffer(world, ":" + round);
            world.run(MS / 3);
        }
        world.run(10 * MS);
        assertSame(world, 150);
    }

    /** Two delays, as with a parked token: who writes alone keeps it. */
    @Test
    void whoWritesAloneKeepsTheToken() {
        final RingWorld world = formed(3);
        world.node(1).offer("first");
        world.run(10 * MS);
        assertEquals(1, holder(world));
        final List<Byte> tokens = sentOf(world, PacketType.TOKEN, PacketType.WAKE);
        for (int count = 0; count < 20; count++) {
            final String text = "w" + count;
            final long before = world.nowNs;
            world.node(1).offer(text);
            world.until(10 * MS, "stable", () -> world.node(1).delivered().contains(text));
            assertEquals(2 * RingWorld.DELAY_NS, world.nowNs - before);
        }
        assertEquals(List.of(), tokens);
        world.run(5 * MS);
        assertSame(world, 21);
    }

    /** One delay to ask for it, one for it to come, two for the rest. */
    @Test
    void aParkedTokenComesAtOnceToWhoAsksForIt() {
        final RingWorld world = formed(5);
        world.node(1).offer("first");
        world.run(10 * MS);
        final long before = world.nowNs;
        world.node(4).offer("x");
        world.until(10 * MS, "stable at the origin", () -> world.node(4).delivered().contains("x"));
        assertEquals(4 * RingWorld.DELAY_NS, world.nowNs - before);
        world.run(10 * MS);
        assertEquals(4, holder(world));
        assertSame(world, 2);
    }

    @Test
    void anIdleTokenStaysForItsTimeAndThenMovesOn() {
        final RingWorld world = formed(3);
        world.node(0).offer("x");
        world.run(10 * MS);
        final int first = holder(world);
        final List<Byte> tokens = sentOf(world, PacketType.TOKEN);
        world.run(400 * MS);
        assertEquals(0, tokens.size());
        assertEquals(first, holder(world));
        world.run(400 * MS);
        assertTrue(!tokens.isEmpty() && tokens.size() <= 3, () -> tokens.size() + " tokens");
        assertTrue(holder(world) >= 0);
    }

    @Test
    void aCallThatIsLostIsRepeated() {
        final RingWorld world = formed(3);
        world.node(0).offer("x");
        world.run(10 * MS);
        final int[] lost = {0};
        world.loss = (from, to, type) -> type == PacketType.WAKE && lost[0]++ == 0;
        world.node(2).offer("y");
        world.until(150 * MS, "ordered all the same", () -> world.node(2).delivered().contains("y"));
        assertTrue(world.node(2).trace.contains(TraceEvent.WAKE_REPEATED));
    }

    @Test
    void aTokenThatIsLostIsRepeated() {
        final RingWorld world = formed(3);
        final int[] lost = {0};
        world.loss = (from, to, type) -> type == PacketType.TOKEN && lost[0]++ % 2 == 0;
        for (int count = 0; count < 10; count++) {
            allOffer(world, "" + count);
        }
        world.until(2000 * MS, "all ordered", () -> world.node(0).delivered().size() == 30);
        assertTrue(world.nodes.stream().anyMatch(node -> node.trace.contains(TraceEvent.TOKEN_REPEATED)));
        assertTrue(world.allPrimary(3));
    }

    @Test
    void theTokenOvertakesWhatIsNumbered() {
        final RingWorld world = formed(3);
        final String large = "x".repeat(8000);
        for (int count = 0; count < 40; count++) {
            allOffer(world, count + large);
        }
        world.until(1000 * MS, "all ordered", () -> world.node(0).delivered().size() == 120);
        world.run(10 * MS);
        assertSame(world, 120);
        assertTrue(world.node(1).trace.contains(TraceEvent.RELEASED_EARLY));
        assertTrue(world.node(1).trace.contains(TraceEvent.WINDOW_FULL));
    }

    @Test
    void theHolderDiesAndTheOthersGoOn() {
        final RingWorld world = formed(3);
        world.node(1).offer("before");
        world.run(10 * MS);
        assertEquals(1, holder(world));
        world.node(1).crash();
        world.until(50 * MS, "a view of two", () -> world.node(0).isPrimary(2) && world.node(2).isPrimary(2));
        world.node(2).offer("after");
        world.until(200 * MS, "ordered", () -> world.node(0).delivered().contains("after"));
        world.run(5 * MS);
        assertSame(world, 2);
    }

    @Test
    void aSilentHolderIsReplacedWithinASecond() {
        final RingWorld world = formed(3);
        world.node(1).offer("before");
        world.run(10 * MS);
        world.node(1).pause();
        world.until(900 * MS, "a view of two", () -> world.node(0).isPrimary(2) && world.node(2).isPrimary(2));
        world.node(2).offer("after");
        world.until(200 * MS, "ordered", () -> world.node(0).delivered().contains("after"));
    }

    /** Who has no vote is not visited: the others number for it. */
    @Test
    void whatIsOfferedWithoutAVoteIsOrdered() {
        final RingWorld world = world(3);
        world.node(0).start(true, -1);
        world.node(1).start(false, -1);
        world.until(2000 * MS, "joins", () -> world.allPrimary(2));
        world.promote(1);
        world.node(2).start(false, -1);
        world.until(2000 * MS, "joins", () -> world.allPrimary(3));
        assertEquals(0, world.node(0).view().members().get(2).weight());
        for (int count = 0; count < 20; count++) {
            allOffer(world, "" + count);
            world.run(MS / 4);
        }
        world.promote(2);
        for (int count = 20; count < 40; count++) {
            allOffer(world, "" + count);
            world.run(MS / 4);
        }
        world.until(500 * MS, "all ordered", () -> world.node(0).delivered().size() == 120);
        world.run(20 * MS);
        assertSame(world, 120);
    }

    @Test
    void aLeaversOffersComeBeforeItsLeave() {
        final RingWorld world = formed(3);
        world.node(0).offer("elsewhere");
        world.run(10 * MS);
        for (int count = 0; count < 30; count++) {
            world.node(2).core.offer(world.nowNs, EntryKind.WRITE_SET,
                new UnsafeBuffer(("l" + count).getBytes(StandardCharsets.UTF_8)), 0, 2);
        }
        world.node(2).core.leave(world.nowNs);
        world.node(2).settle();
        world.until(500 * MS, "left", () -> world.node(2).left);
        world.run(20 * MS);
        assertTrue(world.node(0).isPrimary(2) && world.node(1).isPrimary(2));
        assertEquals(31, world.node(0).delivered().size());
        assertTrue(world.node(2).rejected.isEmpty());
        world.node(1).offer("after");
        world.until(200 * MS, "ordered", () -> world.node(0).delivered().contains("after"));
    }

    /** The parked token is what all can agree upon; who would have another hears that. */
    @Test
    void theTokenGoesRoundOnlyWhereAllWouldHaveItSo() {
        final RingWorld world = world(3);
        world.node(2).config = RingConfig.defaults("n2");
        world.form();
        world.run(20 * MS);
        assertTrue(world.node(0).trace.contains(TraceEvent.TOKEN_MODE_REFUSED));
        assertFalse(world.node(2).trace.contains(TraceEvent.TOKEN_MODE_REFUSED));
        for (int count = 0; count < 10; count++) {
            allOffer(world, "" + count);
        }
        world.run(20 * MS);
        assertSame(world, 30);
        world.node(2).crash();
        world.until(100 * MS, "a view of two", () -> world.node(0).isPrimary(2) && world.node(1).isPrimary(2));
        world.node(1).offer("round");
        world.run(20 * MS);
        assertTrue(world.node(1).trace.contains(TraceEvent.TOKEN_PARKED), "the two that are left agree");
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static io.carillon.group.ring.RingWorld.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.wire.PacketType;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packets of some kind get lost in one direction while the others arrive: nobody is suspected. */
class LossTest {
    private static final int WRITERS_RUN = 64;

    private final RingWorld world = new RingWorld(3);

    @BeforeEach
    void form() {
        world.form();
    }

    private static boolean carriesEntries(final byte type) {
        return type == PacketType.ORDER || type == PacketType.ENTRIES;
    }

    /** A ring of all three, in which the third lacks entries from before it and gets none. */
    private void thirdIsBehind() {
        world.isolate(2);
        world.until(2000 * MS, "two", () -> world.allPrimary(2));
        world.node(0).offer("missed");
        world.run(20 * MS);
        world.loss = (from, to, type) -> to == 2 && carriesEntries(type);
        world.heal();
        world.until(2000 * MS, "three", () -> world.node(0).isPrimary(3) && world.node(1).isPrimary(3));
        assertTrue(world.node(0).core.holdsToken());
        world.run(5 * MS);
    }

    /** Runs while packets with entries from {@code from} to {@code to} are lost, until the third has refused {@code to} an answer. */
    private void asksTheThird(final int from, final int to) {
        final RingWorld.Loss others = world.loss;
        final boolean[] refused = {false};
        world.loss = (sender, receiver, type) -> {
            refused[0] |= sender == 2 && receiver == to && type == PacketType.ENTRIES;
            return sender == from && receiver == to && carriesEntries(type) || others.loses(sender, receiver, type);
        };
        world.node(from).offer("late for " + to);
        world.until(400 * MS, "the third is asked", () -> refused[0]);
        world.run(MS);
        world.loss = others;
        allHave("late for " + to, to);
    }

    private void writes(final int number) {
        for (int count = 0; count < WRITERS_RUN; count++) {
            assertTrue(world.node(number).offer(count + " of " + number) > 0);
        }
        world.run(3 * MS);
    }

    private void allHave(final String last, final int number) {
        world.until(2000 * MS, last + " is delivered at " + number, () -> world.node(number).delivered().contains(last));
    }

    /** A member that lacked what was asked for is the only one, later, to hold what follows. */
    @Test
    void whoLackedOneEntryIsAskedForTheNext() {
        thirdIsBehind();
        asksTheThird(0, 1);
        writes(1);
        assertTrue(world.node(1).core.holdsToken());
        asksTheThird(1, 0);
        world.loss = (from, to, type) -> false;
        world.until(2000 * MS, "the third is in", () -> world.node(2).core.state().equals("OPERATIONAL"));
        world.promote(2);
        writes(2);
        assertTrue(world.node(2).core.holdsToken());
        world.run(TokenKeeper.BUSY_NS);
        world.loss = (from, to, type) -> from == 2 && type == PacketType.ORDER;
        world.node(0).offer("held by one");
        writes(1);
        assertFalse(world.node(2).core.holdsToken());
        world.loss = (from, to, type) -> false;
        final long epoch = world.node(0).core.epoch();
        for (int number = 0; number < 3; number++) {
            allHave("held by one", number);
        }
        assertEquals(epoch, world.node(0).core.epoch(), "no new ring was needed");
    }

    /** Who refused an answer may have got what it lacked: it is asked again when nobody else answers. */
    @Test
    void whoRefusedIsAskedAgain() {
        thirdIsBehind();
        final RingWorld.Loss fromHolder = (from, to, type) -> from == 0 && to == 1 && carriesEntries(type);
        final boolean[] refused = {false};
        world.loss = (from, to, type) -> {
            refused[0] |= from == 2 && to == 1 && type == PacketType.ENTRIES;
            return fromHolder.loses(from, to, type) || to == 2 && carriesEntries(type);
        };
        world.node(0).offer("late");
        world.until(400 * MS, "the third is asked", () -> refused[0]);
        world.run(MS);
        world.loss = fromHolder;
        final long epoch = world.node(0).core.epoch();
        allHave("late", 1);
        assertEquals(epoch, world.node(0).core.epoch(), "no new ring was needed");
    }

    /** Each hears one who does not hear it. What one sends must not make the next one send more. */
    @Test
    void aCircleOfOneWayCutsIsQuiet() {
        final long[] joins = {0};
        world.loss = (from, to, type) -> to == (from + 1) % 3;
        world.tap = packet -> {
            if (packet[0] == PacketType.JOIN) {
                joins[0]++;
                world.require(joins[0] < 1000, "few JOINs in 20 s");
            }
        };
        world.run(20_000 * MS);
        for (final RingWorldNode node : world.nodes) {
            assertEquals("NOT_PRIMARY", node.core.state());
        }
        world.loss = (from, to, type) -> false;
        world.until(10_000 * MS, "three", () -> world.allPrimary(3));
        world.node(1).offer("again");
        world.run(20 * MS);
        assertEquals(List.of("again"), world.node(2).delivered());
    }

    /** It comes every 64 MiB, under load always before some payload: to pull it took two members of three up to 300 ms. */
    @Test
    void aConfigurationThatComesBeforeAPayloadIsKept() {
        final byte[][] late = new byte[1][];
        world.tap = packet -> late[0] = packet[0] == PacketType.DATA ? packet : late[0];
        world.loss = (from, to, type) -> from == 1 && to == 2 && type == PacketType.DATA;
        world.node(1).offer("late");
        world.run(4 * MS);
        world.node(0).core.weight(world.nowNs, 2);
        world.node(0).settle();
        world.run(4 * MS);
        assertTrue(world.node(2).log.endIndex() < world.node(0).log.endIndex() - 1);
        world.node(2).trace.clear();
        world.node(2).core.onPacket(world.nowNs, 1, new UnsafeBuffer(late[0]), 0, late[0].length);
        world.node(2).settle();
        assertEquals(world.node(0).log.endIndex(), world.node(2).log.endIndex());
        assertFalse(world.node(2).trace.contains(TraceEvent.PULLED));
    }
}

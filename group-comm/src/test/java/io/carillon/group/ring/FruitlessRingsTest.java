// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static io.carillon.group.ring.RingWorld.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.MemoryLog;
import io.carillon.group.wire.ConfigurationCodec;
import io.carillon.group.wire.PacketType;
import java.util.List;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Rings whose view is stable nowhere: each leaves an entry in the log of whoever holds its token. */
class FruitlessRingsTest {
    private static final UUID GROUP = new UUID(1, 2);

    /** Two voters, of which the second lacks an entry and gets none: ring after ring begins, and none is operational. */
    private static RingWorld nothingArrives() {
        final RingWorld world = new RingWorld(2);
        world.form();
        world.loss = (from, to, type) -> to == 1 && (type == PacketType.ORDER || type == PacketType.ENTRIES);
        assertTrue(world.node(0).offer("on its way") > 0);
        world.run(20 * MS);
        world.cut(0, 1);
        world.run(MS);
        world.heal();
        return world;
    }

    /** There were 255 of them once, and from then on each refused what the other said of its log. */
    @Test
    void aGroupReturnsHoweverManyThereWere() {
        final RingWorld world = nothingArrives();
        final long fromEpoch = world.node(0).core.epoch();
        world.until(3_600_000 * MS, "rings that come to nothing", () -> world.node(0).core.epoch() > fromEpoch + 400);
        assertTrue(world.node(0).log.endIndex() > 400);
        final int[] longest = {0};
        world.tap = packet -> longest[0] = packet[0] == PacketType.JOIN ? Math.max(longest[0], packet.length) : longest[0];
        world.loss = (from, to, type) -> false;
        world.until(20_000 * MS, "both are back", () -> world.allPrimary(2));
        world.run(20 * MS);
        assertEquals(List.of(), world.node(1).historyDiffers, "it had only to catch up");
        assertTrue(world.node(1).offer("again") > 0);
        world.run(20 * MS);
        assertEquals(world.node(0).delivered(), world.node(1).delivered());
        assertTrue(world.node(0).delivered().contains("again"));
        assertTrue(longest[0] < 1000, "a JOIN of two members has " + longest[0] + " bytes");
    }

    /** They are given more time from one to the next, until as much as a silent member. */
    @Test
    void theyBecomeRare() {
        final RingWorld world = nothingArrives();
        world.run(30_000 * MS);
        final long epoch = world.node(0).core.epoch();
        final long forNs = 20 * world.node(0).config.suspectNs();
        world.run(forNs);
        assertEquals(20, world.node(0).core.epoch() - epoch, 1.0);
    }

    private static void view(final MemoryLog log, final int... voters) {
        final List<RingMember> members = java.util.Arrays.stream(voters)
            .mapToObj(number -> new RingMember(new MemberId(0, number), "n" + number, 1, new byte[0])).toList();
        final long index = log.endIndex() + 1;
        final byte[] payload = ConfigurationCodec.encode(
            new Configuration(index, index, GROUP, index, 1, "a test", members, List.of(), List.of()));
        log.append(index, index, index, 0, 1, 0, EntryKind.VIEW, new UnsafeBuffer(payload), 0, payload.length);
    }

    /** What asks for the same majorities is told once, of the newest; the stable one is told always. */
    @Test
    void theSameVotesAreToldOnce() {
        final MemoryLog log = new MemoryLog();
        final ConfigurationHistory history = new ConfigurationHistory();
        view(log, 1, 2, 3);
        view(log, 1, 2, 3);
        view(log, 1, 2);
        view(log, 1, 2, 3);
        view(log, 1, 2);
        view(log, 1, 3);
        history.restore(log, 1);
        assertEquals(6, history.all().size());
        assertEquals(List.of(1L, 4L, 5L, 6L), history.distinct().stream().map(Configuration::index).toList());
        history.settle(5);
        assertEquals(List.of(5L, 6L), history.distinct().stream().map(Configuration::index).toList());
        history.clear();
        assertEquals(List.of(), history.distinct());
    }
}

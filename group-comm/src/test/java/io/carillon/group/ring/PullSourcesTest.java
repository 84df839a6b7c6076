// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static io.carillon.group.ring.RingWorld.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.wire.PacketType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom a member asks that lacks an entry: the last of the nodes, while the first has the token. */
class PullSourcesTest {
    private final List<Integer> asked = new ArrayList<>();

    private RingWorld formed(final int size) {
        final RingWorld world = new RingWorld(size);
        world.form();
        assertTrue(world.node(0).core.holdsToken());
        world.run(20 * MS);
        return world;
    }

    /** Loses by {@code rule}, and takes down whom the last node asks. */
    private void lose(final RingWorld world, final RingWorld.Loss rule) {
        final int last = world.nodes.size() - 1;
        world.loss = (from, to, type) -> {
            if (from == last && type == PacketType.PULL) {
                asked.add(to);
            }
            return rule.loses(from, to, type);
        };
    }

    private static void reaches(final RingWorld world, final long index, final long withinNs) {
        final RingWorldNode last = world.nodes.getLast();
        world.until(withinNs, "the entry is here", () -> last.log.endIndex() >= index);
    }

    /** The holder's answers get lost. Of the others one said that it has the entry, and two lack it and would keep silent. */
    @Test
    void whoSaidThatItHasItIsAskedBeforeWhoDidNot() {
        final RingWorld five = formed(5);
        lose(five, (from, to, type) -> type == PacketType.ORDER && to != 3);
        five.node(0).offer("had by 0 and 3");
        final long index = five.node(0).log.endIndex();
        five.run(5 * MS);
        assertEquals(List.of(), asked);
        lose(five, (from, to, type) -> type == PacketType.ENTRIES && (to == 1 || to == 2 || from == 0));
        five.node(3).offer("says what 3 has");
        reaches(five, index, 150 * MS);
        assertEquals(List.of(0, 3), asked);
        assertTrue(five.node(1).log.endIndex() < index && five.node(2).log.endIndex() < index, "these lack it");
    }

    /** That the others said nothing yet does not count: each has its turn between the questions to who is known to hold it. */
    @Test
    void whoSaidNothingHasItsTurn() {
        final RingWorld four = formed(4);
        lose(four, (from, to, type) -> to == 3 && (type == PacketType.ORDER || type == PacketType.ACK && from != 0));
        four.node(0).offer("had by all but one");
        final long index = four.node(0).log.endIndex();
        four.run(5 * MS);
        lose(four, (from, to, type) -> to == 3 && (type == PacketType.ENTRIES && from != 2 || type == PacketType.ACK && from != 0));
        four.node(0).offer("next");
        reaches(four, index, 2000 * MS);
        assertEquals(List.of(0, 1, 0, 1, 0, 2), asked);
    }

    /** Where the token goes round, an entry may be in no log yet, since the one that numbered it lacks what is before. */
    @Test
    void whoGetsItIsAskedAtOnce() {
        final RingWorld four = new RingWorld(4);
        for (final RingWorldNode node : four.nodes) {
            node.config = node.config.withRotation(new TokenRotation(true, 8, 3, 2, 500 * MS));
        }
        four.form();
        four.run(20 * MS);
        // What 0 numbers reaches all but 1, which numbers the next; what 1 numbers reaches nobody.
        lose(four, (from, to, type) -> type == PacketType.ENTRIES && to == 1 || type == PacketType.ORDER && (to == 1 || from == 1));
        four.node(0).offer("before it");
        four.run(2 * MS);
        final long index = four.node(0).log.endIndex() + 1;
        four.node(1).offer("in no log");
        four.run(2 * MS);
        four.node(2).offer("after it");
        four.run(900 * MS);
        assertEquals(index - 1, four.node(3).log.endIndex(), "nobody has it");
        four.loss = (from, to, type) -> false;
        four.until(1000 * MS, "who numbered it has it", () -> four.node(1).log.endIndex() >= index);
        four.until(MS, "all have it", () -> four.nodes.stream().allMatch(node -> node.log.endIndex() >= index));
    }
}

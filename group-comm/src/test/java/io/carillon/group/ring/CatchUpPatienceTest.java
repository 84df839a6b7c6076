// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static io.carillon.group.ring.RingWorld.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.wire.PacketType;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long the last of three members waits for an answer to PULL, by the round trip that it was told. */
class CatchUpPatienceTest {
    private static final int ENTRIES = 400;
    private static final int ENTRY_LENGTH = 5_000;

    private final RingWorld world = new RingWorld(3);
    private int questions;
    private int answersLost;

    @BeforeEach
    void form() {
        world.form();
        assertTrue(world.node(0).core.holdsToken());
        world.run(20 * MS);
    }

    /** Packets take half of {@code roundTripNs} from now on, and it is measured if {@code told}. */
    private void takes(final long roundTripNs, final boolean told) {
        world.delay = type -> roundTripNs / 2;
        for (int peer = 0; told && peer < 2; peer++) {
            world.node(2).core.onRoundTrip(peer, roundTripNs);
        }
        world.run(1000 * MS);
    }

    /** How long the last lacks an entry whose ORDER got lost, from when the next one tells it of the gap. */
    private long gapNs(final int losingAnswers) {
        questions = 0;
        answersLost = 0;
        world.loss = (from, to, type) -> to == 2 && type == PacketType.ORDER;
        world.node(0).offer("lost");
        final long lost = world.node(0).log.endIndex();
        world.loss = (from, to, type) -> {
            questions += from == 2 && type == PacketType.PULL ? 1 : 0;
            final boolean loses = to == 2 && type == PacketType.ENTRIES && answersLost < losingAnswers;
            answersLost += loses ? 1 : 0;
            return loses;
        };
        world.node(0).offer("next");
        final RingWorldNode last = world.node(2);
        world.run(world.delay.ofNs(PacketType.ORDER));
        final long sinceNs = world.nowNs;
        world.until(5000 * MS, "the entry is here", () -> last.log.endIndex() > lost);
        world.loss = (from, to, type) -> false;
        final long tookNs = world.nowNs - sinceNs;
        world.run(1000 * MS);
        return tookNs;
    }

    @Test
    void aLostAnswerCostsLittleOnAShortWay() {
        takes(MS, true);
        final long joinNs = world.node(2).config.joinNs();
        assertEquals(joinNs + MS, gapNs(0));
        assertEquals(1, questions);
        assertEquals(joinNs + (joinNs + 2 * MS) + MS, gapNs(1));
        assertEquals(2, questions);
    }

    @Test
    void nobodyIsAskedTwiceOnALongWay() {
        takes(300 * MS, true);
        assertEquals(world.node(2).config.joinNs() + 300 * MS, gapNs(0));
        assertEquals(1, questions);
    }

    /** It waits as long as ever. */
    @Test
    void whatWasNotMeasuredIsAGuess() {
        takes(MS, false);
        final long joinNs = world.node(2).config.joinNs();
        assertEquals(joinNs + 5 * joinNs + MS, gapNs(1));
        assertEquals(2, questions);
        takes(300 * MS, false);
        gapNs(0);
        assertEquals(2, questions);
    }

    /** A ping says nothing of how long 64 KiB take. */
    @Test
    void whatAnswersTookIsRemembered() {
        takes(MS, true);
        world.delay = type -> type == PacketType.ENTRIES ? 60 * MS : MS / 2;
        gapNs(0);
        assertEquals(2, questions);
        gapNs(0);
        assertEquals(1, questions);
    }

    /** Else each loss would double how long the next one takes. */
    @Test
    void aLostAnswerIsNotALateOne() {
        takes(MS, true);
        final long joinNs = world.node(2).config.joinNs();
        for (int time = 0; time < 5; time++) {
            assertEquals(joinNs + (1 + 2 + 4) * (joinNs + 2 * MS) + MS, gapNs(3));
            assertEquals(4, questions);
        }
    }

    /** An answer that comes after its question was repeated took as long as since the first of them, not since the second. */
    @Test
    void aLateAnswerIsNotALostOne() {
        takes(MS, false);
        world.delay = type -> type == PacketType.ENTRIES ? 150 * MS : MS / 2;
        gapNs(0);
        assertEquals(2, questions);
        gapNs(0);
        assertEquals(1, questions);
    }

    /** A member that is two megabytes behind, and one in ten of the packets to it and from it is lost: all questions are bounded. */
    @Test
    void whoIsFarBehindComesUpToDateWhereMuchIsLost() {
        takes(2 * MS, true);
        world.loss = (from, to, type) -> to == 2 && (type == PacketType.ORDER || type == PacketType.ENTRIES);
        for (int offer = 0; offer < ENTRIES; offer++) {
            world.node(0).offer("x".repeat(ENTRY_LENGTH));
            world.run(5 * MS);
        }
        final RingWorldNode last = world.node(2);
        final long end = world.node(0).log.endIndex();
        assertTrue(last.log.endIndex() <= end - ENTRIES);
        final SplittableRandom random = new SplittableRandom(7);
        final long[] answered = new long[1];
        world.tap = packet -> answered[0] += packet[0] == PacketType.ENTRIES ? packet.length : 0;
        world.loss = (from, to, type) -> (to == 2 || from == 2) && random.nextInt(10) == 0;
        final long sinceNs = world.nowNs;
        world.until(60_000 * MS, "all is here", () -> last.log.endIndex() >= end);
        assertTrue(world.nowNs - sinceNs < 1000 * MS, "took " + (world.nowNs - sinceNs) / MS + " ms");
        assertTrue(answered[0] < 2 * ENTRIES * ENTRY_LENGTH, answered[0] + " bytes came of it");
    }

    /** However long a round trip is said to be, an answer that is lost is asked for again before the ring changes. */
    @Test
    void patienceEnds() {
        takes(MS, true);
        world.node(2).core.onRoundTrip(0, 3_600_000 * MS);
        world.node(2).core.onRoundTrip(1, 3_600_000 * MS);
        final long installNs = world.node(2).config.installNs();
        assertEquals(world.node(2).config.joinNs() + installNs + MS, gapNs(1));
    }
}

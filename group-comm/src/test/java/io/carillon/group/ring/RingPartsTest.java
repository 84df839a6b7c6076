// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.MemoryLog;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Epoch tables, cliques, and the buffers of offers. */
class RingPartsTest {
    private static EpochTable table(final long... epochFirstLast) {
        final List<EpochTable.Run> runs = new java.util.ArrayList<>();
        for (int at = 0; at < epochFirstLast.length; at += 3) {
            runs.add(new EpochTable.Run(epochFirstLast[at], epochFirstLast[at + 1], epochFirstLast[at + 2]));
        }
        return new EpochTable(runs);
    }

    @Test
    void logsAreEqualUpToTheLastEntryOfACommonEpoch() {
        assertEquals(20, table(1, 1, 20).common(table(1, 1, 20)));
        assertEquals(15, table(1, 1, 15).common(table(1, 1, 20, 3, 21, 30)));
        assertEquals(10, table(1, 1, 10, 2, 11, 40).common(table(1, 1, 10, 3, 11, 12)));
        assertEquals(10, table(1, 1, 10, 2, 11, 40).common(table(1, 1, 20, 3, 21, 22)));
        assertEquals(12, table(1, 1, 10, 3, 11, 12).common(table(1, 1, 10, 3, 11, 22, 4, 23, 24)));
        assertEquals(0, table(1, 1, 10).common(table(2, 1, 10)));
        assertEquals(-1, table(1, 5, 10).common(table(2, 11, 20)));
        assertEquals(7, table(1, 7, 7, 2, 8, 9).common(table(1, 1, 7, 3, 8, 20)));
        assertEquals(0, table().common(table(1, 1, 3)));
    }

    /** A log that begins later than another one ends is of the same history all the same, if they share an epoch. */
    @Test
    void historiesAreEqualWhereTheLogsDoNotOverlap() {
        assertEquals(20, table(1, 1, 20).common(table(1, 30, 40, 3, 41, 50)));
        assertEquals(20, table(1, 30, 40, 3, 41, 50).common(table(1, 1, 20)));
        assertEquals(-1, table(1, 1, 20).common(table(2, 30, 40)));
    }

    @Test
    void aTableIsContinuedByWhoHoldsMoreOfTheHistory() {
        final EpochTable recent = table(3, 30, 40, 5, 41, 50);
        assertEquals(table(1, 1, 20, 3, 21, 40, 5, 41, 50), recent.extendedBy(table(1, 1, 20, 3, 21, 35)));
        assertEquals(table(1, 1, 29, 3, 30, 40, 5, 41, 50), recent.extendedBy(table(1, 1, 29, 3, 30, 45)));
        assertEquals(table(1, 5, 20, 3, 21, 40, 5, 41, 50), recent.extendedBy(table(1, 5, 20, 3, 21, 40, 4, 41, 60)));
        assertEquals(table(1, 1, 20, 3, 21, 40, 5, 41, 50), recent.extendedBy(table(1, 1, 20, 3, 21, 29)));
        assertEquals(recent, recent.extendedBy(table(1, 1, 20, 3, 21, 28)), "nobody tells of 29");
        assertEquals(recent, recent.extendedBy(table(1, 1, 40, 6, 41, 60)), "another history");
        assertEquals(recent, recent.extendedBy(table(5, 45, 50)), "a shorter one");
        assertEquals(recent, recent.extendedBy(table()));
    }

    @Test
    void aLogsTableCoversItsBase() {
        final MemoryLog log = new MemoryLog();
        final UnsafeBuffer empty = new UnsafeBuffer(new byte[0]);
        for (long index = 1; index <= 9; index++) {
            log.append(index, index, index <= 4 ? 1 : 3, 0, 1, index, EntryKind.WRITE_SET, empty, 0, 0);
        }
        assertEquals(table(1, 1, 4, 3, 5, 9), EpochTable.of(log, 9));
        log.purge(2);
        assertEquals(table(1, 2, 4, 3, 5, 9), EpochTable.of(log, 9));
        log.purge(4);
        assertEquals(table(1, 4, 4, 3, 5, 9), EpochTable.of(log, 9));
        log.purge(9);
        assertEquals(table(3, 9, 9), EpochTable.of(log, 9));
    }

    /** Who lacks what is not stable must find what it has in common with it, however many rings came to nothing since. */
    @Test
    void aLogsTableNamesEveryEpochBeyondWhatIsStable() {
        final MemoryLog log = new MemoryLog();
        final UnsafeBuffer empty = new UnsafeBuffer(new byte[0]);
        for (long index = 1; index <= 1000; index++) {
            log.append(index, index, index, 0, 1, 0, EntryKind.VIEW, empty, 0, 0);
        }
        assertEquals(new EpochTable.Run(1000 - EpochTable.SETTLED_MAX + 1, 745, 745), EpochTable.of(log, 1000).runs().getFirst());
        assertEquals(new EpochTable.Run(500 - EpochTable.SETTLED_MAX + 1, 245, 245), EpochTable.of(log, 500).runs().getFirst());
        final EpochTable all = EpochTable.of(log, 20);
        assertEquals(1000, all.runs().size());
        assertEquals(15, table(3, 3, 3, 15, 15, 15).common(all));
        final EpochTable second = new EpochTable(all.runs().subList(500, 1000));
        assertEquals(all.runs().size(), second.extendedBy(new EpochTable(all.runs().subList(0, 501))).runs().size());
    }

    @Test
    void theHeaviestCliqueIsFound() {
        final boolean[][] chain = {{true, true, false}, {true, true, true}, {false, true, true}};
        assertArrayEquals(new boolean[] {true, true, false}, Clique.best(new int[] {1, 1, 1}, chain));
        assertArrayEquals(new boolean[] {false, true, true}, Clique.best(new int[] {1, 1, 2}, chain));
        assertArrayEquals(new boolean[] {false, true, true}, Clique.best(new int[] {0, 1, 1}, chain));
        assertArrayEquals(new boolean[] {true, true, false}, Clique.best(new int[] {0, 0, 0}, chain));
    }

    @Test
    void aFullMeshOf255IsOneClique() {
        final boolean[][] mesh = new boolean[255][255];
        for (final boolean[] row : mesh) {
            java.util.Arrays.fill(row, true);
        }
        for (final boolean chosen : Clique.best(new int[255], mesh)) {
            assertTrue(chosen);
        }
    }

    @Test
    void anAwkwardGraphEndsToo() {
        final SplittableRandom random = new SplittableRandom(5);
        final boolean[][] graph = new boolean[100][100];
        for (int a = 0; a < 100; a++) {
            graph[a][a] = true;
            for (int b = 0; b < a; b++) {
                graph[a][b] = random.nextInt(10) < 8;
                graph[b][a] = graph[a][b];
            }
        }
        final boolean[] best = Clique.best(new int[100], graph);
        for (int a = 0; a < 100; a++) {
            for (int b = 0; b < 100; b++) {
                assertTrue(!best[a] || !best[b] || graph[a][b]);
            }
        }
    }

    @Test
    void payloadsAreKeptByCountAndFreedInOrder() {
        final OfferedPayloads offered = new OfferedPayloads(new PayloadPool(), 1000);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[100]);
        offered.raise(4);
        assertFalse(offered.put(4, 3, EntryKind.WRITE_SET, bytes, 0, 10));
        assertTrue(offered.put(6, 5, EntryKind.WRITE_SET, bytes, 0, 20));
        assertTrue(offered.put(5, 4, EntryKind.CONTROL, bytes, 0, 10));
        assertFalse(offered.put(5, 4, EntryKind.CONTROL, bytes, 0, 10), "a repetition");
        assertEquals(30, offered.bytes());
        assertEquals(20, offered.length(6));
        assertEquals(EntryKind.CONTROL, offered.kind(5));
        offered.raise(5);
        assertNull(offered.payload(5));
        assertNotNull(offered.payload(6));
        assertFalse(offered.put(6 + OfferedPayloads.WINDOW, 6, EntryKind.WRITE_SET, bytes, 0, 1) && offered.floor() == 5,
            "beyond the window, unless it is the first of its epoch");
    }

    @Test
    void theFirstOfferOfAnEpochMayJump() {
        final OfferedPayloads offered = new OfferedPayloads(new PayloadPool(), 1000);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[1]);
        offered.raise(9);
        assertTrue(offered.put(1L << 40, 9, EntryKind.WRITE_SET, bytes, 0, 1));
        assertEquals((1L << 40) - 1, offered.floor());
        assertNotNull(offered.payload(1L << 40));
    }

    @Test
    void payloadsAreBounded() {
        final OfferedPayloads offered = new OfferedPayloads(new PayloadPool(), 100);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[100]);
        assertTrue(offered.put(1, 0, EntryKind.WRITE_SET, bytes, 0, 60));
        assertFalse(offered.put(2, 1, EntryKind.WRITE_SET, bytes, 0, 60));
        offered.raise(1);
        assertTrue(offered.put(2, 1, EntryKind.WRITE_SET, bytes, 0, 60));
    }

    @Test
    void laterPayloadsMakeRoomForAnEarlierOne() {
        final OfferedPayloads offered = new OfferedPayloads(new PayloadPool(), 100);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[100]);
        assertTrue(offered.put(2, 1, EntryKind.WRITE_SET, bytes, 0, 40));
        assertTrue(offered.put(3, 2, EntryKind.WRITE_SET, bytes, 0, 60));
        assertTrue(offered.put(1, 0, EntryKind.WRITE_SET, bytes, 0, 50));
        assertNotNull(offered.payload(2));
        assertNull(offered.payload(3), "the last one gives way, its origin repeats it");
        assertEquals(90, offered.bytes());
        assertFalse(offered.put(3, 2, EntryKind.WRITE_SET, bytes, 0, 60));
    }

    @Test
    void ownOffersKeepTheirOrderWhileTheyGrowAndComeBack() {
        final OwnOffers own = new OwnOffers(new PayloadPool());
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[8]);
        for (long seq = 101; seq <= 300; seq++) {
            bytes.putLong(0, seq);
            own.add(seq, EntryKind.WRITE_SET, bytes, 0, 8);
        }
        own.removeThrough(150);
        bytes.putLong(0, 150);
        own.addFirst(150, EntryKind.WRITE_SET, bytes, 0, 8);
        assertEquals(151, own.count());
        assertEquals(151 * 8, own.bytes());
        for (int nth = 0; nth < own.count(); nth++) {
            assertEquals(150 + nth, own.seq(nth));
            assertEquals(150 + nth, own.buffer(nth).getLong(0));
        }
        assertEquals(-1, own.find(149));
        assertEquals(50, own.find(200));
        assertThrows(Check.Violation.class, () -> own.add(300, EntryKind.WRITE_SET, bytes, 0, 8));
    }

    @Test
    void marksOutliveTheirMembersForAWhile() {
        final OriginMarks marks = new OriginMarks();
        for (int origin = 1; origin <= 400; origin++) {
            marks.raise(0, origin, 10 * origin);
        }
        final List<RingMember> members = List.of(new RingMember(new MemberId(0, 1), "first", 1, new byte[0]));
        final OriginMarks restored = new OriginMarks();
        restored.restore(marks.marks(members));
        assertEquals(10, restored.of(new MemberId(0, 1)));
        assertEquals(4000, restored.of(new MemberId(0, 400)));
        assertEquals(0, restored.of(new MemberId(0, 2)));
    }
}

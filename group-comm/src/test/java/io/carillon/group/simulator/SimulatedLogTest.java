// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.simulator.SimulatedLog.Durability;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SimulatedLogTest {
    private static final SimulatedLog.Observer NOBODY = new SimulatedLog.Observer() {
        @Override
        public void appended(final StoredEntry entry) {
        }

        @Override
        public void truncated(final long index, final long oldEnd) {
        }

        @Override
        public long reset(final long index, final long epoch) {
            return 77;
        }
    };

    private static SimulatedLog log(final Durability durability) {
        return new SimulatedLog(durability, index -> { }, NOBODY);
    }

    private static void append(final SimulatedLog log, final long epoch, final int content) {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[8]);
        payload.putLong(0, content);
        log.append(log.endIndex() + 1, log.endSeqno() + 1, epoch, 1, 2, 3, EntryKind.WRITE_SET, payload, 0, 8);
    }

    @Test
    void whatWasFlushedSurvivesInOsModeAndWhatWasSyncedInDiskMode() {
        final SimulatedLog os = log(Durability.OS);
        append(os, 1, 1);
        os.flush();
        append(os, 1, 2);
        os.crash(0, false);
        assertEquals(1, os.endIndex());
        assertEquals(1, os.loggedIndex());

        final SimulatedLog disk = log(Durability.DISK);
        append(disk, 1, 1);
        disk.flush();
        append(disk, 1, 2);
        disk.flush();
        assertEquals(0, disk.loggedIndex());
        disk.synced();
        assertEquals(1, disk.loggedIndex());
        disk.crash(0, false);
        assertEquals(1, disk.endIndex());
    }

    @Test
    void anUnflushedTruncationMayBeForgottenOnlyIfNothingFollowedIt() {
        final SimulatedLog log = log(Durability.OS);
        append(log, 1, 1);
        append(log, 1, 2);
        log.flush();
        log.truncateAfter(1);
        log.crash(0, false);
        assertEquals(2, log.endIndex());

        log.truncateAfter(1);
        append(log, 2, 9);
        log.flush();
        log.crash(0, false);
        assertEquals(2, log.endIndex());
        assertEquals(2, log.epochAt(2));
    }

    @Test
    void aSyncUnderWayDoesNotCoverWhatIsTruncatedMeanwhile() {
        final SimulatedLog log = log(Durability.DISK);
        append(log, 1, 1);
        append(log, 1, 2);
        log.flush();
        log.truncateAfter(1);
        append(log, 2, 3);
        log.synced();
        assertEquals(1, log.loggedIndex());
        assertFalse(log.holdsLogged(2, log.digestAt(2)));
    }

    @Test
    void digestsAreEqualExactlyForEqualHistories() {
        final SimulatedLog a = log(Durability.MEMORY);
        final SimulatedLog b = log(Durability.MEMORY);
        append(a, 1, 1);
        append(b, 1, 2);
        append(a, 1, 3);
        append(b, 1, 3);
        assertNotEquals(a.digestAt(2), b.digestAt(2));
        final SimulatedLog c = log(Durability.MEMORY);
        append(c, 1, 1);
        append(c, 1, 3);
        assertEquals(a.digestAt(2), c.digestAt(2));
    }

    @Test
    void readsAndLookUps() {
        final SimulatedLog log = log(Durability.MEMORY);
        append(log, 4, 1);
        append(log, 4, 2);
        append(log, 6, 3);
        final LogEntry entry = new LogEntry();
        assertTrue(log.read(2, entry));
        assertEquals(2, entry.payload.getLong(0));
        assertEquals(3, log.firstIndexOf(6));
        assertEquals(-1, log.firstIndexOf(5));
        assertEquals(2, log.indexOfSeqno(2));
        assertFalse(log.read(4, entry));
        log.reset(9, 5, 6);
        assertEquals(9, log.endIndex());
        assertEquals(77, log.digestAt(9));
        assertThrows(Check.Violation.class, () -> log.append(9, 6, 6, 1, 2, 3, EntryKind.WRITE_SET, entry.payload, 0, 8));
    }
}

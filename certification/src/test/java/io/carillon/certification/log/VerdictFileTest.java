// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.CertifierConfig;
import io.carillon.certification.VerdictWindow;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerdictFileTest {
    @TempDir
    private Path path;

    @Test
    void keepsTheLastWindow() {
        final int length = CertifierConfig.DEFAULT.window();
        final VerdictWindow window = new VerdictWindow(length);
        final VerdictWindow loaded = new VerdictWindow(length);
        window.reset(0);
        try (NodeDirectory directory = NodeDirectory.open(path); VerdictFile file = VerdictFile.open(directory)) {
            assertFalse(file.load(loaded));
            assertEquals(-1, file.epoch());
            for (long seqno = 1; seqno <= 3L * length; seqno++) {
                window.add(seqno, seqno % 3 != 0);
                if (seqno % 1000 == 0) {
                    file.store(window, 4);
                }
            }
            file.store(window, 4);
        }
        try (NodeDirectory directory = NodeDirectory.open(path); VerdictFile file = VerdictFile.open(directory)) {
            assertTrue(file.load(loaded));
            assertEquals(4, file.epoch());
        }
        assertEquals(3L * length, loaded.position());
        assertEquals(2L * length + 1, loaded.first());
        for (long seqno = loaded.first(); seqno <= loaded.position(); seqno++) {
            assertEquals(seqno % 3 != 0, loaded.commits(seqno));
        }
    }

    @Test
    void withDurabilityDiskCountsWhatWasForced() {
        final VerdictWindow window = new VerdictWindow(CertifierConfig.DEFAULT.window());
        window.reset(0);
        window.add(1, true);
        final Queue<Runnable> owner = new ConcurrentLinkedQueue<>();
        try (NodeDirectory directory = NodeDirectory.open(path)) {
            final VerdictFile file = VerdictFile.open(directory, Durability.DISK, owner::add);
            file.store(window, 4);
            assertTrue(file.isBusy(), "a second record would overwrite the one before the first");
            assertEquals(0, file.keptUpTo(), "nothing is known to be on the disk");
            file.close();
            owner.forEach(Runnable::run);
            assertFalse(file.isBusy());
            assertEquals(1, file.keptUpTo());
        }
    }

    /** Its server may have died alone, and the next one comes to the same process. */
    @Test
    void theSameProcessFindsWhatItStored() {
        final int length = CertifierConfig.DEFAULT.window();
        final VerdictWindow window = new VerdictWindow(length);
        final VerdictWindow loaded = new VerdictWindow(length);
        window.reset(0);
        window.add(1, true);
        try (NodeDirectory directory = NodeDirectory.open(path); VerdictFile file = VerdictFile.open(directory)) {
            file.store(window, 4);
            assertTrue(file.load(loaded));
            assertEquals(1, loaded.position());
            file.store(new VerdictWindow(length), -1);
            assertTrue(file.load(loaded));
            assertEquals(-1, loaded.position(), "what was forgotten is not found again");
        }
    }
}

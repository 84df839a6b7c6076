// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.log.Durability;
import io.carillon.group.simulator.ProcessDied;
import io.carillon.group.simulator.Xoshiro256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The production log and node state on a disk where power is lost, the process dies within any operation, and room runs
 * out: what was acknowledged is there, in every mode that promises it, and nothing is there that was never appended.
 */
class DiskCrashTest {
    private static final long SEEDS = Long.getLong("carillon.disk.seeds", 400);
    private static final long FIRST = Long.getLong("carillon.disk.first", 1);

    @ParameterizedTest
    @EnumSource
    void whatWasAcknowledgedIsThere(final Durability durability) {
        long crashes = 0;
        long recovered = 0;
        long beyond = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            final CrashingLog log = new CrashingLog(durability, Xoshiro256.stream(seed, "crashing log"));
            try {
                log.run(20);
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", " + durability + ": " + e.getMessage(), e);
            }
            crashes += log.crashes();
            recovered += log.recovered();
            beyond += log.beyondAcknowledged();
        }
        assertTrue(crashes > SEEDS && recovered > SEEDS, crashes + " crashes, " + recovered + " entries found again");
        assertTrue(beyond > 0, "some entries survive that nobody acknowledged");
    }

    @Test
    void unsyncedSectorsAreKeptInAnyCombination() throws Exception {
        final boolean[] seen = new boolean[4];
        for (long seed = 1; seed <= 200; seed++) {
            final SimulatedDisk disk = new SimulatedDisk(Xoshiro256.stream(seed, "disk"));
            final byte[] there = CrashingLog.twoSectors(disk);
            assertEquals(1, there[0]);
            seen[(there[512] == 2 ? 1 : 0) + (there[1024] == 2 ? 2 : 0)] = true;
        }
        assertTrue(seen[0] && seen[1] && seen[2] && seen[3], "none, each and both of two sectors were kept");
    }

    @Test
    void aProcessDiesInAnOperation() {
        final CrashingLog log = new CrashingLog(Durability.OS, Xoshiro256.stream(1, "crashing log"));
        log.disk().diesAfter(0);
        assertThrows(ProcessDied.class, () -> log.disk().forceDirectory(CrashingLog.HOME));
    }
}

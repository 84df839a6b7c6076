// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SilenceTest {
    private static final long MS = 1_000_000L;
    private static final long USUAL = 450 * MS;

    @Test
    void theUsualPatienceIsEnoughForWhoSpeaksOften() {
        final Silence silence = heardEvery(100 * MS, 20);
        assertEquals(USUAL, silence.patienceNs(USUAL));
    }

    @Test
    void whoWasSilentForLongIsGivenHalfAsMuchAgain() {
        final Silence silence = heardEvery(100 * MS, 20);
        silence.end(2_800 * MS, USUAL);
        silence.end(3_500 * MS, USUAL);
        silence.end(3_600 * MS, USUAL);
        assertEquals(1_050 * MS, silence.patienceNs(USUAL));
    }

    @Test
    void onceIsNoHabit() {
        final Silence silence = heardEvery(100 * MS, 20);
        silence.end(2_800 * MS, USUAL);
        silence.end(2_900 * MS, USUAL);
        assertEquals(USUAL, silence.patienceNs(USUAL));
    }

    @Test
    void whatIsTooLongIsNoHabit() {
        final Silence silence = heardEvery(100 * MS, 20);
        silence.end(5_000 * MS, USUAL);
        silence.end(8_000 * MS, USUAL);
        assertEquals(USUAL, silence.patienceNs(USUAL));
    }

    @Test
    void whatThisProcessDidNotHearIsNoSilence() {
        final Silence silence = heardEvery(100 * MS, 20);
        silence.forgive(2_700 * MS);
        silence.end(2_800 * MS, USUAL);
        silence.forgive(3_500 * MS);
        silence.end(3_600 * MS, USUAL);
        assertEquals(USUAL, silence.patienceNs(USUAL));
    }

    @Test
    void aHabitIsForgottenWithinAMinute() {
        final Silence silence = new Silence(0);
        silence.end(800 * MS, USUAL);
        silence.end(1_600 * MS, USUAL);
        long now = 1_600 * MS;
        while (now < 31_000 * MS) {
            silence.end(now += 100 * MS, USUAL);
        }
        assertEquals(1_200 * MS, silence.patienceNs(USUAL), "of the former span");
        while (now < 61_000 * MS) {
            silence.end(now += 100 * MS, USUAL);
        }
        assertEquals(USUAL, silence.patienceNs(USUAL));
    }

    @Test
    void silenceIsCountedFromTheLastSign() {
        final Silence silence = heardEvery(100 * MS, 20);
        assertEquals(500 * MS, silence.lengthNs(2_500 * MS));
        assertEquals(2_450 * MS, silence.reachesNs(USUAL));
    }

    private static Silence heardEvery(final long periodNs, final int times) {
        final Silence silence = new Silence(0);
        for (int time = 1; time <= times; time++) {
            silence.end(time * periodNs, USUAL);
        }
        return silence;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.Check;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class VerdictWindowTest {
    @Test
    void keepsTheLastVerdictsAndCarriesThem() {
        final SplittableRandom random = new SplittableRandom(5);
        final VerdictWindow window = new VerdictWindow(128);
        final VerdictWindow copy = new VerdictWindow(128);
        final boolean[] truth = new boolean[2000];
        window.reset(700);
        for (int seqno = 701; seqno < truth.length; seqno++) {
            truth[seqno] = random.nextBoolean();
            window.add(seqno, truth[seqno]);
            assertEquals(Math.max(701, seqno - 127), window.first());
            final UnsafeBuffer bytes = new UnsafeBuffer(new byte[window.encodedLength()]);
            assertEquals(bytes.capacity(), window.encode(bytes, 0));
            assertTrue(copy.decode(bytes, 0, bytes.capacity()));
            assertEquals(window.first(), copy.first());
            assertEquals(window.position(), copy.position());
            for (long i = copy.first(); i <= copy.position(); i++) {
                assertEquals(truth[(int) i], copy.commits(i));
            }
        }
        assertThrows(Check.Violation.class, () -> window.commits(window.first() - 1));
        assertThrows(Check.Violation.class, () -> window.add(5000, true));
    }

    @Test
    void anEmptyWindowIsCarriedToo() {
        final VerdictWindow window = new VerdictWindow(64);
        window.reset(9);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[window.encodedLength()]);
        window.encode(bytes, 0);
        final VerdictWindow copy = new VerdictWindow(64);
        assertTrue(copy.decode(bytes, 0, bytes.capacity()));
        assertEquals(9, copy.position());
        assertEquals(10, copy.first());
    }

    @Test
    void takesNoRandomBytes() {
        final SplittableRandom random = new SplittableRandom(6);
        final VerdictWindow window = new VerdictWindow(64);
        window.reset(41);
        for (int i = 0; i < 100_000; i++) {
            final byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            for (int at = 2; at < Math.min(bytes.length, 16); at++) {
                bytes[at] = random.nextInt(4) == 0 ? bytes[at] : 0;
            }
            if (window.decode(buffer, 0, bytes.length)) {
                assertTrue(window.first() >= 0 && window.position() - window.first() < 64);
                window.reset(41);
            } else {
                assertEquals(41, window.position());
            }
        }
        assertFalse(window.decode(new UnsafeBuffer(new byte[0]), 0, 0));
    }
}

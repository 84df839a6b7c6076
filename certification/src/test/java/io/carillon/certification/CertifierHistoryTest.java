// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The certifier against the rules written down plainly, over random histories; one seed decides all. */
final class CertifierHistoryTest {
    private static final int HISTORY_LENGTH = 1500;

    static IntStream seeds() {
        return IntStream.range(0, 30);
    }

    static Stream<Integer> fewSeeds() {
        return seeds().limit(10).boxed();
    }

    private static CertifierConfig config(final SplittableRandom random, final int parallelKeysMin) {
        final int keysMax = 50 + random.nextInt(2000);
        return new CertifierConfig(64 << random.nextInt(3), keysMax, Math.min(keysMax, 10 + random.nextInt(100)), parallelKeysMin);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void decidesAsTheRulesSay(final int seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final CertifierConfig config = config(random, Integer.MAX_VALUE);
        final WriteSetHistory history = new WriteSetHistory(random, config.window(), 1 + random.nextInt(30));
        final long base = random.nextInt(1000);
        final NaiveCertifier naive = new NaiveCertifier(config, base);
        int conflicts = 0;
        try (Certifier certifier = new Certifier(config)) {
            certifier.reset(base);
            for (long seqno = base + 1; seqno <= base + HISTORY_LENGTH; seqno++) {
                if (random.nextInt(20) == 0) {
                    certifier.skip(seqno);
                    naive.skip(seqno);
                    continue;
                }
                final TestWriteSet writeSet = history.next(seqno);
                final Verdict verdict = writeSet.certify(certifier, seqno);
                assertSame(naive.certify(seqno, writeSet), verdict);
                assertEquals(naive.floor(), certifier.floor());
                conflicts += verdict.commits() ? 0 : 1;
            }
            // Everything leaves the index again.
            final long end = base + HISTORY_LENGTH;
            for (long seqno = end + 1; seqno <= end + 40L * config.window(); seqno++) {
                certifier.skip(seqno);
            }
            assertEquals(0, certifier.indexSize());
        }
        assertTrue(conflicts > 0 && conflicts < HISTORY_LENGTH, "the history is worth something: " + conflicts);
    }

    @ParameterizedTest
    @MethodSource("fewSeeds")
    void twoThreadsDecideAsOne(final int seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final long state = random.nextLong();
        final CertifierConfig config = config(new SplittableRandom(state), Integer.MAX_VALUE);
        final WriteSetHistory history = new WriteSetHistory(random, config.window(), 100);
        final CertifierConfig sharing = config(new SplittableRandom(state), 10);
        try (Certifier alone = new Certifier(config); Certifier shared = new Certifier(sharing, true, 5 + seed * 10)) {
            for (long seqno = 1; seqno <= HISTORY_LENGTH; seqno++) {
                final TestWriteSet writeSet = history.next(seqno);
                final Verdict expected = writeSet.certify(alone, seqno);
                final Verdict verdict = writeSet.certify(shared, seqno);
                assertSame(expected, verdict);
                if (expected.conflictSeqno >= 0) {
                    assertEquals(expected.conflictHash, verdict.conflictHash);
                    assertEquals(expected.conflictTable, verdict.conflictTable);
                    assertEquals(expected.conflictType, verdict.conflictType);
                    assertEquals(expected.conflictFoundType, verdict.conflictFoundType);
                }
                assertEquals(alone.floor(), shared.floor());
            }
            for (long seqno = HISTORY_LENGTH + 1; seqno <= HISTORY_LENGTH + 40L * config.window(); seqno++) {
                shared.skip(seqno);
            }
            assertEquals(0, shared.indexSize());
        }
    }

    /** A member that joins with the last verdicts and write sets of another decides as that one from then on. */
    @ParameterizedTest
    @MethodSource("seeds")
    void aRebuiltIndexDecidesAsTheOriginal(final int seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final CertifierConfig config = config(random, Integer.MAX_VALUE);
        final WriteSetHistory history = new WriteSetHistory(random, config.window(), 1 + random.nextInt(30));
        final List<TestWriteSet> stream = new ArrayList<>();
        stream.add(null);
        final int joinAt = 1 + random.nextInt(HISTORY_LENGTH / 2);
        try (Certifier original = new Certifier(config); Certifier joined = new Certifier(config)) {
            for (long seqno = 1; seqno <= HISTORY_LENGTH; seqno++) {
                stream.add(random.nextInt(20) == 0 ? null : history.next(seqno));
                final Verdict expected = feed(original, seqno, stream.getLast());
                if (seqno == joinAt) {
                    rebuild(joined, original, config, stream);
                } else if (seqno > joinAt) {
                    assertSame(expected, feed(joined, seqno, stream.getLast()));
                }
                if (seqno >= joinAt) {
                    assertEquals(original.floor(), joined.floor());
                }
            }
            assertEquals(original.floor(), joined.floor());
        }
    }

    private static void rebuild(final Certifier joined, final Certifier original, final CertifierConfig config,
        final List<TestWriteSet> stream) {
        final UnsafeBuffer carried = new UnsafeBuffer(new byte[original.verdicts().encodedLength()]);
        final int length = original.verdicts().encode(carried, 0);
        final VerdictWindow window = new VerdictWindow(config.window());
        assertTrue(window.decode(carried, 0, length));
        joined.reset(window.first() - 1);
        for (long seqno = window.first(); seqno <= window.position(); seqno++) {
            final TestWriteSet writeSet = stream.get((int) seqno);
            if (writeSet == null) {
                joined.skip(seqno);
            } else {
                writeSet.preload(joined, seqno, window.commits(seqno));
            }
        }
    }

    private static Verdict feed(final Certifier certifier, final long seqno, final TestWriteSet writeSet) {
        if (writeSet == null) {
            certifier.skip(seqno);
            return null;
        }
        return writeSet.certify(certifier, seqno);
    }

    private static void assertSame(final Verdict expected, final Verdict verdict) {
        if (expected == null) {
            return;
        }
        assertEquals(expected.toString(), verdict.toString());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Measures certification: nanoseconds of processor time a small write set, milliseconds (elapsed) a very large one by
 * one thread and by two. {@code bench/certify} runs it.
 *
 * <p>Arguments: keys of the large write set (default 500,000), rounds (default 15).
 */
public final class CertifierBenchmark {
    private static final int SMALL_ROUNDS = 7;
    private static final int SMALL_COUNT = 100_000;

    private static final int FRAGMENT_KEYS = (64 << 10) / WriteSetLayout.KEY_LENGTH - 1;
    private static final int WARM_UP = 4;
    private static final double RATIO_MAX = 0.65;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private CertifierBenchmark() {
    }

    /** Entry point. */
    public static void main(final String[] arguments) {
        final int largeKeys = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500_000;
        final int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 15;
        final double ratio = rounds > 0 ? large(largeKeys, rounds) : 0;
        for (final int keys : new int[] {4, 16, 64}) {
            small(keys);
        }
        if (ratio > RATIO_MAX) {
            System.out.printf("MISSED  two threads need %.2f of one thread's time, at most %.2f are wanted%n", ratio, RATIO_MAX);
            System.exit(1);
        }
    }

    /** Write sets as an OLTP load makes them: two shared prefixes, rows spread over a million. */
    private static void small(final int keys) {
        final SplittableRandom random = new SplittableRandom(1);
        final TestWriteSet[] writeSets = new TestWriteSet[80_000 / keys];
        for (int i = 0; i < writeSets.length; i++) {
            final Map<Long, KeyType> map = new LinkedHashMap<>();
            map.put(0x1111_2222_3333_4444L, KeyType.SHARED);
            map.put(0x5555_6666_7777_8888L + random.nextInt(8) * 0x9E37_79B9_7F4A_7C15L, KeyType.SHARED);
            while (map.size() < keys) {
                map.put((random.nextInt(1_000_000) + 1) * 0x9E37_79B9_7F4A_7C15L, KeyType.EXCLUSIVE);
            }
            writeSets[i] = TestWriteSet.of(random.nextInt(3), 0, map);
        }
        final Verdict verdict = new Verdict();
        final double[] nanos = new double[SMALL_ROUNDS];
        long commits = 0;
        try (Certifier certifier = new Certifier(CertifierConfig.DEFAULT)) {
            long seqno = 0;
            for (int round = 0; round < SMALL_ROUNDS; round++) {
                final long start = CPU.getCurrentThreadCpuTime();
                for (int i = 0; i < SMALL_COUNT; i++) {
                    final TestWriteSet writeSet = writeSets[i % writeSets.length];
                    seqno++;
                    writeSet.bytes.putLong(WriteSetLayout.LAST_SEEN_OFFSET, Math.max(0, seqno - 10));
                    certifier.certify(seqno, writeSet.originMsb, 0, writeSet.flyweight, writeSet.flyweight.keys(), verdict);
                    commits += verdict.commits() ? 1 : 0;
                }
                nanos[round] = (double) (CPU.getCurrentThreadCpuTime() - start) / SMALL_COUNT;
            }
            System.out.printf("%d keys: %.0f ns a write set (best %.0f); index of %d keys, %.2f %% committed%n", keys,
                median(nanos), Arrays.stream(nanos).min().orElse(0),
                certifier.indexSize(), 100.0 * commits / SMALL_COUNT / SMALL_ROUNDS);
        }
    }

    /** Time of two threads as a part of one's. */
    private static double large(final int keys, final int rounds) {
        final double[][] one = new double[2][rounds];
        final double[][] two = new double[2][rounds];
        final TestWriteSet writeSet = largeWriteSet(keys);
        for (int round = -WARM_UP; round < rounds; round++) {
            final int at = Math.max(0, round);
            certify(writeSet, false, one, at);
            certify(writeSet, true, two, at);
        }
        System.out.printf("%d keys, elapsed: one thread %.1f ms (best %.1f), two %.1f ms (best %.1f), ", keys,
            median(one[0]), min(one[0]), median(two[0]), min(two[0]));
        System.out.printf("ratio of medians %.2f, of bests %.2f%n", median(two[0]) / median(one[0]), min(two[0]) / min(one[0]));
        System.out.printf("processor time of the calling thread: one thread %.1f ms, two %.1f ms, ratio %.2f%n",
            median(one[1]), median(two[1]), median(two[1]) / median(one[1]));
        return median(two[0]) / median(one[0]);
    }

    private static void certify(final TestWriteSet writeSet, final boolean helped, final double[][] millis, final int at) {
        try (Certifier certifier = new Certifier(CertifierConfig.DEFAULT, helped, LargeKeySet.BATCH_MAX)) {
            // Starts the second thread, as a running node has it.
            writeSet.preload(certifier, 1, true);
            certifier.reset(1);
            final Verdict verdict = new Verdict();
            // The collector's turn comes between the measurements, not in one of them.
            System.gc();
            final long start = System.nanoTime();
            final long startCpu = CPU.getCurrentThreadCpuTime();
            certifier.certify(2, writeSet.originMsb, 0, writeSet.flyweight, asFragments(writeSet), verdict);
            millis[1][at] = (CPU.getCurrentThreadCpuTime() - startCpu) / 1e6;
            millis[0][at] = (System.nanoTime() - start) / 1e6;
            if (!verdict.commits()) {
                throw new IllegalStateException(verdict.toString());
            }
        }
    }

    /** Its keys in blocks, as the log gives those of a write set that came as fragments. */
    private static KeySource asFragments(final TestWriteSet writeSet) {
        final KeySource whole = writeSet.flyweight.keys();
        final KeyBlock all = new KeyBlock();
        return new KeySource() {
            private int next;

            @Override
            public void rewind() {
                whole.rewind();
                whole.next(all);
                next = 0;
            }

            @Override
            public boolean next(final KeyBlock into) {
                into.count = Math.min(FRAGMENT_KEYS, all.count - next);
                into.buffer.wrap(all.buffer, next * WriteSetLayout.KEY_LENGTH, into.count * WriteSetLayout.KEY_LENGTH);
                next += into.count;
                return into.count > 0;
            }
        };
    }

    private static TestWriteSet largeWriteSet(final int keys) {
        final SplittableRandom random = new SplittableRandom(2);
        final Map<Long, KeyType> map = new LinkedHashMap<>(2 * keys);
        while (map.size() < keys) {
            map.put(random.nextLong(), KeyType.EXCLUSIVE);
        }
        return TestWriteSet.of(7, 1, map);
    }

    private static double median(final double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double min(final double[] values) {
        return Arrays.stream(values).min().orElse(0);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.certification.KeyIndex.PARTITIONS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.Check;
import io.carillon.wsrep.WriteSetLayout;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Certifies write sets of very many keys: sorts the keys by partition, so that each partition is in the processor's
 * cache while it is worked on, and lets two threads share the work. The outcome does not depend on who does what.
 */
final class LargeKeySet implements AutoCloseable {
    /** Keys that are sorted at once; bounds the memory. */
    static final int BATCH_MAX = 1 << 20;
    /** Keys for which the memory is kept from one write set to the next. */
    private static final int KEPT_MAX = 1 << 16;
    private static final int ALLOCATIONS = 3;
    /** Pieces of a batch that are sorted independently. */
    private static final int STRIPES = 16;
    /** Keys at once that are worth waking the second thread for, to read them. */
    private static final int SHARED_READ_MIN = 2048;
    /** Neighbours that belong to the same stripe: few, so that both threads find work in one block of the log. */
    private static final int RUN_LENGTH = 128;

    private final KeyIndex index;
    private final int batchMax;
    private final KeyBlock block = new KeyBlock();
    private final KeyProbe secondProbe = new KeyProbe();
    /** Null when this thread does all the work. */
    private final SecondThread second;
    /** Where each stripe puts its next key of each partition. */
    private final int[][] ends = new int[STRIPES][PARTITIONS];
    private final int[] starts = new int[PARTITIONS + 1];
    /** Keys of a batch as they came, and sorted: hash, then ordinal and meta. */
    private long[] unsorted = new long[0];
    private long[] sorted = new long[0];
    private int keyCount;
    private int batchLength;
    private int batchCount;
    private int ordinal;
    private int blockAt;

    LargeKeySet(final KeyIndex index, final boolean helped, final int batchMax) {
        this.index = index;
        second = helped ? new SecondThread(secondProbe) : null;
        this.batchMax = batchMax;
    }

    /** Asks about all keys, {@code count} of them. {@link #put} or {@link #forget} follows. */
    void test(final KeySource keys, final int count, final KeyProbe probe) {
        secondProbe.beginAs(probe);
        begin(keys, count);
        while (readBatch(keys)) {
            share(PARTITIONS, probe, this::test);
        }
        probe.merge(secondProbe);
    }

    /** Adds the keys that {@link #test} was given. */
    void put(final KeySource keys, final int count, final long reference) {
        index.makeRoom(count);
        final long floor = index.floor();
        final SecondThread.Share put = (partition, ignored) -> put(partition, reference, floor);
        if (batchCount == 1) {
            share(PARTITIONS, secondProbe, put);
            index.aged(batchLength);
        } else {
            begin(keys, count);
            while (readBatch(keys)) {
                share(PARTITIONS, secondProbe, put);
                index.aged(batchLength);
            }
        }
        forget();
    }

    /** Gives back memory that is not worth keeping. */
    void forget() {
        if (unsorted.length > 2 * KEPT_MAX) {
            unsorted = new long[0];
            sorted = new long[0];
        }
    }

    @Override
    public void close() {
        if (second != null) {
            second.close();
        }
    }

    private void test(final int number, final KeyProbe probe) {
        final KeyPartition partition = index.partition(number);
        final long[] keys = sorted;
        for (int i = starts[number]; i < starts[number + 1]; i++) {
            final long rest = keys[2 * i + 1];
            partition.test(keys[2 * i], (int) rest, (int) (rest >>> Integer.SIZE), probe);
        }
    }

    private void put(final int number, final long reference, final long floor) {
        index.partition(number).put(sorted, starts[number], starts[number + 1], reference, floor);
        for (int i = starts[number]; i < starts[number + 1]; i++) {
            index.age(i, sorted[2 * i]);
        }
    }

    private void begin(final KeySource keys, final int count) {
        final int length = 2 * Math.min(count, batchMax);
        if (unsorted.length < length) {
            share(ALLOCATIONS, secondProbe, (number, ignored) -> allocate(number, length, count));
        }
        keyCount = count;
        batchCount = 0;
        ordinal = 0;
        blockAt = 0;
        block.count = 0;
        keys.rewind();
    }

    /** All at once: to clear that much memory takes as long as to read the keys. */
    private void allocate(final int number, final int length, final int count) {
        switch (number) {
            case 0 -> unsorted = new long[length];
            case 1 -> sorted = new long[length];
            default -> index.reserveAges(count);
        }
    }

    /**
     * Reads and sorts the next keys. False when there are none; then {@link #batchCount} says how many times there
     * were.
     */
    private boolean readBatch(final KeySource keys) {
        if (ordinal == keyCount) {
            return false;
        }
        batchLength = Math.min(keyCount - ordinal, unsorted.length / 2);
        for (final int[] counts : ends) {
            Arrays.fill(counts, 0);
        }
        int n = 0;
        while (n < batchLength) {
            if (blockAt == block.count) {
                blockAt = 0;
                Check.that(keys.next(block), "fewer keys than the header says: read, promised", ordinal + n, keyCount);
            }
            final int to = n + Math.min(block.count - blockAt, batchLength - n);
            read(n, to);
            blockAt += to - n;
            n = to;
        }
        ordinal += n;
        batchCount++;
        sort();
        return true;
    }

    /** Reads the keys from {@link #blockAt} on to places {@code from} up to {@code to} of the batch. */
    private void read(final int from, final int to) {
        final int first = blockAt - from;
        if (to - from < SHARED_READ_MIN) {
            for (int stripe = 0; stripe < STRIPES; stripe++) {
                read(stripe, first, from, to);
            }
        } else {
            share(STRIPES, secondProbe, (stripe, ignored) -> read(stripe, first, from, to));
        }
    }

    /** Reads those of a stripe, the one at {@code first + i} of the block to place {@code i}, and counts them. */
    private void read(final int stripe, final int first, final int from, final int to) {
        final UnsafeBuffer buffer = block.buffer;
        final long[] keys = unsorted;
        final int[] counts = ends[stripe];
        for (int run = firstRun(stripe, from); run < to; run += STRIPES * RUN_LENGTH) {
            final int end = Math.min(to, run + RUN_LENGTH);
            int i = Math.max(from, run);
            for (int at = (first + i) * WriteSetLayout.KEY_LENGTH; i < end; i++, at += WriteSetLayout.KEY_LENGTH) {
                final long hash = buffer.getLong(at + WriteSetLayout.KEY_HASH_OFFSET, LITTLE_ENDIAN);
                final long meta = buffer.getInt(at + WriteSetLayout.KEY_META_OFFSET, LITTLE_ENDIAN) & 0xFFFFFFFFL;
                keys[2 * i] = hash;
                keys[2 * i + 1] = (long) (ordinal + i) << Integer.SIZE | meta;
                counts[KeyIndex.partitionOf(hash)]++;
            }
        }
    }

    /** Where the first run of a stripe begins that reaches beyond {@code from}. */
    private static int firstRun(final int stripe, final int from) {
        final int round = STRIPES * RUN_LENGTH;
        final int run = from / round * round + stripe * RUN_LENGTH;
        return run + RUN_LENGTH > from ? run : run + round;
    }

    private void sort() {
        int sum = 0;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            starts[partition] = sum;
            for (int stripe = 0; stripe < STRIPES; stripe++) {
                final int there = ends[stripe][partition];
                ends[stripe][partition] = sum;
                sum += there;
            }
        }
        starts[PARTITIONS] = sum;
        share(STRIPES, secondProbe, (stripe, ignored) -> scatter(stripe));
    }

    private void scatter(final int stripe) {
        final int[] next = ends[stripe];
        final long[] from = unsorted;
        final long[] to = sorted;
        for (int run = firstRun(stripe, 0); run < batchLength; run += STRIPES * RUN_LENGTH) {
            final int end = Math.min(batchLength, run + RUN_LENGTH);
            for (int i = run; i < end; i++) {
                final int at = next[KeyIndex.partitionOf(from[2 * i])]++;
                to[2 * at] = from[2 * i];
                to[2 * at + 1] = from[2 * i + 1];
            }
        }
    }

    /** Runs {@code count} shares of the work, with the second thread's help; each with its thread's probe. */
    private void share(final int count, final KeyProbe probe, final SecondThread.Share work) {
        if (second != null) {
            second.share(count, probe, work);
            return;
        }
        for (int number = 0; number < count; number++) {
            work.run(number, probe);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.certification.KeyIndex.PARTITIONS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.wsrep.WriteSetLayout;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;

/**
 * Certifies write sets of very many keys: sorts the keys by partition, so that each partition is in the processor's
 * cache while it is worked on, and lets two threads share the work. The outcome does not depend on who does what.
 */
final class LargeKeySet implements AutoCloseable {
    /** Keys that are sorted at once; bounds the memory. */
    static final int BATCH_MAX = 1 << 20;
    /** Keys for which the memory is kept from one write set to the next. */
    private static final int KEPT_MAX = 1 << 16;
    /** Pieces of a batch that are sorted independently. */
    private static final int STRIPES = 16;
    /** Keys at once that are worth waking the helper for, to read them. */
    private static final int SHARED_READ_MIN = 8192;

    /** A share of the work. */
    @FunctionalInterface
    private interface Share {
        void run(int number, KeyProbe probe);
    }

    private final KeyIndex index;
    private final boolean helped;
    private final int batchMax;
    private final KeyBlock block = new KeyBlock();
    private final KeyProbe helperProbe = new KeyProbe();
    private final AtomicInteger nextShare = new AtomicInteger();
    /** Where each stripe puts its next key of each partition. */
    private final int[][] ends = new int[STRIPES][PARTITIONS];
    private final int[] starts = new int[PARTITIONS + 1];
    private ExecutorService helper;
    /** Keys of a batch as they came, and sorted: hash, then ordinal and meta. */
    private long[] unsorted = new long[0];
    private long[] sorted = new long[0];
    private int batchLength;
    private int batchCount;
    private int ordinal;
    private int blockAt;

    LargeKeySet(final KeyIndex index, final boolean helped, final int batchMax) {
        this.index = index;
        this.helped = helped;
        this.batchMax = batchMax;
    }

    /** Asks about all keys, {@code count} of them. {@link #put} or {@link #forget} follows. */
    void test(final KeySource keys, final int count, final KeyProbe probe) {
        helperProbe.beginAs(probe);
        begin(keys, count);
        while (readBatch(keys)) {
            share(PARTITIONS, probe, this::test);
        }
        probe.merge(helperProbe);
    }

    /** Adds the keys that {@link #test} was given. */
    void put(final KeySource keys, final int count, final long reference) {
        index.makeRoom(count);
        final long floor = index.floor();
        final Share put = (partition, ignored) -> put(partition, reference, floor);
        if (batchCount == 1) {
            share(PARTITIONS, helperProbe, put);
            index.aged(batchLength);
        } else {
            begin(keys, count);
            while (readBatch(keys)) {
                share(PARTITIONS, helperProbe, put);
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
        if (helper != null) {
            helper.close();
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
        final KeyPartition partition = index.partition(number);
        final long[] keys = sorted;
        partition.reserve(starts[number + 1] - starts[number]);
        for (int i = starts[number]; i < starts[number + 1]; i++) {
            partition.put(keys[2 * i], (int) keys[2 * i + 1] & WriteSetLayout.KEY_TYPE_MASK, reference, floor);
            index.age(i, keys[2 * i]);
        }
    }

    private void begin(final KeySource keys, final int count) {
        final int length = 2 * Math.min(count, batchMax);
        if (unsorted.length < length) {
            share(2, helperProbe, (number, ignored) -> allocate(number, length));
        }
        batchCount = 0;
        ordinal = 0;
        blockAt = 0;
        block.count = 0;
        keys.rewind();
    }

    /** Both arrays at once: to clear that much memory takes as long as to read the keys. */
    private void allocate(final int number, final int length) {
        if (number == 0) {
            unsorted = new long[length];
        } else {
            sorted = new long[length];
        }
    }

    /**
     * Reads and sorts the next keys. False when there are none; then {@link #batchCount} says how many times there
     * were.
     */
    private boolean readBatch(final KeySource keys) {
        final int room = unsorted.length / 2;
        int n = 0;
        while (n < room) {
            if (blockAt == block.count) {
                blockAt = 0;
                if (!keys.next(block)) {
                    block.count = 0;
                    break;
                }
            }
            final int count = Math.min(block.count - blockAt, room - n);
            final int at = n;
            if (count < SHARED_READ_MIN) {
                read(at, 0, count);
            } else {
                share(STRIPES, helperProbe, (stripe, ignored) ->
                    read(at, (int) ((long) count * stripe / STRIPES), (int) ((long) count * (stripe + 1) / STRIPES)));
            }
            blockAt += count;
            n += count;
        }
        if (n == 0) {
            return false;
        }
        ordinal += n;
        batchLength = n;
        batchCount++;
        sort();
        return true;
    }

    /** Reads the keys from {@code from} to {@code to} after {@link #blockAt} into the batch, the first of all at {@code n}. */
    private void read(final int n, final int from, final int to) {
        final DirectBuffer buffer = block.buffer;
        final long[] keys = unsorted;
        int at = (blockAt + from) * WriteSetLayout.KEY_LENGTH;
        for (int i = n + from; i < n + to; i++, at += WriteSetLayout.KEY_LENGTH) {
            keys[2 * i] = buffer.getLong(at + WriteSetLayout.KEY_HASH_OFFSET, LITTLE_ENDIAN);
            final long meta = buffer.getInt(at + WriteSetLayout.KEY_META_OFFSET, LITTLE_ENDIAN) & 0xFFFFFFFFL;
            keys[2 * i + 1] = (long) (ordinal + i) << Integer.SIZE | meta;
        }
    }

    private void sort() {
        share(STRIPES, helperProbe, (stripe, ignored) -> count(stripe));
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
        share(STRIPES, helperProbe, (stripe, ignored) -> scatter(stripe));
    }

    private void count(final int stripe) {
        final int[] counts = ends[stripe];
        Arrays.fill(counts, 0);
        final int to = stripeStart(stripe + 1);
        for (int i = stripeStart(stripe); i < to; i++) {
            counts[KeyIndex.partitionOf(unsorted[2 * i])]++;
        }
    }

    private void scatter(final int stripe) {
        final int[] next = ends[stripe];
        final int to = stripeStart(stripe + 1);
        for (int i = stripeStart(stripe); i < to; i++) {
            final int at = next[KeyIndex.partitionOf(unsorted[2 * i])]++;
            sorted[2 * at] = unsorted[2 * i];
            sorted[2 * at + 1] = unsorted[2 * i + 1];
        }
    }

    private int stripeStart(final int stripe) {
        return (int) ((long) batchLength * stripe / STRIPES);
    }

    /** Runs {@code count} shares of the work, on this thread and on the helper; each with its thread's probe. */
    private void share(final int count, final KeyProbe probe, final Share work) {
        nextShare.set(0);
        if (!helped) {
            work(count, probe, work);
            return;
        }
        if (helper == null) {
            helper = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("carillon-certifier").factory());
        }
        final Future<?> other = helper.submit(() -> work(count, helperProbe, work));
        work(count, probe, work);
        try {
            other.get();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while certifying", e);
        } catch (final ExecutionException e) {
            throw new IllegalStateException("certifying failed", e.getCause());
        }
    }

    private void work(final int count, final KeyProbe probe, final Share work) {
        for (int i = nextShare.getAndIncrement(); i < count; i = nextShare.getAndIncrement()) {
            work.run(i, probe);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.wsrep.WriteSetLayout;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.agrona.DirectBuffer;

/**
 * Certifies write sets of very many keys: sorts the keys by partition, so that each partition is in the processor's cache while it is worked on, and lets two threads share the partitions. The outcome does not
 * depend on who does what.
 */
final class LargeKeySet implements AutoCloseable {
    /** Keys that are sorted at once; bounds the memory. */
    static final int BATCH_MAX = 1 << 20;

    private final KeyIndex index;
    private final KeyBlock block = new KeyBlock();
    private final KeyProbe helperProbe = new KeyProbe();
    private final AtomicInteger nextPartition = new AtomicInteger();
    private final int[] starts = new int[KeyIndex.PARTITIONS + 1];
    private final int[] ends = new int[KeyIndex.PARTITIONS];
    private ExecutorService helper;
    /** Unsorted keys of a batch, and the same sorted: hash, then ordinal and meta. */
    private long[] unsorted = new long[0];
    private long[] sorted = new long[0];
    private int ordinal;
    private int blockAt;

    LargeKeySet(final KeyIndex index) {
        this.index = index;
    }

    void test(final KeySource keys, final int count, final KeyProbe probe) {
        helperProbe.beginAs(probe);
        rewind(keys, count);
        for (int n = readBatch(keys); n > 0; n = readBatch(keys)) {
            share(probe, this::testPartition);
        }
        probe.merge(helperProbe);
        release(count);
    }

    void put(final KeySource keys, final int count, final long reference) {
        index.makeRoom(count);
        rewind(keys, count);
        for (int n = readBatch(keys); n > 0; n = readBatch(keys)) {
            for (int i = 0; i < n; i++) {
                index.age(unsorted[2 * i]);
            }
            share(helperProbe, (partition, ignored) -> putPartition(partition, reference));
        }
        release(count);
    }

    @Override
    public void close() {
        if (helper != null) {
            helper.close();
        }
    }

    private void testPartition(final int number, final KeyProbe probe) {
        final KeyPartition partition = index.partition(number);
        final long[] keys = sorted;
        for (int i = starts[number]; i < starts[number + 1]; i++) {
            final long rest = keys[2 * i + 1];
            partition.test(keys[2 * i], (int) rest, (int) (rest >>> Integer.SIZE), probe);
        }
    }

    private void putPartition(final int number, final long reference) {
        final KeyPartition partition = index.partition(number);
        final long[] keys = sorted;
        final long floor = index.floor();
        for (int i = starts[number]; i < starts[number + 1]; i++) {
            partition.put(keys[2 * i], (int) keys[2 * i + 1] & WriteSetLayout.KEY_TYPE_MASK, reference, floor);
        }
    }

    /** Runs {@code work} for every partition, on this thread and on the helper. */
    private void share(final KeyProbe probe, final BiConsumer<Integer, KeyProbe> work) {
        nextPartition.set(0);
        if (helper == null) {
            helper = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("carillon-certifier").factory());
        }
        final Future<?> other = helper.submit(() -> work(helperProbe, work));
        work(probe, work);
        try {
            other.get();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while certifying", e);
        } catch (final ExecutionException e) {
            throw new IllegalStateException("certifying failed", e.getCause());
        }
    }

    private void work(final KeyProbe probe, final BiConsumer<Integer, KeyProbe> work) {
        for (int i = nextPartition.getAndIncrement(); i < KeyIndex.PARTITIONS; i = nextPartition.getAndIncrement()) {
            work.accept(i, probe);
        }
    }

    private void rewind(final KeySource keys, final int count) {
        final int length = 2 * Math.min(count, BATCH_MAX);
        if (unsorted.length < length) {
            unsorted = new long[length];
            sorted = new long[length];
        }
        ordinal = 0;
        blockAt = 0;
        block.count = 0;
        keys.rewind();
    }

    /** Gives back what is not worth keeping. */
    private void release(final int count) {
        if (count > BATCH_MAX / 16) {
            unsorted = new long[0];
            sorted = new long[0];
        }
    }

    /** Reads and sorts the next keys. How many; 0 at the end. */
    private int readBatch(final KeySource keys) {
        java.util.Arrays.fill(ends, 0);
        int n = 0;
        while (n < unsorted.length / 2) {
            if (blockAt == block.count) {
                blockAt = 0;
                if (!keys.next(block)) {
                    block.count = 0;
                    break;
                }
            }
            final DirectBuffer buffer = block.buffer;
            final int to = Math.min(block.count, blockAt + unsorted.length / 2 - n);
            for (; blockAt < to; blockAt++) {
                final int at = blockAt * WriteSetLayout.KEY_LENGTH;
                final long hash = buffer.getLong(at + WriteSetLayout.KEY_HASH_OFFSET, LITTLE_ENDIAN);
                final int meta = buffer.getInt(at + WriteSetLayout.KEY_META_OFFSET, LITTLE_ENDIAN);
                unsorted[2 * n] = hash;
                unsorted[2 * n + 1] = (long) ordinal++ << Integer.SIZE | meta & 0xFFFFFFFFL;
                ends[KeyIndex.partitionOf(hash)]++;
                n++;
            }
        }
        sort(n);
        return n;
    }

    private void sort(final int count) {
        int sum = 0;
        for (int i = 0; i < KeyIndex.PARTITIONS; i++) {
            starts[i] = sum;
            sum += ends[i];
            ends[i] = starts[i];
        }
        starts[KeyIndex.PARTITIONS] = sum;
        for (int i = 0; i < count; i++) {
            final int at = ends[KeyIndex.partitionOf(unsorted[2 * i])]++;
            sorted[2 * at] = unsorted[2 * i];
            sorted[2 * at + 1] = unsorted[2 * i + 1];
        }
    }
}

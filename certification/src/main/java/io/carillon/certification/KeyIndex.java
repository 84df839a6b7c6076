// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.wsrep.WriteSetLayout;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The certification index: which keys the committing write sets of the window refer to. Partitioned by hash: growing
 * one partition is a short pause, and two threads can work on different ones.
 */
final class KeyIndex {
    static final int PARTITIONS = 64;
    private static final int PARTITION_SHIFT = 58;
    private static final int EXPIRE_MIN = 32;
    /** Parts of a table's key: database, table. */
    private static final int TABLE_DEPTH = 2;

    private final CertifierConfig config;
    private final KeyPartition[] partitions = new KeyPartition[PARTITIONS];
    private final KeyAges ages;
    private final KeyBlock block = new KeyBlock();
    private long floor;
    private long position;

    KeyIndex(final CertifierConfig config) {
        this.config = config;
        ages = new KeyAges(config.window());
        for (int i = 0; i < PARTITIONS; i++) {
            partitions[i] = new KeyPartition();
        }
    }

    /** Everything above it is in the index, as far as it commits; nothing at or below it counts. */
    long floor() {
        return floor;
    }

    long size() {
        long sum = 0;
        for (final KeyPartition partition : partitions) {
            sum += partition.size();
        }
        return sum;
    }

    void reset(final long seqno) {
        for (final KeyPartition partition : partitions) {
            partition.clear();
        }
        ages.clear();
        floor = seqno;
        position = seqno;
    }

    static int partitionOf(final long hash) {
        return (int) (hash >>> PARTITION_SHIFT);
    }

    KeyPartition partition(final int number) {
        return partitions[number];
    }

    /** The next entry is {@code seqno}: moves the floor into the window. */
    void advance(final long seqno) {
        while (floor < seqno - config.window()) {
            ages.pass(++floor);
        }
        position = seqno;
        ages.skip(seqno);
    }

    /** Asks about every key of {@code keys}. */
    void test(final KeySource keys, final KeyProbe probe) {
        int ordinal = 0;
        keys.rewind();
        while (keys.next(block)) {
            final UnsafeBuffer buffer = block.buffer;
            for (int i = 0, at = 0; i < block.count; i++, at += WriteSetLayout.KEY_LENGTH) {
                final long hash = buffer.getLong(at + WriteSetLayout.KEY_HASH_OFFSET, LITTLE_ENDIAN);
                final int meta = buffer.getInt(at + WriteSetLayout.KEY_META_OFFSET, LITTLE_ENDIAN);
                partitions[partitionOf(hash)].test(hash, meta, ordinal++, probe);
            }
        }
    }

    /**
     * Adds every key of {@code keys}, {@code count} of them, as referred to by {@code reference}, whose seqno {@link
     * #advance} was told.
     */
    void put(final KeySource keys, final int count, final long reference) {
        makeRoom(count);
        keys.rewind();
        while (keys.next(block)) {
            final UnsafeBuffer buffer = block.buffer;
            for (int i = 0, at = 0; i < block.count; i++, at += WriteSetLayout.KEY_LENGTH) {
                final long hash = buffer.getLong(at + WriteSetLayout.KEY_HASH_OFFSET, LITTLE_ENDIAN);
                final int type = buffer.getInt(at + WriteSetLayout.KEY_META_OFFSET, LITTLE_ENDIAN) & WriteSetLayout.KEY_TYPE_MASK;
                ages.add(hash);
                partitions[partitionOf(hash)].put(hash, type, reference, floor);
            }
        }
    }

    /** Keys of {@code keys} that are no rows: databases and tables. */
    int countTables(final KeySource keys) {
        int count = 0;
        keys.rewind();
        while (keys.next(block)) {
            for (int i = 0; i < block.count; i++) {
                count += depth(meta(i)) <= TABLE_DEPTH ? 1 : 0;
            }
        }
        return count;
    }

    /**
     * Adds the databases and tables of {@code keys}, {@code count} of them, the tables as if each row of them had
     * changed: every row key comes with its table's.
     */
    void putTables(final KeySource keys, final int count, final long reference) {
        makeRoom(count);
        keys.rewind();
        while (keys.next(block)) {
            for (int i = 0; i < block.count; i++) {
                final int meta = meta(i);
                if (depth(meta) <= TABLE_DEPTH) {
                    final long hash = block.buffer.getLong(i * WriteSetLayout.KEY_LENGTH + WriteSetLayout.KEY_HASH_OFFSET, LITTLE_ENDIAN);
                    final int type = depth(meta) == TABLE_DEPTH ? Reference.EXCLUSIVE : meta & WriteSetLayout.KEY_TYPE_MASK;
                    ages.add(hash);
                    partitions[partitionOf(hash)].put(hash, type, reference, floor);
                }
            }
        }
    }

    /**
     * The write set at the current seqno will put {@code count} keys in: older ones go until the bound holds. Those that
     * went may stay in memory for a while, half as many as the bound allows to count.
     */
    void makeRoom(final int count) {
        while (ages.liveCount() + count > config.keysMax() && floor < position - 1) {
            ages.pass(++floor);
        }
        while (ages.count() + count > config.keysMax() / 2 * 3L && ages.hasPassed()) {
            expireOldest();
        }
        ages.begin(position, count);
    }

    /** Memory for {@code count} keys that will perhaps be put in; to be had beside other work. */
    void reserveAges(final int count) {
        ages.reserve(count);
    }

    /**
     * Notes {@code hash} as the key {@code number} after the last {@link #aged}; for {@link LargeKeySet}, by either
     * thread.
     */
    void age(final int number, final long hash) {
        ages.set(number, hash);
    }

    /** {@code count} keys were noted. */
    void aged(final int count) {
        ages.addSet(count);
    }

    /** Takes keys below the floor out, somewhat more than one write set of {@code count} keys puts in. */
    void expire(final int count) {
        for (long budget = EXPIRE_MIN + 2L * count; budget > 0 && ages.hasPassed(); budget--) {
            expireOldest();
        }
    }

    private void expireOldest() {
        final long hash = ages.takePassed();
        partitions[partitionOf(hash)].expire(hash, floor);
    }

    private int meta(final int number) {
        return block.buffer.getInt(number * WriteSetLayout.KEY_LENGTH + WriteSetLayout.KEY_META_OFFSET, LITTLE_ENDIAN);
    }

    private static int depth(final int meta) {
        return meta >>> WriteSetLayout.KEY_DEPTH_SHIFT & WriteSetLayout.KEY_DEPTH_MASK;
    }
}

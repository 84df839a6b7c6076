// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.certification.Reference.EXCLUSIVE;
import static io.carillon.certification.Reference.SHARED;

import io.carillon.wsrep.WriteSetLayout;
import java.util.Arrays;

/**
 * One part of the key index: an open-addressing table from key hash to the references that can still matter.
 *
 * <p>An entry is two longs: hash, and the key's only reference with its type. A key that several references of
 * different type or origin matter for has a record of eight longs instead: for each type but SHARED the latest
 * reference, and the latest of another origin than that. This is all that "the latest reference of another origin than
 * X" can ask for, so that answers are exact whatever was overwritten. SHARED references never conflict, so that the
 * latest is enough.
 *
 * <p>References at or below the index's floor never change an answer; {@link #expire} only gives their memory back.
 */
final class KeyPartition {
    private static final int CAPACITY_MIN = 64;
    private static final int TYPE_SHIFT = 61;
    private static final long REFERENCE_MASK = (1L << TYPE_SHIFT) - 1;
    /** Marks an entry whose lower bits are the number of a record. */
    private static final long RECORD = 1L << 63;
    private static final int RECORD_LENGTH = 8;
    private static final int SECOND = 4;

    private long[] table = new long[2 * CAPACITY_MIN];
    private int mask = CAPACITY_MIN - 1;
    private int size;

    private long[] records = new long[0];
    private int freeRecord = -1;
    private int recordsUsed;

    int size() {
        return size;
    }

    /** Tells {@code probe} what the references to {@code hash} mean to one of the type in {@code meta}. */
    void test(final long hash, final int meta, final int ordinal, final KeyProbe probe) {
        final long value = find(hash);
        if (value == 0) {
            return;
        }
        final int incoming = meta & 3;
        if (value > 0) {
            final int found = (int) (value >>> TYPE_SHIFT);
            final long reference = value & REFERENCE_MASK;
            final int relation = Reference.relation(found, incoming);
            if (relation == Reference.NOTHING) {
                return;
            }
            probe.depend(reference);
            if (relation == Reference.CONFLICT && probe.isConflict(reference)) {
                probe.conflict(reference, found, hash, meta, ordinal);
            }
            return;
        }
        final int record = (int) value * RECORD_LENGTH;
        for (int found = EXCLUSIVE; found >= SHARED; found--) {
            final long latest = records[record + found];
            final int relation = Reference.relation(found, incoming);
            if (latest == 0 || relation == Reference.NOTHING) {
                continue;
            }
            probe.depend(latest);
            if (relation == Reference.CONFLICT) {
                final long second = records[record + SECOND + found];
                if (probe.isConflict(latest)) {
                    probe.conflict(latest, found, hash, meta, ordinal);
                } else if (second != 0 && probe.isConflict(second)) {
                    probe.conflict(second, found, hash, meta, ordinal);
                }
            }
        }
    }

    /** Adds a reference later than all before it. What lies at or below {@code floor} may be forgotten. */
    void put(final long hash, final int type, final long reference, final long floor) {
        if (enter(hash, type, reference, floor) && isFull(++size, table.length / 2)) {
            resize(table.length);
        }
    }

    /**
     * The same for a run of keys, each of two longs, the second with its type in the lowest bits; the first is {@code
     * from}, {@code to} the one behind the last. Counts them at the end: partitions lie side by side in memory, and two
     * threads that write into them key by key take each other's cache lines away.
     */
    void put(final long[] keys, final int from, final int to, final long reference, final long floor) {
        reserve(to - from);
        int added = 0;
        for (int i = from; i < to; i++) {
            if (enter(keys[2 * i], (int) keys[2 * i + 1] & WriteSetLayout.KEY_TYPE_MASK, reference, floor)) {
                added++;
            }
        }
        size += added;
    }

    /** Tells whether the key is a new one; then it is to be counted. */
    private boolean enter(final long hash, final int type, final long reference, final long floor) {
        final long[] entries = table;
        int at = (int) hash & mask;
        long value = entries[2 * at + 1];
        while (value != 0 && entries[2 * at] != hash) {
            at = at + 1 & mask;
            value = entries[2 * at + 1];
        }
        if (value < 0) {
            putRecord((int) value * RECORD_LENGTH, type, reference);
        } else if (value == 0 || replaces(value, type, reference, floor)) {
            entries[2 * at] = hash;
            entries[2 * at + 1] = (long) type << TYPE_SHIFT | reference;
        } else {
            final int record = allocate();
            putRecord(record * RECORD_LENGTH, (int) (value >>> TYPE_SHIFT), value & REFERENCE_MASK);
            putRecord(record * RECORD_LENGTH, type, reference);
            entries[2 * at + 1] = RECORD | record;
        }
        return value == 0;
    }

    /** Makes room for {@code count} keys more at once. */
    private void reserve(final int count) {
        int capacity = table.length / 2;
        while (isFull(size + count, capacity)) {
            capacity *= 2;
        }
        if (capacity > table.length / 2) {
            resize(capacity);
        }
    }

    /** A reference to {@code hash} has reached the floor: frees what no longer matters. */
    void expire(final long hash, final long floor) {
        int at = (int) hash & mask;
        long value = table[2 * at + 1];
        while (value != 0 && table[2 * at] != hash) {
            at = at + 1 & mask;
            value = table[2 * at + 1];
        }
        if (value == 0) {
            return;
        }
        if (value < 0) {
            final int record = (int) value;
            value = onlyLiveReference(record * RECORD_LENGTH, floor);
            if (value < 0) {
                return;
            }
            release(record);
            table[2 * at + 1] = value;
        }
        if (Reference.seqno(value & REFERENCE_MASK) <= floor) {
            remove(at);
        }
    }

    void clear() {
        table = new long[2 * CAPACITY_MIN];
        mask = CAPACITY_MIN - 1;
        size = 0;
        records = new long[0];
        freeRecord = -1;
        recordsUsed = 0;
    }

    private static boolean isFull(final int entries, final int capacity) {
        return entries > capacity / 5 * 3;
    }

    private long find(final long hash) {
        final long[] entries = table;
        int at = (int) hash & mask;
        while (true) {
            final long value = entries[2 * at + 1];
            if (value == 0 || entries[2 * at] == hash) {
                return value;
            }
            at = at + 1 & mask;
        }
    }

    /**
     * Tells whether a new reference makes the only old one meaningless: it is below the floor, or SHARED as the new
     * one, or the new one is of the same origin and no weaker. (A stronger type conflicts and depends wherever a weaker
     * one does.)
     */
    private static boolean replaces(final long value, final int type, final long reference, final long floor) {
        final int oldType = (int) (value >>> TYPE_SHIFT);
        final long old = value & REFERENCE_MASK;
        return Reference.seqno(old) <= floor
            || type >= oldType && (Reference.origin(old) == Reference.origin(reference) || oldType == SHARED);
    }

    private void putRecord(final int at, final int type, final long reference) {
        final long latest = records[at + type];
        if (type != SHARED && latest != 0 && Reference.origin(latest) != Reference.origin(reference)) {
            records[at + SECOND + type] = latest;
        }
        records[at + type] = reference;
    }

    /** The entry that a record shrinks to when at most one of its references is above {@code floor}; else negative. */
    private long onlyLiveReference(final int at, final long floor) {
        long only = 0;
        for (int type = SHARED; type <= EXCLUSIVE; type++) {
            final long latest = records[at + type];
            if (Reference.seqno(latest) <= floor) {
                continue;
            }
            if (only != 0 || Reference.seqno(records[at + SECOND + type]) > floor) {
                return -1;
            }
            only = (long) type << TYPE_SHIFT | latest;
        }
        return only;
    }

    private int allocate() {
        if (freeRecord < 0) {
            final int count = records.length / RECORD_LENGTH;
            records = Arrays.copyOf(records, Math.max(8, count * 2) * RECORD_LENGTH);
            for (int i = records.length / RECORD_LENGTH - 1; i >= count; i--) {
                records[i * RECORD_LENGTH] = freeRecord;
                freeRecord = i;
            }
        }
        final int record = freeRecord;
        freeRecord = (int) records[record * RECORD_LENGTH];
        Arrays.fill(records, record * RECORD_LENGTH, (record + 1) * RECORD_LENGTH, 0);
        recordsUsed++;
        return record;
    }

    private void release(final int record) {
        records[record * RECORD_LENGTH] = freeRecord;
        freeRecord = record;
        if (--recordsUsed == 0) {
            records = new long[0];
            freeRecord = -1;
        }
    }

    /** Removes the entry at {@code at} and moves those behind it up, so that searches need no tombstones. */
    private void remove(final int at) {
        int hole = at;
        int next = at + 1 & mask;
        while (table[2 * next + 1] != 0) {
            final int home = (int) table[2 * next] & mask;
            if ((next - home & mask) >= (next - hole & mask)) {
                table[2 * hole] = table[2 * next];
                table[2 * hole + 1] = table[2 * next + 1];
                hole = next;
            }
            next = next + 1 & mask;
        }
        table[2 * hole] = 0;
        table[2 * hole + 1] = 0;
        if (--size * 16 < table.length && table.length > 2 * CAPACITY_MIN) {
            resize(table.length / 4);
        }
    }

    /** Makes room for {@code capacity} entries. */
    private void resize(final int capacity) {
        final long[] old = table;
        table = new long[2 * capacity];
        mask = capacity - 1;
        for (int i = 0; i < old.length; i += 2) {
            if (old[i + 1] != 0) {
                int at = (int) old[i] & mask;
                while (table[2 * at + 1] != 0) {
                    at = at + 1 & mask;
                }
                table[2 * at] = old[i];
                table[2 * at + 1] = old[i + 1];
            }
        }
    }
}

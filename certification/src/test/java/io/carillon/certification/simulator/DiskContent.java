// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.Xoshiro256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The bytes of a file: as every process sees them, and as they are on the medium since the last {@code force}. A sector is
 * written as a whole, sectors in any order.
 */
final class DiskContent {
    private static final int SECTOR = 512;
    private static final byte[] ZEROS = new byte[8192];

    /** Whole sectors, up to the last one written: what lies beyond, up to the length, is zero. */
    private byte[] bytes = new byte[0];
    private byte[] medium = new byte[0];
    private int length;
    private int mediumLength;
    /** Sectors that differ, or may. */
    private final BitSet dirty = new BitSet();
    /** Sectors that have room on the medium. */
    private final BitSet allocated = new BitSet();
    /** Lengths since the last force, in order. */
    private final List<Integer> lengths = new ArrayList<>();

    int length() {
        return length;
    }

    /** Bytes of room that a write would take. */
    long roomFor(final int position, final int count) {
        final int to = (position + count + SECTOR - 1) / SECTOR;
        long sectors = 0;
        for (int sector = position / SECTOR; sector < to; sector++) {
            sectors += allocated.get(sector) ? 0 : 1;
        }
        return sectors * SECTOR;
    }

    /** Writes {@code count} bytes of {@code source} and takes them off it. */
    void write(final ByteBuffer source, final int position, final int count) {
        final int end = position + count;
        grow(end);
        source.get(bytes, position, count);
        if (count > 0) {
            dirty.set(position / SECTOR, (end + SECTOR - 1) / SECTOR);
            allocated.set(position / SECTOR, (end + SECTOR - 1) / SECTOR);
        }
        if (end > length) {
            length = end;
            lengths.add(end);
        }
    }

    /** Like a channel's. */
    int read(final ByteBuffer target, final long position) {
        if (position >= length) {
            return -1;
        }
        final int count = (int) Math.min(target.remaining(), length - position);
        final int held = (int) Math.max(0, Math.min(count, bytes.length - position));
        target.put(bytes, (int) Math.min(position, bytes.length), held);
        for (int zeros = count - held; zeros > 0; zeros -= Math.min(zeros, ZEROS.length)) {
            target.put(ZEROS, 0, Math.min(zeros, ZEROS.length));
        }
        return count;
    }

    /** Cuts, or adds zeros without taking room. */
    void length(final int newLength) {
        if (newLength < length) {
            Arrays.fill(bytes, Math.min(newLength, bytes.length), Math.min(length, bytes.length), (byte) 0);
            dirty.set(newLength / SECTOR, (length + SECTOR - 1) / SECTOR);
            allocated.clear((newLength + SECTOR - 1) / SECTOR, (length + SECTOR - 1) / SECTOR + 1);
        }
        length = newLength;
        lengths.add(newLength);
    }

    void force() {
        final int held = bytes.length / SECTOR;
        for (int sector = dirty.nextSetBit(0); sector >= 0 && sector < held; sector = dirty.nextSetBit(sector + 1)) {
            copy(bytes, medium, sector);
        }
        dirty.clear();
        lengths.clear();
        mediumLength = length;
    }

    /** Power is lost: of what was not forced, any sectors and one of the lengths are kept, and what was never forced may be damaged. */
    void losePower(final Xoshiro256 random) {
        grow(dirty.length() * SECTOR);
        final double kept = random.nextDouble();
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            if (!random.chance(kept)) {
                copy(medium, bytes, sector);
            } else if (random.chance(0.05) && isBlankOnMedium(sector)) {
                bytes[sector * SECTOR + random.below(SECTOR)] ^= (byte) (1 << random.below(Byte.SIZE));
            }
        }
        final int step = random.below(lengths.size() + 1);
        final int now = step == lengths.size() ? mediumLength : lengths.get(step);
        Arrays.fill(bytes, Math.min(now, bytes.length), bytes.length, (byte) 0);
        dirty.set(0, (bytes.length + SECTOR - 1) / SECTOR);
        length = now;
        force();
    }

    private boolean isBlankOnMedium(final int sector) {
        for (int at = sector * SECTOR; at < (sector + 1) * SECTOR; at++) {
            if (medium[at] != 0) {
                return false;
            }
        }
        return true;
    }

    private static void copy(final byte[] from, final byte[] to, final int sector) {
        System.arraycopy(from, sector * SECTOR, to, sector * SECTOR, SECTOR);
    }

    /** Both arrays hold whole sectors. */
    private void grow(final int least) {
        if (least > bytes.length) {
            final int size = (Math.max(least, bytes.length * 2) + SECTOR - 1) / SECTOR * SECTOR;
            bytes = Arrays.copyOf(bytes, size);
            medium = Arrays.copyOf(medium, size);
        }
    }
}

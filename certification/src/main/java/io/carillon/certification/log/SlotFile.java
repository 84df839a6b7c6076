// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A small record kept in two slots of a file that are written in turn, each with a count and a checksum: whatever
 * interrupts a write, the record before it is whole. One thread at a time.
 */
final class SlotFile implements AutoCloseable {
    private static final int COUNT_OFFSET = 0;
    private static final int LENGTH_OFFSET = 8;
    private static final int CRC_OFFSET = 12;
    private static final int HEADER_LENGTH = 16;

    private final FileChannel file;
    private final int slotLength;
    private final ByteBuffer slot;
    private long count;
    private byte[] newest;

    private SlotFile(final FileChannel file, final int slotLength) {
        this.file = file;
        this.slotLength = slotLength;
        slot = ByteBuffer.allocate(slotLength).order(LITTLE_ENDIAN);
    }

    /** Opens or makes the file; slots are {@code slotLength} bytes, the records shorter by 16. */
    static SlotFile open(final Storage storage, final Path path, final int slotLength) throws IOException {
        final boolean isNew = !storage.exists(path);
        final SlotFile slots = new SlotFile(storage.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
            StandardOpenOption.WRITE), slotLength);
        if (isNew) {
            // What is forced later is of no use under no name.
            storage.forceDirectory(path.getParent());
        }
        slots.readSlot(0);
        slots.readSlot(1);
        return slots;
    }

    /** The newest whole record when the file was opened, or null. */
    byte[] newest() {
        return newest;
    }

    void write(final byte[] record, final boolean force) throws IOException {
        slot.clear();
        slot.putLong(COUNT_OFFSET, count + 1).putInt(LENGTH_OFFSET, record.length).put(HEADER_LENGTH, record);
        slot.putInt(CRC_OFFSET, checksum(record.length));
        slot.limit(HEADER_LENGTH + record.length);
        Segment.writeFully(file, slot, (count + 1 & 1) * slotLength);
        if (force) {
            force();
        }
        count++;
    }

    /** Brings what was written to the disk. Any thread. */
    void force() throws IOException {
        file.force(true);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void readSlot(final int number) throws IOException {
        slot.clear();
        Segment.readFully(file, slot, (long) number * slotLength);
        final int available = slot.position();
        slot.clear();
        final int length = slot.getInt(LENGTH_OFFSET);
        if (available < HEADER_LENGTH || length < 0 || length > available - HEADER_LENGTH || slot.getInt(CRC_OFFSET) != checksum(length)
            || slot.getLong(COUNT_OFFSET) <= count) {
            return;
        }
        count = slot.getLong(COUNT_OFFSET);
        newest = new byte[length];
        slot.get(HEADER_LENGTH, newest);
    }

    private int checksum(final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(slot.array(), 0, CRC_OFFSET);
        crc.update(slot.array(), HEADER_LENGTH, length);
        return (int) crc.getValue();
    }
}

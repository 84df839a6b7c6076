// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;

/**
 * Payloads that wait for the ring: as many bytes in memory as are granted, the rest in a file without a name, which
 * ends with the process. A client waits for its one commit, so what waits is bounded by the clients; the heap must not be
 * what bounds it, nor may the reading of the provider's frames stop, since what it says meanwhile (how far it has applied,
 * what it takes back) is what ends the wait.
 */
final class WaitingPayloads {
    /** One payload; handed back by {@link #release}. */
    static final class Payload {
        private final int length;
        private final byte[] bytes;
        private final int slot;

        private Payload(final int length, final byte[] bytes, final int slot) {
            this.length = length;
            this.bytes = bytes;
            this.slot = slot;
        }
    }

    /** Longer than an entry of the ring may be; the file is sparse. */
    private static final int SLOT_LENGTH = 2 << 20;
    private static final int IN_MEMORY = -1;

    private final long memoryMax;
    private final IntArrayList free = new IntArrayList();
    private Path directory;
    private FileChannel file;
    private long memory;
    private int slots;
    private int used;
    /** Read from the file last: whatever is offered first is offered again and again. */
    private Payload latest;
    private byte[] latestBytes;

    WaitingPayloads(final long memoryMax) {
        this.memoryMax = memoryMax;
    }

    /** Where the file is made when it is needed; null: where temporary files are. */
    void directory(final Path newDirectory) {
        directory = newDirectory;
    }

    /** Keeps a copy in memory, however much there is. */
    Payload keepInMemory(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        memory += length;
        return new Payload(length, copy, IN_MEMORY);
    }

    /** Keeps a copy. */
    Payload keep(final DirectBuffer buffer, final int offset, final int length) throws IOException {
        if (memory + length <= memoryMax || length > SLOT_LENGTH) {
            return keepInMemory(buffer, offset, length);
        }
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        if (file == null) {
            file = open();
        }
        final int slot = free.isEmpty() ? slots : free.getInt(free.size() - 1);
        final ByteBuffer from = ByteBuffer.wrap(copy);
        for (long at = (long) slot * SLOT_LENGTH; from.hasRemaining();) {
            at += file.write(from, at);
        }
        if (slot == slots) {
            slots++;
        } else {
            free.fastUnorderedRemove(free.size() - 1);
        }
        used++;
        return new Payload(length, null, slot);
    }

    private FileChannel open() throws IOException {
        final Path path = directory == null ? Files.createTempFile("carillon", ".waiting")
            : Files.createTempFile(directory, "waiting", "");
        try {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(path);
        }
    }

    /** The bytes of {@code payload}. */
    byte[] read(final Payload payload) {
        if (payload.slot == IN_MEMORY) {
            return payload.bytes;
        }
        if (latest != payload) {
            latestBytes = readFile(payload);
            latest = payload;
        }
        return latestBytes;
    }

    private byte[] readFile(final Payload payload) {
        final ByteBuffer into = ByteBuffer.allocate(payload.length);
        try {
            final long start = (long) payload.slot * SLOT_LENGTH;
            while (into.hasRemaining() && file.read(into, start + into.position()) >= 0) {
                continue;
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("what waits for the group cannot be read back", e);
        }
        if (into.hasRemaining()) {
            throw new IllegalStateException("what waits for the group ends after " + into.position() + " of " + payload.length + " bytes");
        }
        return into.array();
    }

    /** Nobody needs {@code payload} any more. The file's room is given back when it is empty. */
    void release(final Payload payload) {
        if (payload.slot == IN_MEMORY) {
            memory -= payload.length;
            return;
        }
        if (latest == payload) {
            latest = null;
            latestBytes = null;
        }
        free.addInt(payload.slot);
        used--;
        if (used == 0) {
            free.clear();
            slots = 0;
            close();
        }
    }

    private void close() {
        try {
            file.close();
        } catch (final IOException e) {
            throw new UncheckedIOException("the file of what waited for the group cannot be closed", e);
        } finally {
            file = null;
        }
    }

    /** Bytes in memory. */
    long memory() {
        return memory;
    }

    /** Payloads in the file. */
    int inFile() {
        return used;
    }
}

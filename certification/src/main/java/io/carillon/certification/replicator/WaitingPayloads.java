// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import java.io.EOFException;
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

        int length() {
            return length;
        }

        boolean isInFile() {
            return slot != IN_MEMORY;
        }
    }

    /** What is so short stays in memory: the ends of write sets that travel as fragments, and what nobody waits for. */
    static final int SHORT_MAX = 1024;
    /** Longer than an entry of the log may be; the file is sparse. */
    private static final int SLOT_LENGTH = 2 << 20;
    private static final String FILE = "waiting";
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

    /** Keeps a copy, in memory if it is short or there is room. */
    Payload keep(final DirectBuffer buffer, final int offset, final int length) throws IOException {
        if (memory + length <= memoryMax || length <= SHORT_MAX) {
            return keepInMemory(buffer, offset, length);
        }
        if (length > SLOT_LENGTH) {
            throw new IOException("it has " + length + " bytes, more than an entry may have");
        }
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        final int slot = free.isEmpty() ? slots : free.getInt(free.size() - 1);
        try {
            write(ByteBuffer.wrap(copy), (long) slot * SLOT_LENGTH);
        } catch (final IOException e) {
            if (used == 0) {
                close(); // what was written of it keeps its room on a disk that has none
            }
            throw e;
        }
        if (slot == slots) {
            slots++;
        } else {
            free.fastUnorderedRemove(free.size() - 1);
        }
        used++;
        return new Payload(length, null, slot);
    }

    private void write(final ByteBuffer from, final long start) throws IOException {
        if (file == null) {
            file = open();
        }
        for (long at = start; from.hasRemaining();) {
            at += file.write(from, at);
        }
    }

    /** One process at a time uses the directory, so one that died between making the file and deleting it left it to the next. */
    private FileChannel open() throws IOException {
        final Path path = directory == null ? Files.createTempFile("carillon", FILE) : directory.resolve(FILE);
        final FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            Files.delete(path);
        } catch (final IOException e) {
            channel.close();
            throw e;
        }
        return channel;
    }

    /** The bytes of {@code payload}. */
    byte[] read(final Payload payload) throws IOException {
        if (payload.slot == IN_MEMORY) {
            return payload.bytes;
        }
        if (latest != payload) {
            latestBytes = readFile(payload);
            latest = payload;
        }
        return latestBytes;
    }

    private byte[] readFile(final Payload payload) throws IOException {
        final ByteBuffer into = ByteBuffer.allocate(payload.length);
        final long start = (long) payload.slot * SLOT_LENGTH;
        while (into.hasRemaining()) {
            if (file.read(into, start + into.position()) < 0) {
                throw new EOFException("it ends after " + into.position() + " of " + payload.length + " bytes");
            }
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
        final FileChannel last = file;
        file = null;
        try {
            if (last != null) {
                last.close();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("the file of what waited for the group cannot be closed", e);
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

    /** Tells whether there is a file. */
    boolean hasFile() {
        return file != null;
    }
}

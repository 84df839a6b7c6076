// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** An open file of a {@link SimulatedDisk}. */
final class SimulatedFile extends FileChannel {
    private final SimulatedDisk disk;
    private final DiskContent content;

    SimulatedFile(final SimulatedDisk disk, final DiskContent content) {
        this.disk = disk;
        this.content = content;
    }

    @Override
    public int write(final ByteBuffer source, final long position) throws IOException {
        final int length = source.remaining();
        final int written = disk.admit(content, (int) position, length);
        content.write(source, (int) position, written);
        disk.performed();
        if (written < length) {
            throw new IOException(SimulatedDisk.FULL);
        }
        return written;
    }

    @Override
    public int read(final ByteBuffer target, final long position) {
        return content.read(target, position);
    }

    @Override
    public long size() {
        return content.length();
    }

    @Override
    public FileChannel truncate(final long size) {
        disk.begin();
        if (size < content.length()) {
            content.length((int) size);
        }
        disk.performed();
        return this;
    }

    @Override
    public void force(final boolean metaData) {
        disk.force(content);
    }

    @Override
    protected void implCloseChannel() {
    }

    @Override
    public int read(final ByteBuffer target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long read(final ByteBuffer[] targets, final int offset, final int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(final ByteBuffer source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(final ByteBuffer[] sources, final int offset, final int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel position(final long newPosition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(final long position, final long count, final WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(final ReadableByteChannel source, final long position, final long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(final MapMode mode, final long position, final long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(final long position, final long size, final boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(final long position, final long size, final boolean shared) {
        throw new UnsupportedOperationException();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file on a disk that has room for so many more bytes, and may fail to be forced. */
final class FaultyFile extends FileChannel {
    static final String FULL = "No space left on device";

    private final FileChannel file;
    private long room;
    private boolean forcible = true;

    FaultyFile(final FileChannel file, final long room) {
        this.file = file;
        this.room = room;
    }

    void room(final long bytes) {
        room = bytes;
    }

    void forcible(final boolean newForcible) {
        forcible = newForcible;
    }

    @Override
    public int write(final ByteBuffer source, final long position) throws IOException {
        if (room == 0) {
            throw new IOException(FULL);
        }
        final int length = (int) Math.min(room, source.remaining());
        final ByteBuffer part = source.slice(source.position(), length);
        final int written = file.write(part, position);
        source.position(source.position() + written);
        room -= written;
        return written;
    }

    @Override
    public void force(final boolean metaData) throws IOException {
        if (!forcible) {
            throw new IOException("Input/output error");
        }
        file.force(metaData);
    }

    @Override
    public int read(final ByteBuffer target, final long position) throws IOException {
        return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public FileChannel truncate(final long size) throws IOException {
        file.truncate(size);
        return this;
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
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

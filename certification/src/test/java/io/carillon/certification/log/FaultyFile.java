// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file on a disk that has room for so many more bytes, and may fail to be forced. */
final class FaultyFile extends PositionedFile {
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
}

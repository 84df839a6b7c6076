// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file of which only what {@link Storage#open} promises of channels is there. */
public abstract class PositionedFile extends FileChannel {
    @Override
    public final int read(final ByteBuffer target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long read(final ByteBuffer[] targets, final int offset, final int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final int write(final ByteBuffer source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long write(final ByteBuffer[] sources, final int offset, final int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long position() {
        throw new UnsupportedOperationException();
    }

    @Override
    public final FileChannel position(final long newPosition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long transferTo(final long position, final long count, final WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long transferFrom(final ReadableByteChannel source, final long position, final long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final MappedByteBuffer map(final MapMode mode, final long position, final long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final FileLock lock(final long position, final long size, final boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final FileLock tryLock(final long position, final long size, final boolean shared) {
        throw new UnsupportedOperationException();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.log.PositionedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An open file of a {@link SimulatedDisk}. */
final class SimulatedFile extends PositionedFile {
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
}

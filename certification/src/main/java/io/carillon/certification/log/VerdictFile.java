// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import io.carillon.certification.VerdictWindow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The node's own {@link VerdictWindow}, kept in the file {@code verdicts} now and then, so that the certification index
 * can be rebuilt exactly from the log after a restart. A window kept long ago is as good as a new one, as long as the
 * log reaches back to its first seqno: what came later is certified again. Owner's thread only.
 */
public final class VerdictFile implements AutoCloseable {
    private static final String NAME = "verdicts";
    private static final int SLOT_LENGTH = 8192;

    private final Path path;
    private final SlotFile slots;

    private VerdictFile(final Path path, final SlotFile slots) {
        this.path = path;
        this.slots = slots;
    }

    /** Opens or makes the file. Throws {@link UncheckedIOException}. */
    public static VerdictFile open(final NodeDirectory directory) {
        final Path path = directory.path().resolve(NAME);
        try {
            return new VerdictFile(path, SlotFile.open(directory.storage(), path, SLOT_LENGTH));
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot use " + path + ": " + e.getMessage(), e);
        }
    }

    /** Loads what was there when the file was opened. False when there was nothing whole. */
    public boolean load(final VerdictWindow into) {
        final byte[] record = slots.newest();
        return record != null && into.decode(new UnsafeBuffer(record), 0, record.length);
    }

    /**
     * Writes {@code window}, a few kilobytes, to the operating system. To be called every few thousand seqnos and at an
     * orderly end. Throws {@link UncheckedIOException}.
     */
    public void store(final VerdictWindow window) {
        final byte[] record = new byte[window.encodedLength()];
        window.encode(new UnsafeBuffer(record), 0);
        try {
            slots.write(record, false);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write " + path + ": " + Remedy.of(e), e);
        }
    }

    @Override
    public void close() {
        try {
            slots.close();
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot close " + path + ": " + e.getMessage(), e);
        }
    }
}

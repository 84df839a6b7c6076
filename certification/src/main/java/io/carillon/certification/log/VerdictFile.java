// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import io.carillon.certification.VerdictWindow;

/**
 * The node's own {@link VerdictWindow}, kept in the file {@code verdicts} now and then, so that the certification index can be rebuilt exactly from the log after a restart.
 * A window kept too long ago is as good as a new one, as long as the log reaches back to its first seqno.
 */
public final class VerdictFile implements AutoCloseable {
    private VerdictFile() {
        throw new UnsupportedOperationException("built next");
    }

    /** Opens or makes the file. */
    public static VerdictFile open(final NodeDirectory directory) {
        return new VerdictFile();
    }

    /** Loads what was kept last. False when there is nothing whole. */
    public boolean load(final VerdictWindow into) {
        return false;
    }

    /** Writes {@code window}; a few kilobytes to the operating system. Call it every few thousand seqnos and at an orderly end. */
    public void store(final VerdictWindow window) {
    }

    @Override
    public void close() {
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Verdicts of the last seqnos, one bit each: what a member needs beside the log in order to continue certifying exactly where another one is.
 */
public final class VerdictWindow {
    private final int window;

    public VerdictWindow(final int window) {
        this.window = window;
    }

    /** Last seqno covered, or -1. */
    public long position() {
        return -1;
    }

    /** First seqno covered. */
    public long first() {
        return 0;
    }

    /** Tells whether the entry at {@code seqno}, within first and position, commits (true for views). */
    public boolean commits(final long seqno) {
        return true;
    }

    /** Bytes that {@link #encode} writes: about window / 8. */
    public int encodedLength() {
        return 16 + window / 8;
    }

    /** Writes it. The number of bytes. */
    public int encode(final MutableDirectBuffer into, final int offset) {
        return 0;
    }

    /** Reads it. False when the bytes are no such thing; then it is unchanged. */
    public boolean decode(final DirectBuffer from, final int offset, final int length) {
        return false;
    }
}

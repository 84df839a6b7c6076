// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.group.RingLog;
import org.agrona.DirectBuffer;

/**
 * The sections of a write set that travelled as FRAGMENT entries, read back from the log piece by piece, so that memory does not grow with it. Reused; engine's thread only.
 */
public final class FragmentedWriteSet implements KeySource {
    /** Takes a run of section bytes; valid during the call. */
    @FunctionalInterface
    public interface Sink {
        /** Bytes from {@code position} of what was asked for. */
        void accept(long position, DirectBuffer buffer, int offset, int length);
    }

    /** Starts a write set; {@link #add} follows for each fragment, then {@link #complete}. */
    public void begin(final RingLog log) {
    }

    /** The next fragment is the entry {@code index}. */
    public void add(final long index) {
    }

    /** Tells whether the fragments added are whole, in order, of call {@code trxCall}, and hold what the header promises, well formed: a function of the entries alone. */
    public boolean isValid(final WriteSetFlyweight header) {
        return false;
    }

    @Override
    public void rewind() {
    }

    @Override
    public boolean next(final KeyBlock into) {
        return false;
    }

    /** Gives the bytes from {@code position} of the sections, {@code length} of them, to {@code sink}, in order, at most one fragment at a time. */
    public void read(final long position, final long length, final Sink sink) {
    }

    /** As {@link WriteSetFlyweight#tableName}. */
    public String tableName(final WriteSetFlyweight header, final int table) {
        return "";
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

/** What an entry of the ordered log is (docs/ring.md, section 1). */
public enum EntryKind {
    VIEW(true),
    CONFIG(false),
    WRITE_SET(true),
    FRAGMENT(false),
    CONTROL(false);

    private static final EntryKind[] BY_CODE = values();

    private final boolean counts;

    EntryKind(final boolean counts) {
        this.counts = counts;
    }

    /** The kind with the code {@code code} on the wire and in the log. */
    public static EntryKind of(final int code) {
        return BY_CODE[code];
    }

    /** The code on the wire and in the log. */
    public int code() {
        return ordinal();
    }

    /** Tells whether such an entry takes a seqno. */
    public boolean counts() {
        return counts;
    }

    /** Tells whether the ring itself reads it. */
    public boolean isConfiguration() {
        return this == VIEW || this == CONFIG;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

/** Constants of the group's sequence numbers: 1, 2, 3 ... for every write set and view, committed or not. */
public final class Seqno {
    /** No seqno. */
    public static final long UNDEFINED = -1;

    private Seqno() {
    }
}

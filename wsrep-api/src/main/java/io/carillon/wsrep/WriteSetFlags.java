// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

/** Flags of a write set, as bits of the wsrep API. */
public final class WriteSetFlags {
    public static final int TRX_END = 1;
    public static final int ROLLBACK = 1 << 1;
    public static final int ISOLATION = 1 << 2;
    public static final int PA_UNSAFE = 1 << 3;
    public static final int COMMUTATIVE = 1 << 4;
    public static final int NATIVE = 1 << 5;
    public static final int TRX_START = 1 << 6;
    public static final int TRX_PREPARE = 1 << 7;
    public static final int SNAPSHOT = 1 << 8;
    public static final int IMPLICIT_DEPS = 1 << 9;
    /**
     * Not of the API: a write set of the same origin that may be before this one held no locks any more, so conflicts with the origin's
     * own write sets count as well.
     */
    public static final int UNSHIELDED = 1 << 16;

    private WriteSetFlags() {
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

/** How a write set refers to a key; codes are those of the wsrep API, ascending in strength. */
public enum KeyType {
    SHARED, REFERENCE, UPDATE, EXCLUSIVE;

    private static final KeyType[] BY_CODE = values();

    /** The type with the wsrep code {@code code}, 0 to 3. */
    public static KeyType of(final int code) {
        return BY_CODE[code];
    }

    /** The wsrep code. */
    public int code() {
        return ordinal();
    }
}

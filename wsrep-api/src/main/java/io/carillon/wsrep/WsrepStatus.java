// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

/** Result codes of the wsrep API. */
public enum WsrepStatus {
    OK, WARNING, TRX_MISSING, TRX_FAIL, BF_ABORT, SIZE_EXCEEDED, CONN_FAIL, NODE_FAIL, FATAL, NOT_IMPLEMENTED, NOT_ALLOWED;

    private static final WsrepStatus[] BY_CODE = values();

    /** The status with the wsrep code {@code code}, 0 to 10. */
    public static WsrepStatus of(final int code) {
        return BY_CODE[code];
    }

    /** The wsrep code. */
    public int code() {
        return ordinal();
    }
}

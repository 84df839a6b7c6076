// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

/** Level of a line in the server's log; codes are those of the wsrep API. */
public enum ServerLogLevel {
    FATAL, ERROR, WARN, INFO, DEBUG;

    /** The wsrep code. */
    public int code() {
        return ordinal();
    }
}

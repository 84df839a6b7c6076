// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.wsrep.WsrepStatus;

/** A provider may not have a session; the message goes to the server's log and says what to do. */
public final class SessionRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final WsrepStatus status;

    public SessionRefusedException(final WsrepStatus status, final String message) {
        super(message);
        this.status = status;
    }

    public SessionRefusedException(final WsrepStatus status, final String message, final Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** What the provider's {@code init} returns. */
    public WsrepStatus status() {
        return status;
    }
}

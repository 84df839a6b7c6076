// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

/** What the operator gave for TLS cannot be used. The message names option and file, and says what to do; it holds no secret. */
public final class TlsException extends Exception {
    private static final long serialVersionUID = 1;

    TlsException(final String message) {
        super(message);
    }

    TlsException(final String message, final Throwable cause) {
        super(message, cause);
    }
}

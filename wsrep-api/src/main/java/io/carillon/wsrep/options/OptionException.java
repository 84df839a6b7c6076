// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep.options;

/** An option that cannot be taken; the message is for the operator. */
public final class OptionException extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Kind {
        UNKNOWN, BAD_VALUE, READ_ONLY
    }

    private final Kind kind;

    OptionException(final Kind kind, final String message) {
        super(message);
        this.kind = kind;
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }
}

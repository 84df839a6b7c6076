// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

/** A frame that is not what docs/ipc.md allows; the message names the frame and what is wrong. Ends the session and nothing else. */
public final class FrameFormatException extends Exception {
    private static final long serialVersionUID = 1;

    FrameFormatException(final String message) {
        super(message, null, false, false);
    }
}

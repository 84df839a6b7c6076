// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

/** State of a node as the server and its tools see it; codes and comments are Galera's. */
public enum NodeState {
    UNDEFINED(0, "Initialized"),
    JOINER(1, "Joining: receiving State Transfer"),
    DONOR(2, "Donor/Desynced"),
    JOINED(3, "Joined"),
    SYNCED(4, "Synced"),
    ERROR(5, "Inconsistent");

    private static final NodeState[] BY_CODE = values();

    private final int code;
    private final String comment;

    NodeState(final int code, final String comment) {
        this.code = code;
        this.comment = comment;
    }

    /** The state with the wsrep member status {@code code}, 0 to 5. */
    public static NodeState of(final int code) {
        return BY_CODE[code];
    }

    /** The wsrep member status code. */
    public int code() {
        return code;
    }

    /** The text of {@code wsrep_local_state_comment}. */
    public String comment() {
        return comment;
    }
}

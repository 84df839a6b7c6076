// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

/** Why an offered write set got no verdict. */
public enum RejectReason {
    /** It was not ordered and never will be: the node is not in a primary view. */
    NOT_PRIMARY(WsrepStatus.CONN_FAIL),
    /** It was not ordered and never will be: the node is leaving or closed. */
    CLOSED(WsrepStatus.CONN_FAIL),
    /** It was not ordered and never will be: its application took it back. */
    REVOKED(WsrepStatus.CONN_FAIL),
    /** It was not ordered and never will be: the group takes no more now, and the disk is full on which it would wait. */
    NOT_KEPT(WsrepStatus.CONN_FAIL),
    /** It was not ordered: larger than {@code repl.max_ws_size}. */
    TOO_LARGE(WsrepStatus.SIZE_EXCEEDED),
    /** It was sent, the primary view was lost, and nothing is known of it. */
    FATE_UNKNOWN(WsrepStatus.WARNING);

    private final WsrepStatus status;

    RejectReason(final WsrepStatus status) {
        this.status = status;
    }

    /** What the provider returns from {@code certify}. */
    public WsrepStatus status() {
        return status;
    }
}

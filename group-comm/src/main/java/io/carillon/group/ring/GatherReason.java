// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** Why a member gathers; named in the view that results. The order is the wire's. */
public enum GatherReason {
    STARTED("started"),
    FOUNDED("founded"),
    PEER_LINKED("peer linked"),
    CONNECTION_CLOSED("connection closed"),
    PEER_SILENT("peer silent"),
    HOLDER_SILENT("token holder silent"),
    PEER_GATHERS("peer gathers"),
    MEMBER_JOINS("member joins"),
    RINGS_MERGE("rings merge"),
    COMMIT_TIMEOUT("commit timed out"),
    RECOVERY_TIMEOUT("recovery timed out"),
    STRANDED("left behind by its ring"),
    OPERATOR("operator's word"),
    VIEW_PURGED("view purged before a member had it"),
    TOKEN_LOST("token lost");

    private static final GatherReason[] BY_CODE = values();

    private final String text;

    GatherReason(final String text) {
        this.text = text;
    }

    static GatherReason of(final int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : PEER_GATHERS;
    }

    /** For people. */
    public String text() {
        return text;
    }
}

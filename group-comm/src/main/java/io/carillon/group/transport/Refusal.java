// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

/** Why a connection was refused. The code travels; the text is for people. */
public enum Refusal {
    GARBAGE("is not a Carillon node, or sent a damaged frame", false),
    VERSION("speaks another protocol version", true),
    CLUSTER_NAME("belongs to a cluster of another name", true),
    SELF("is this node itself", false),
    CLONE("uses the member id of another live node: was a data directory copied together with its state directory?", true),
    DUPLICATE("is linked already", false),
    NO_LINK("opened a bulk connection for a link that is gone", false),
    FULL("came when the largest number of peers was linked", true),
    NOT_ALLOWED("is not on the allow list", false),
    TOO_SLOW("did not finish its handshake in time", false),
    TOO_MANY("came while too many connections were in their handshake", false),
    NOT_ANSWERED("came while nobody said whether it is on the allow list", false),
    NETWORK("is called on another of its networks: an address in carillon.ring.links or gcomm:// belongs to another network", true),
    ENCRYPTS("encrypts its connections, and this node does not: socket.ssl differs", true),
    CLEAR("does not encrypt its connections, and this node does: socket.ssl differs", true),
    CERTIFICATE("has no certificate that counts here", true),
    TLS("failed in the TLS handshake", false),
    UNKNOWN("gave an unknown reason", false);

    private static final Refusal[] BY_CODE = values();

    private final String text;
    private final boolean operatorsMistake;

    Refusal(final String text, final boolean operatorsMistake) {
        this.text = text;
        this.operatorsMistake = operatorsMistake;
    }

    /** The refusal of this code on the wire. */
    public static Refusal of(final int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
    }

    /** Its code on the wire. */
    public int code() {
        return ordinal();
    }

    /** What the refused node is, in words that follow its name. */
    public String text() {
        return text;
    }

    /** Tells whether it happens in every healthy cluster. */
    public boolean isOrdinary() {
        return this == SELF || this == DUPLICATE;
    }

    /** Tells whether somebody has to correct a configuration, so that it is worth a warning. */
    public boolean isOperatorsMistake() {
        return operatorsMistake;
    }
}

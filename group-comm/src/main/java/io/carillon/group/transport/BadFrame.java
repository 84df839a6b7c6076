// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

/** Bytes that are not what the protocol allows. Carries no stack trace: whoever sends garbage must not make this node work for it. */
public final class BadFrame extends Exception {
    private static final long serialVersionUID = 1;

    private final Refusal refusal;

    /** Bytes that no node of ours sends. */
    public BadFrame(final String what) {
        this(Refusal.GARBAGE, what);
    }

    /** What the sender is to be refused for. */
    public BadFrame(final Refusal refusal, final String what) {
        super(what, null, false, false);
        this.refusal = refusal;
    }

    /** What its sender is. */
    public Refusal refusal() {
        return refusal;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;

/** A linked peer: liveness, and what was last sent there. */
final class Peer {
    /** Not a member of the current ring. */
    static final int NO_SLOT = -1;

    final int handle;
    final MemberId id;
    int slot = NO_SLOT;
    final Silence silence;
    long sentNs;
    /** What it said last of itself; null before that. */
    ControlMessage.Join join;
    /** Silent too long, or its connection just broke; until it is heard again. */
    boolean suspected;
    /** Latest acknowledgement and horizon that a packet to it carried in the current epoch. */
    long sentLogged;
    long sentHorizon;
    /** As the owner measured it; negative before. */
    long roundTripNs = -1;
    /** How long its answers to PULL lately took: the longest, forgotten by and by. */
    long answerNs;

    Peer(final int handle, final MemberId id, final long nowNs) {
        this.handle = handle;
        this.id = id;
        this.silence = new Silence(nowNs);
        this.sentNs = nowNs;
    }
}

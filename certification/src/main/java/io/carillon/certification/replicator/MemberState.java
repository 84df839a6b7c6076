// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RingMember;
import io.carillon.wsrep.NodeState;
import java.util.UUID;

/** A member as the ordered stream says: the same on all members at the same place. */
public final class MemberState {
    final MemberId id;
    final MemberInfo info;
    final int weight;
    NodeState state;
    int desyncCount;
    long released;
    /** Index of the order up to which it had heard when it said what is known of it; the largest where that is its word since the view. */
    long asOf;
    /** Whom it gives a snapshot, or {@link MemberId#NONE}. */
    MemberId donatesTo = MemberId.NONE;
    /** Who gives it one, or {@link MemberId#NONE}. */
    MemberId donor = MemberId.NONE;

    MemberState(final RingMember member) {
        id = member.id();
        info = MemberInfo.of(member);
        weight = member.weight();
        state = info.state();
        desyncCount = info.desyncCount();
        released = info.released();
        asOf = info.asOf();
    }

    /** A member as it says of itself in a view. */
    public static MemberState of(final RingMember member) {
        return new MemberState(member);
    }

    public MemberId id() {
        return id;
    }

    /** Session of its server. */
    public UUID session() {
        return info.session();
    }

    public String name() {
        return info.name();
    }

    public String incoming() {
        return info.incoming();
    }

    public int segment() {
        return info.segment();
    }

    /** Votes, 0 for a joiner. */
    public int weight() {
        return weight;
    }

    public NodeState state() {
        return state;
    }

    public int desyncCount() {
        return desyncCount;
    }

    /** Every seqno up to it is committed there, as far as it said. */
    public long released() {
        return released;
    }

    /** Write sets of its server a second, lately, as of the view. */
    public int writeRate() {
        return info.writeRate();
    }

    /** Tells whether it gives a snapshot now. */
    public boolean isDonating() {
        return !donatesTo.equals(MemberId.NONE);
    }

    /** Tells whether it has the group's data, perhaps behind. */
    boolean hasData() {
        return state == NodeState.JOINED || state == NodeState.SYNCED || state == NodeState.DONOR;
    }
}

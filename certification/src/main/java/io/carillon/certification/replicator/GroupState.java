// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.NodeState;
import java.util.ArrayList;
import java.util.List;

/**
 * The members and their states, a function of the ordered stream from the last view on: a view starts it anew from
 * what the members say in it, so that a joiner needs nothing earlier.
 */
final class GroupState {
    private final DonorChoice donorChoice;
    private RingView view;
    private List<MemberState> members = List.of();

    GroupState(final DonorChoice donorChoice) {
        this.donorChoice = donorChoice;
    }

    /** A VIEW entry. */
    void view(final RingView newView) {
        final List<MemberState> next = new ArrayList<>(newView.members().size());
        for (final RingMember member : newView.members()) {
            next.add(new MemberState(member));
        }
        // A transfer under way outlives the view when both sides do; everything else is said anew by each member.
        for (final MemberState before : members) {
            final MemberState after = find(next, before.id);
            if (after == null) {
                continue;
            }
            if (before.isDonating() && find(next, before.donatesTo) != null) {
                after.donatesTo = before.donatesTo;
            }
            if (!before.donor.equals(MemberId.NONE) && find(next, before.donor) != null) {
                after.donor = before.donor;
            }
        }
        view = newView;
        members = List.copyOf(next);
    }

    /** A CONFIG entry: weights changed, states stay. */
    void config(final RingView newView) {
        final List<MemberState> next = new ArrayList<>(newView.members().size());
        for (final RingMember member : newView.members()) {
            final MemberState before = find(members, member.id());
            final MemberState after = new MemberState(before == null ? member
                : new RingMember(member.id(), member.name(), member.weight(), before.info.encode()));
            if (before != null) {
                after.state = before.state;
                after.desyncCount = before.desyncCount;
                after.released = before.released;
                after.asOf = before.asOf;
                after.donatesTo = before.donatesTo;
                after.donor = before.donor;
            }
            next.add(after);
        }
        view = newView;
        members = List.copyOf(next);
    }

    /** A state request of {@code joiner}. The donor, or null when there is none now. */
    MemberState stateRequest(final MemberId joiner, final Control.StateRequest request) {
        final MemberState asks = member(joiner);
        if (asks == null) {
            return null;
        }
        asks.state = NodeState.JOINER;
        asks.donor = MemberId.NONE;
        final List<MemberState> others = new ArrayList<>(members);
        others.removeIf(member -> request.failed().contains(member.id));
        final MemberState other = donorChoice.choose(others, joiner, request.donors());
        final MemberState donor = other != null ? other : donorChoice.choose(members, joiner, request.donors());
        if (donor != null) {
            donor.state = NodeState.DONOR;
            donor.desyncCount++;
            donor.donatesTo = joiner;
            asks.donor = donor.id;
        }
        return donor;
    }

    /**
     * {@code member} is complete, or done with a donation. What it gave to whom is for people; the count alone
     * decides, since a joiner knows no more.
     */
    void joined(final MemberId member, final Control.Joined joined) {
        final MemberState state = member(member);
        if (state == null) {
            return;
        }
        if (!joined.joiner().equals(MemberId.NONE)) {
            state.donatesTo = MemberId.NONE;
            resync(state);
        } else if (!state.hasData()) {
            state.state = NodeState.JOINED;
            state.donor = MemberId.NONE;
            state.asOf = Long.MAX_VALUE;
        }
    }

    /** {@code member} says whom it gives a snapshot: only people want to know. */
    void gives(final MemberId member, final Control.Gives gives) {
        final MemberState donor = member(member);
        final MemberState joiner = member(gives.joiner());
        if (donor != null && joiner != null && gives.isUnderWay()) {
            donor.donatesTo = joiner.id;
            joiner.donor = donor.id;
        }
    }

    /** {@code member} has caught up. False when that cannot be. */
    boolean synced(final MemberId member) {
        final MemberState state = member(member);
        if (state == null || state.state != NodeState.JOINED) {
            return false;
        }
        state.state = NodeState.SYNCED;
        return true;
    }

    /** {@code member} desyncs or resyncs. False when it may not: it has no data, or was not desynced. */
    boolean desync(final MemberId member, final boolean on) {
        final MemberState state = member(member);
        if (state == null || !state.hasData()) {
            return false;
        }
        if (on) {
            state.desyncCount++;
            state.state = NodeState.DONOR;
            return true;
        }
        return resync(state);
    }

    /** {@code member} corrects what the view says of it. */
    void correct(final MemberId member, final Control.StateIs is) {
        final MemberState state = member(member);
        if (state != null) {
            state.state = is.state();
            state.desyncCount = Math.max(0, is.desyncCount());
            state.asOf = Long.MAX_VALUE;
        }
    }

    void position(final MemberId member, final long released) {
        final MemberState state = member(member);
        if (state != null) {
            state.released = Math.max(state.released, released);
        }
    }

    private static boolean resync(final MemberState state) {
        if (state.desyncCount == 0) {
            return false;
        }
        if (--state.desyncCount == 0) {
            state.state = NodeState.JOINED;
        }
        return true;
    }

    /** Last VIEW or CONFIG; null before the first. */
    RingView view() {
        return view;
    }

    List<MemberState> members() {
        return members;
    }

    /** The member {@code id}, or null. */
    MemberState member(final MemberId id) {
        return find(members, id);
    }

    private static MemberState find(final List<MemberState> members, final MemberId id) {
        for (final MemberState member : members) {
            if (member.id.equals(id)) {
                return member;
            }
        }
        return null;
    }

    /** Least seqno released by all members that have data; {@code ifNone} when nobody has. */
    long releasedByAll(final long ifNone) {
        long least = Long.MAX_VALUE;
        for (final MemberState member : members) {
            if (member.hasData()) {
                least = Math.min(least, member.released);
            }
        }
        return least == Long.MAX_VALUE ? ifNone : least;
    }
}

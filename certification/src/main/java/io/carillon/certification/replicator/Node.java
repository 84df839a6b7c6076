// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.EntryKind;
import io.carillon.group.Group;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.Member;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WsrepStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;

/** What the parts of a replicator share: who it is, where it is in its life, how far it is. */
final class Node {
    /** Where the node is in its life. */
    enum Phase {
        /** Not in a group. */
        CLOSED,
        /** Looking for a primary view. */
        CONNECTING,
        /** The application was asked what a donor needs to know. */
        AWAIT_REQUEST,
        /** A snapshot is on its way, or a donor is looked for. */
        AWAIT_SNAPSHOT,
        /** The position is known; verdicts before it are asked for. */
        AWAIT_VERDICTS,
        /** Being fed; whether it is caught up, the group's state says. */
        FEEDING,
        /** Leaving. */
        LEAVING,
        /** Left in order; what was stable before is still being delivered. */
        DRAINING
    }

    static final int PROTOCOL = 4;
    /** As the text of the ids sorts, which is how the server keeps them. */
    private static final Comparator<Member> BY_SESSION = (a, b) -> {
        final int upper = Long.compareUnsigned(a.id().getMostSignificantBits(), b.id().getMostSignificantBits());
        return upper != 0 ? upper : Long.compareUnsigned(a.id().getLeastSignificantBits(), b.id().getLeastSignificantBits());
    };

    ReplicatorConfig config;
    final LongSupplier clock;
    final Offers offers;
    final GroupState state;
    final ControlCodec codec = new ControlCodec();
    final OpenCalls openCalls = new OpenCalls();
    final RepeatableCalls repeatable = new RepeatableCalls();
    final SyncPoints syncPoints = new SyncPoints(this);
    Group group;
    NodeSession session;
    ReplicatedApplication application;
    SavedState saved;
    /** Where the application's data is while it is not fed: what the next membership starts from. */
    Gtid position = Gtid.UNDEFINED;
    Phase phase = Phase.CLOSED;
    boolean primary;
    /** Index of the VIEW with which the node was last not primary, or not here, before. */
    long primarySince;
    /** Group of the last primary view; kept beyond a disconnect. */
    UUID groupUuid = Gtid.UNDEFINED_UUID;
    /** Own state as the order says, but kept over a change of view. */
    NodeState ownState = NodeState.UNDEFINED;
    int ownDesync;
    /** How often the server desynced in this membership and has not resynced. */
    int serverDesync;
    long released = -1;
    /** What the application must have committed for this node to be in step with the group; -1: not known yet. */
    long inStepAt = -1;
    int queueLength;
    /** Own write sets ordered a second, lately. */
    int writeRate;
    long stableIndex;
    /** Last entry that {@link StableCursor} took, and the seqno there. */
    long stateCursor;
    long stableSeqno;

    Node(final ReplicatorConfig config, final DonorChoice donorChoice, final LongSupplier clock, final Offers.Listener offersListener) {
        this.config = config;
        this.clock = clock;
        offers = new Offers(offersListener);
        state = new GroupState(donorChoice);
    }

    MemberId self() {
        return group.self();
    }

    RingLog log() {
        return group.log();
    }

    long now() {
        return clock.getAsLong();
    }

    /** In a primary view, with an application that has its position. */
    boolean isActive() {
        return primary && phase == Phase.FEEDING;
    }

    /** This node is {@code now}, desynced so often; the next view says so. */
    void be(final NodeState now, final int desync) {
        final boolean isNew = now != ownState || desync != ownDesync;
        inStepAt = now == ownState ? inStepAt : -1;
        ownState = now;
        ownDesync = desync;
        if (isNew && session != null) {
            group.info(info());
        }
    }

    /** The server desynced, or is a donor now. */
    void desynced() {
        be(NodeState.DONOR, ownDesync + 1);
    }

    /** A donation or a desync is over; where the group has not ordered that, it hears of it by this node's word about itself. */
    void resynced() {
        if (ownDesync > 0) {
            be(ownDesync == 1 ? NodeState.JOINED : ownState, ownDesync - 1);
        }
    }

    /** Seqnos in the log that the application has not committed. */
    long behind() {
        return log().endSeqno() - released;
    }

    /** Tells whether an entry that was just read came from this member. */
    boolean isOwn(final LogEntry entry) {
        final MemberId self = self();
        return entry.originMsb == self.msb() && entry.originLsb == self.lsb();
    }

    /** Has a control message ordered; {@code call} waits for it, or {@link Offers#NOBODY}. */
    void send(final Control control, final long call) {
        final FlatWriter encoded = codec.encode(control);
        offers.offer(new Offers.Tag.Message(control, call), EntryKind.CONTROL, encoded.buffer(), 0, encoded.length(), false);
    }

    /** What this member says about itself in the next view. */
    byte[] info() {
        return new MemberInfo(session.session(), session.name(), session.incoming(), ownState, ownDesync, config.segment(),
            released, writeRate, stateCursor).encode();
    }

    /** A view as the application sees it. */
    View toView(final RingView view, final Gtid stateId) {
        final View.Status status = view.primary() ? View.Status.PRIMARY : View.Status.NON_PRIMARY;
        final List<Member> members = new ArrayList<>(view.members().size());
        for (final RingMember member : view.members()) {
            final MemberInfo info = MemberInfo.of(member);
            members.add(new Member(info.session(), info.name(), info.incoming()));
        }
        // By session: a server that came by snapshot reads the members from its tables, where they are sorted by id, and
        // numbers its AUTO_INCREMENT by its place. Sessions grow with time, so whoever came first is first.
        members.sort(BY_SESSION);
        int ownIndex = members.size() - 1;
        while (ownIndex >= 0 && !members.get(ownIndex).id().equals(session.session())) {
            ownIndex--;
        }
        return new View(stateId, view.primary() ? view.number() : -1, status, ownIndex, PROTOCOL, members);
    }

    /** Seqno as of the log's base. */
    long baseSeqno() {
        final LogEntry first = new LogEntry();
        if (!log().read(log().baseIndex() + 1, first)) {
            return log().endSeqno();
        }
        return first.kind.counts() ? first.seqno - 1 : first.seqno;
    }

    /** Answers {@code call}, if somebody waits for it. */
    void answer(final long call, final WsrepStatus status, final String text) {
        if (call != Offers.NOBODY) {
            repeatable.answered(call, status, text);
            if (application != null) {
                application.onResult(call, status, 0, text);
            }
        }
    }

    /** Shows the application a state. */
    void show(final NodeState shown, final String comment) {
        if (application != null) {
            application.onState(shown, comment);
        }
    }
}

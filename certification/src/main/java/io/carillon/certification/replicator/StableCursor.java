// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.WsrepStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first cursor on the log: keeps the group's state up to what is stable, and ticks off this node's own entries.
 * Says nothing to the application but answers to calls.
 */
final class StableCursor {
    private static final Logger LOG = LoggerFactory.getLogger(StableCursor.class);

    private final Node node;
    private final ViewReader views;
    private final Membership membership;
    private final Feed feed;
    private final StateTransfer transfer;
    private final OwnState ownState;
    private final WriteSetSender sender;
    private final Ballot ballot;
    private final FlowControl flow;
    private final LogEntry entry = new LogEntry();

    StableCursor(final Node node, final ViewReader views, final Membership membership, final Feed feed, final OwnState ownState,
        final WriteSetSender sender, final Ballot ballot, final FlowControl flow) {
        this.node = node;
        this.views = views;
        this.membership = membership;
        this.feed = feed;
        this.ownState = ownState;
        this.sender = sender;
        this.ballot = ballot;
        this.flow = flow;
        transfer = feed.transfer();
    }

    /** Takes everything that is stable. */
    void advance() {
        while (node.stateCursor < node.stableIndex && node.log().read(node.stateCursor + 1, entry)) {
            node.stateCursor++;
            node.stableSeqno = entry.seqno;
            switch (entry.kind) {
                case VIEW -> view();
                case CONFIG -> node.state.config(views.read(entry));
                case WRITE_SET -> {
                    if (node.isOwn(entry)) {
                        sender.writeSetStable(entry.originSeq);
                        ownState.wrote();
                    }
                }
                case FRAGMENT -> {
                    if (node.isOwn(entry)) {
                        sender.fragmentStable(entry.originSeq);
                    }
                }
                case CONTROL -> control();
            }
        }
    }

    private void view() {
        final RingView view = views.read(entry);
        node.state.view(view);
        node.groupUuid = view.group();
        ballot.view();
        flow.view(node.now());
        ownState.view();
        if (view.contains(node.self())) {
            membership.primaryView(view);
        } else {
            transfer.membersChanged(node.now()); // a donor may go and come back while this node is away
        }
    }

    private void control() {
        final MemberId from = new MemberId(entry.originMsb, entry.originLsb);
        final boolean own = node.isOwn(entry);
        final long index = entry.index;
        final Offers.Tag tag = own ? node.offers.ordered(entry.originSeq) : null;
        final long call = tag instanceof Offers.Tag.Message m ? m.call() : Offers.NOBODY;
        final Control control = node.codec.decode(entry.payload, 0, entry.payload.capacity());
        boolean counted = true;
        switch (control) {
            case null -> LOG.warn("A control entry at index {} of {} cannot be read; this node is older than that member", index, from);
            case Control.StateRequest c -> stateRequest(from, c, own);
            case Control.Joined c -> {
                node.state.joined(from, c);
                if (c.joiner().equals(node.self())) {
                    transfer.donorSays(from, new Control.Gives(c.joiner(), c.session(), Math.min(c.code(), 0)), node.now());
                }
                transfer.membersChanged(node.now());
                node.answer(call, WsrepStatus.OK, "");
            }
            case Control.Gives c -> {
                node.state.gives(from, c);
                transfer.donorSays(from, c, node.now());
            }
            case Control.Synced c -> counted = node.state.synced(from);
            case Control.Desync c -> {
                counted = node.state.desync(from, c.on()) || !c.on();
                if (own && node.state.member(from) != null && counted) {
                    node.serverDesync = Math.max(0, node.serverDesync + (c.on() ? 1 : -1));
                }
                node.answer(call, counted ? WsrepStatus.OK : WsrepStatus.TRX_FAIL, counted ? "" : "a node without data cannot desync");
            }
            case Control.Vote c -> ballot.vote(from, c);
            case Control.VoteResult c -> ballot.result(c);
            case Control.Position c -> node.state.position(from, c.released());
            case Control.StateIs c -> {
                node.state.correct(from, c);
                transfer.membersChanged(node.now());
            }
            case Control.VerdictsRequest c -> {
                final MemberState answers = firstWithData(from);
                if (answers != null) {
                    feed.choose(index, answers.id(), from, Gtid.UNDEFINED_UUID, null);
                }
                if (own) {
                    transfer.verdicts().requestOrdered(answers);
                }
            }
            case Control.Verdicts c -> {
                if (c.joiner().equals(node.self())) {
                    transfer.verdictsCame(c);
                }
            }
            case Control.Withdraw c -> {
            }
            case Control.Flow c -> flow.flow(from, c, node.now());
        }
        if (own && node.state.member(from) != null) {
            ownState.ordered(control, counted);
        }
    }

    private void stateRequest(final MemberId from, final Control.StateRequest request, final boolean own) {
        final long index = entry.index;
        final long seqno = entry.seqno;
        transfer.donation().asked(from);
        final MemberState donor = node.state.stateRequest(from, request);
        if (donor != null) {
            feed.choose(index, donor.id(), from, node.state.member(from).session(), request.request());
            if (donor.id().equals(node.self())) {
                node.desynced(); // else this node would correct the record of it as donor
            }
        }
        if (own) {
            transfer.ownRequestOrdered(index, seqno, donor, node.now());
        }
    }

    /** Who answers {@code joiner}: the same on all members. The first in sync, else the first with data; null for nobody. */
    private MemberState firstWithData(final MemberId joiner) {
        MemberState first = null;
        for (final MemberState member : node.state.members()) {
            final boolean isFirst = first == null || member.state() == NodeState.SYNCED && first.state() != NodeState.SYNCED;
            if (isFirst && member.hasData() && !member.id().equals(joiner)) {
                first = member;
            }
        }
        return first;
    }
}

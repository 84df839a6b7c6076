// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.GroupListener;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.WsrepStatus;

/** What the group tells the replicator, handed to the parts that it is for; and what there is to do after each pass of its loop. */
final class GroupSide implements GroupListener {
    private final Node node;
    private final Membership membership;
    private final Departure departure;
    private final StableCursor stable;
    private final Feed feed;
    private final StateTransfer transfer;
    private final OwnState ownState;
    private final WriteSetSender sender;
    private final Ballot ballot;
    private final FlowControl flow;

    GroupSide(final Node node, final Membership membership, final Departure departure, final StableCursor stable, final Feed feed,
        final OwnState ownState, final WriteSetSender sender, final Ballot ballot, final FlowControl flow) {
        this.node = node;
        this.membership = membership;
        this.departure = departure;
        this.stable = stable;
        this.feed = feed;
        this.ownState = ownState;
        this.sender = sender;
        this.ballot = ballot;
        this.flow = flow;
        transfer = feed.transfer();
    }

    @Override
    public void onOrdered(final long index) {
        // Certification waits for stability; nothing to prefetch while the log's tail is in memory.
    }

    @Override
    public void onStable(final long index) {
        node.stableIndex = index;
        if (node.phase == Node.Phase.CONNECTING) {
            membership.tryEnter();
        }
        if (node.phase != Node.Phase.CONNECTING && node.phase != Node.Phase.CLOSED) {
            stable.advance();
            feed.pump();
        }
    }

    @Override
    public void onNotPrimary(final RingView view) {
        membership.notPrimary(view);
    }

    @Override
    public void onRejected(final long originSeq, final long reason) {
        node.offers.rejected(originSeq, reason);
    }

    /** Something offered was not taken. */
    void offerRejected(final Offers.Tag tag, final long reason) {
        if (tag instanceof Offers.Tag.Message m) {
            ownState.rejected(m.control());
            transfer.rejected(m.control());
            ballot.rejected(m.control());
            node.answer(m.call(), WsrepStatus.TRX_FAIL, "not in a primary view");
        } else {
            sender.rejected(tag, reason);
        }
    }

    @Override
    public void onBarrier(final long barrier, final long index) {
        if (node.application != null) {
            node.syncPoints.onBarrier(barrier, index);
        }
    }

    @Override
    public void onHistoryDiffers(final String what) {
        membership.historyDiffers(what);
    }

    @Override
    public void onLeft() {
        departure.left();
    }

    /** The application has everything that it still takes. */
    void drained() {
        departure.close();
    }

    @Override
    public void onBatchEnd() {
        if (node.group == null) {
            return;
        }
        if (node.primary) {
            node.offers.retryMessages(); // what the node says of itself it says without a server, too
        }
        if (node.application != null) {
            if (node.primary) {
                sender.retry();
                node.syncPoints.start();
            }
            feed.pump();
            node.syncPoints.answerStable();
            flow.measure(feed.backlog(), node.now());
        }
        transfer.donation().announce();
        ownState.announce(feed.isCaughtUp());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.WsrepStatus;

/**
 * Keeps the group's record of this node's state true: compares what the order says with what is so, and says one
 * thing at a time, so that a message that was lost or overtaken needs no case of its own.
 */
final class OwnState {
    /** A wish to be promoted that was lost with a ring is said again. */
    private static final long PROMOTE_AGAIN_NS = 1_000_000_000L;
    private static final long RATE_NS = 1_000_000_000L;

    private final Node node;
    private boolean underWay;
    /** Ends of a desync that are on their way. */
    private int resyncing;
    private long rateNs;
    private int written;
    private long promoteAskedNs;

    OwnState(final Node node) {
        this.node = node;
    }

    /** The node connects: the group knows nothing of it. */
    void begin() {
        node.serverDesync = 0;
        resyncing = 0;
        forget();
    }

    private void forget() {
        node.ownState = NodeState.UNDEFINED;
        node.ownDesync = 0;
        anew();
    }

    /** A view: it says what each member said of itself, and whatever was on its way is compared anew. */
    void view() {
        anew();
    }

    private void anew() {
        underWay = false;
        promoteAskedNs = node.now() - PROMOTE_AGAIN_NS;
    }

    /** Cut off: whoever was in sync may fall behind. */
    void primaryLost() {
        if (node.ownState == NodeState.SYNCED) {
            node.ownState = NodeState.JOINED;
            node.inStepAt = -1;
        }
    }

    /** The data is not the group's, or not reachable: this node is as good as empty. */
    void lost() {
        begin();
        node.group.info(node.info());
    }

    /** The application is back, and has what it had, desync included. */
    void reattach() {
        if (node.serverDesync > node.ownDesync) {
            node.ownState = NodeState.DONOR;
            node.ownDesync = node.serverDesync;
        }
        node.group.info(node.info());
    }

    /** The application is gone, and the data with it. */
    void detach() {
        forget();
        node.group.info(node.info());
        if (node.primary) {
            sayEmpty();
        }
    }

    /** The node is in {@code view}: if that says that it has data and it has none (the log was given up after it said so), corrects it. */
    void entered(final RingView view) {
        for (final RingMember member : view.members()) {
            if (member.id().equals(node.self()) && node.ownState == NodeState.UNDEFINED && MemberState.of(member).hasData()) {
                sayEmpty();
            }
        }
    }

    private void sayEmpty() {
        node.send(new Control.StateIs(NodeState.UNDEFINED, 0), Offers.NOBODY);
    }

    /** The server leaves flow control and donor choice, or comes back; {@code call} waits for the answer. */
    void desync(final long call, final boolean on) {
        if (!node.isActive()) {
            node.answer(call, WsrepStatus.TRX_FAIL, "not in a primary view");
        } else if (!on && node.serverDesync <= resyncing) {
            // Who is not desynced is resynced already, as Galera has it; the group would count it as the end of a donation that goes on.
            node.answer(call, WsrepStatus.OK, "");
        } else {
            resyncing += on ? 0 : 1;
            node.send(new Control.Desync(on), call);
        }
    }

    /**
     * An own message is stable; {@code counted}: it changed the group's record. What this node is follows from what became of
     * its own messages, not from that record: a view may have set that back to what this node was, and is corrected.
     */
    void ordered(final Control control, final boolean counted) {
        resyncEnds(control);
        underWay &= !isAboutState(control);
        if (node.application == null) {
            return; // it is gone, and the data with it
        }
        switch (control) {
            case Control.Joined c when !c.joiner().equals(MemberId.NONE) -> node.resynced();
            case Control.Joined c -> node.be(hasData() ? node.ownState : NodeState.JOINED, node.ownDesync);
            case Control.Desync c when !c.on() -> node.resynced();
            case Control.Desync c when counted -> node.desynced();
            // What was ordered before the primary view was lost, and is stable only now, makes nobody synced: the application
            // was told of the loss, so it must be told again that it is in sync.
            case Control.Synced c when counted && node.primary && node.ownState == NodeState.JOINED ->
                node.be(NodeState.SYNCED, node.ownDesync);
            case null, default -> {
            }
        }
    }

    private boolean hasData() {
        return node.ownState == NodeState.JOINED || node.ownState == NodeState.SYNCED || node.ownState == NodeState.DONOR;
    }

    /** An own message will not be ordered. */
    void rejected(final Control control) {
        resyncEnds(control);
        underWay &= !isAboutState(control);
        if (control instanceof Control.Joined j && !j.joiner().equals(MemberId.NONE)) {
            node.resynced();
        }
    }

    /** Brings the group's record of this node's state to what it is. */
    void announce(final boolean isCaughtUp) {
        final MemberState self = node.group == null ? null : node.state.member(node.self());
        if (self == null || underWay || node.application == null || !node.isActive()) {
            return;
        }
        if (self.weight() == 0 && node.now() - promoteAskedNs >= PROMOTE_AGAIN_NS) {
            promoteAskedNs = node.now();
            node.group.promote();
        }
        if (!self.hasData()) {
            say(node.ownState == NodeState.UNDEFINED || node.ownState == NodeState.JOINER ? Control.Joined.COMPLETE
                : new Control.StateIs(node.ownState, node.ownDesync));
        } else if (self.desyncCount() != node.ownDesync || self.state() != node.ownState) {
            say(new Control.StateIs(node.ownState, node.ownDesync));
        } else if (self.state() == NodeState.JOINED && isCaughtUp) {
            say(new Control.Synced());
        }
    }

    /** An own write set is stable. */
    void wrote() {
        written++;
    }

    /** Once a second: how much this node writes and how far it is, for whoever chooses a donor after the next view. */
    void tick(final long nowNs) {
        if (nowNs - rateNs < RATE_NS) {
            return;
        }
        rateNs = nowNs;
        node.writeRate = (node.writeRate + written) / 2;
        written = 0;
        if (node.primary && node.session != null) {
            node.group.info(node.info());
        }
    }

    private void resyncEnds(final Control control) {
        if (control instanceof Control.Desync d && !d.on()) {
            resyncing = Math.max(0, resyncing - 1);
        }
    }

    private void say(final Control control) {
        underWay = true;
        node.send(control, Offers.NOBODY);
    }

    private static boolean isAboutState(final Control control) {
        return control instanceof Control.Joined || control instanceof Control.Synced || control instanceof Control.StateIs;
    }
}

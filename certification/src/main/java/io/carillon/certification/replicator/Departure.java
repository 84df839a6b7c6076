// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.ring.RingResult;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.WsrepStatus;
import java.util.UUID;

/** A node's way out of its group: the ring is left, the application is given what it still takes, and its position written down. */
final class Departure {
    /** How long the answer to a disconnect waits for the server to commit what it was given. */
    private static final long LEFT_NS = 1_000_000_000L;

    private final Node node;
    private final Feed feed;
    private final WriteSetSender sender;
    private long leaveCall = Offers.NOBODY;
    private Runnable afterLeft;
    /** The session that connected; a later one has no part in how its membership ends. */
    private UUID connected;
    private long leftDeadlineNs;

    Departure(final Node node, final Feed feed, final WriteSetSender sender) {
        this.node = node;
        this.feed = feed;
        this.sender = sender;
    }

    /** The session at hand connects: its membership is the one that will end. */
    void connects() {
        connected = node.session.session();
        leaveCall = Offers.NOBODY;
    }

    /** The session at hand goes on in another membership, and hears nothing of the end of this one. */
    void unnoticed() {
        connected = null;
        leaveCall = Offers.NOBODY;
    }

    /** The session at hand waits for the end with {@code call}. */
    void awaitedBy(final long call) {
        connected = node.session.session();
        leaveCall = call;
    }

    /** What is to be done once the node has left; instead of what was to be done before. */
    void then(final Runnable next) {
        afterLeft = next;
    }

    /** The application is gone: nobody waits for an answer. */
    void detach() {
        leaveCall = Offers.NOBODY;
        afterLeft = null;
    }

    /** Tells whether the node is leaving, or gone. */
    boolean isUnderWay() {
        return node.phase == Node.Phase.LEAVING || node.phase == Node.Phase.DRAINING || node.phase == Node.Phase.CLOSED;
    }

    void leave() {
        node.phase = Node.Phase.LEAVING;
        node.offers.rejectWaiting(RingResult.CLOSED);
        node.group.leave();
    }

    /** The node has left in order, or gave up waiting for that. */
    void left() {
        node.primary = false;
        node.phase = Node.Phase.DRAINING;
        feed.pump();
    }

    /** Everything that the application still takes was given to it. */
    void close() {
        node.phase = Node.Phase.CLOSED;
        node.offers.rejectWaiting(RingResult.CLOSED);
        final boolean isSession = node.session != null && node.session.session().equals(connected);
        final boolean isSameSession = node.application != null && isSession;
        node.offers.forgetUnderWay(call -> {
            if (isSession) {
                node.answer(call, WsrepStatus.TRX_FAIL, "the node left the group before this was ordered");
            }
        });
        feed.forgetChoices();
        if (feed.delivery().isStarted()) {
            feed.keepVerdicts();
            node.position = node.saved.isCorrupt() ? Gtid.UNDEFINED : new Gtid(node.groupUuid, feed.delivery().position());
        }
        sender.left();
        if (isSameSession) {
            node.syncPoints.fail();
            node.show(NodeState.UNDEFINED, NodeState.UNDEFINED.comment());
            node.application.onFinal();
        }
        leftDeadlineNs = node.now() + LEFT_NS;
        answer(leftDeadlineNs - LEFT_NS);
        final Runnable next = afterLeft;
        afterLeft = null;
        if (next != null && node.application != null) {
            next.run();
        }
    }

    /** Time passed, or the application committed more. */
    void tick(final long nowNs) {
        if (node.phase == Node.Phase.CLOSED) {
            answer(nowNs);
        }
    }

    /**
     * The server may exit as soon as it has this answer, and this process with it: the position is written down
     * before, unless the server never comes to the end of what it was given.
     */
    private void answer(final long nowNs) {
        final Gtid position = node.position;
        final boolean isCommitted = !position.isDefined() || node.released >= position.seqno();
        if (isCommitted && position.isDefined() && node.saved != null) {
            node.saved.set(position.uuid(), position.seqno(), node.saved.safeToBootstrap());
        }
        if (leaveCall != Offers.NOBODY && (isCommitted || nowNs - leftDeadlineNs >= 0)) {
            final long call = leaveCall;
            leaveCall = Offers.NOBODY;
            node.answer(call, WsrepStatus.OK, "");
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.ReplicatedApplication.ViewUse;
import io.carillon.wsrep.WsrepStatus;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's way into a group and its time there: connect, the position that the application starts from, the first primary
 * view, its loss and return.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final int DEFAULT_PORT = 4567;

    private final Node node;
    private final ViewReader views;
    private final Feed feed;
    private final StateTransfer transfer;
    private final OwnState ownState;
    private final WriteSetSender sender;
    private final Ballot ballot;
    private final FlowControl flow;
    private final CommitCut commitCut;
    private final Departure departure;
    private final LogEntry entry = new LogEntry();
    private String donors = "";
    private boolean found;
    private long connectCall = Offers.NOBODY;
    private long connectDeadlineNs;
    private long epochAtJoin;
    /** What was delivered when the primary view was lost. */
    private long positionWhenLost;

    Membership(final Node node, final ViewReader views, final Feed feed, final OwnState ownState, final WriteSetSender sender,
        final Ballot ballot, final FlowControl flow, final CommitCut commitCut, final Departure departure) {
        this.node = node;
        this.views = views;
        this.feed = feed;
        this.ownState = ownState;
        this.sender = sender;
        this.ballot = ballot;
        this.flow = flow;
        this.commitCut = commitCut;
        this.departure = departure;
        transfer = feed.transfer();
    }

    /** An application's session begins, or is continued. */
    void attach(final NodeSession session, final boolean sameSession) {
        node.position = startPosition(session);
        transfer.attached(session);
        if (node.phase == Node.Phase.FEEDING && sameSession && transfer.goOn(node.position)) {
            ownState.reattach();
            if (!node.primary) {
                sender.primaryLost();
                showNotPrimary(node.group.view());
            }
            feed.pump();
            return;
        }
        if (transfer.isAsked()) {
            node.position = Gtid.UNDEFINED; // whatever it began with, it is being replaced
            departure.unnoticed();
        }
        if (node.phase != Node.Phase.CLOSED) {
            node.repeatable.clear();
            if (!sameSession) {
                feed.forsake(); // another server process: it has what it says, not what the one before it was given
            }
            leave();
        }
    }

    private Gtid startPosition(final NodeSession session) {
        // A sidecar that was replaced under a running server: its data is what the server says.
        final Gtid at = session.isRunning() ? session.state() : node.saved.position(session.state());
        return session.received() > at.seqno() ? new Gtid(at.uuid(), session.received()) : at;
    }

    /** The application is gone: nobody waits for an answer. */
    void detach() {
        connectCall = Offers.NOBODY;
        departure.detach();
    }

    void connect(final long call, final String clusterName, final String url, final String donor, final boolean bootstrap) {
        if (node.repeatable.isAnswered(call, node.application)) {
            return;
        }
        if (node.phase != Node.Phase.CLOSED) {
            departure.then(() -> connect(call, clusterName, url, donor, bootstrap));
            leave();
            return;
        }
        final GroupUrl address;
        try {
            address = GroupUrl.parse(url, DEFAULT_PORT);
        } catch (final IllegalArgumentException e) {
            node.answer(call, WsrepStatus.NODE_FAIL, e.getMessage());
            return;
        }
        // A sidecar that was replaced under a running server founds nothing, whatever the server was started with:
        // the group goes on without it.
        final boolean resumed = node.session.isRunning() && !feed.delivery().isStarted();
        found = !resumed && !transfer.isAsked() && (bootstrap || address.addresses().isEmpty());
        if (found && !node.saved.safeToBootstrap()) {
            node.answer(call, WsrepStatus.NODE_FAIL,
                "It may not be safe to bootstrap the cluster from this node. It was not the last one to leave the"
                + " cluster and may not contain all the updates. "
                + "To force cluster bootstrap with this node, edit the grastate.dat file manually and set safe_to_bootstrap to 1 .");
            return;
        }
        connectCall = call;
        departure.connects();
        node.phase = Node.Phase.CONNECTING;
        node.stableIndex = 0;
        // What was committed in another group says nothing here; the same is known again as soon as it is fed.
        node.released = -1;
        node.stableSeqno = -1;
        commitCut.begin();
        ownState.begin();
        epochAtJoin = node.log().endEpoch();
        connectDeadlineNs = node.now() + node.config.waitPrimaryNs();
        donors = donor;
        transfer.begin(donors, resumed);
        if (found) {
            continueHistory();
        }
        final long wanted = node.position.isDefined() ? node.position.seqno() + 1 : -1;
        node.saved.set(node.position.uuid(), -1, node.saved.safeToBootstrap());
        node.group.join(clusterName, address.addresses(), found, wanted, node.info());
    }

    /**
     * Who founds a group goes on with the history of its data: in its log, or, where the log knows nothing of the
     * position, behind it. Without data it begins a new history.
     */
    private void continueHistory() {
        final RingLog log = node.log();
        final boolean known = log.endIndex() > 0 && log.read(log.firstIndexOf(log.endEpoch()), entry) && entry.kind.isConfiguration();
        final UUID group = known ? views.read(entry).group() : Gtid.UNDEFINED_UUID;
        final boolean holds = group.equals(node.position.uuid()) && log.endSeqno() >= node.position.seqno();
        node.group.foundAs(node.position.isDefined() ? node.position.uuid() : null);
        if (holds || log.endIndex() == 0 && !node.position.isDefined()) {
            return;
        }
        LOG.info("The log is of group {} up to {}, the server's data at {}: {}", group, log.endSeqno(), node.position,
            node.position.isDefined() ? "the history goes on from there" : "a new history begins");
        log.reset(0, Math.max(node.position.seqno(), 0), 0);
        feed.forgetHistory();
    }

    void disconnect(final long call) {
        if (node.phase == Node.Phase.CLOSED) {
            node.application.onFinal();
            node.answer(call, WsrepStatus.OK, "");
            return;
        }
        departure.awaitedBy(call);
        leave();
    }

    private void leave() {
        if (departure.isUnderWay()) {
            return;
        }
        if (node.phase != Node.Phase.FEEDING) {
            answerConnect(WsrepStatus.CONN_FAIL, "disconnected before a primary view was known");
        }
        departure.leave();
    }

    private void answerConnect(final WsrepStatus status, final String text) {
        final long call = connectCall;
        connectCall = Offers.NOBODY;
        node.answer(call, status, text);
    }

    /**
     * Enters with the ring whose VIEW entry is the first stable one of a newer epoch than the log had when this node
     * joined: what was stable before tells of earlier memberships.
     */
    void tryEnter() {
        final long epoch = node.log().epochAt(node.stableIndex);
        final long first = epoch > epochAtJoin ? node.log().firstIndexOf(epoch) : -1;
        if (first < 0 || !node.log().read(first, entry) || entry.kind != EntryKind.VIEW) {
            return;
        }
        final RingView joinView = views.read(entry);
        if (!joinView.contains(node.self())) {
            return;
        }
        node.stateCursor = entry.index - 1;
        node.primarySince = entry.index;
        node.groupUuid = joinView.group();
        node.primary = true;
        ballot.clear();
        feed.forgetChoices();
        LOG.info("Entered group {} in view {} at seqno {} with {} members", joinView.group(), joinView.number(),
            joinView.seqno(), joinView.members().size());
        if (node.application == null) {
            connectCall = Offers.NOBODY;
        } else {
            // What the process before this one had and was not ordered until here died with it.
            node.openCalls.inheritedUntil(joinView.index());
            transfer.entered(joinView, found, node.position);
            ownState.entered(joinView);
            answerConnect(WsrepStatus.OK, "");
        }
    }

    /** A primary view with this node is stable. */
    void primaryView(final RingView view) {
        if (!node.primary) {
            node.primarySince = view.index();
            StateTransfer.announceCatchUp(positionWhenLost, view.seqno());
        }
        node.primary = true;
        sender.primaryView();
        transfer.view(view, node.now());
        if (node.session != null) {
            node.saved.votesComeAgain(view.seqno());
            node.saved.set(node.phase == Node.Phase.FEEDING ? view.group() : node.saved.uuid(), -1, view.members().size() == 1);
        }
    }

    /** The node is cut off, or still is. */
    void notPrimary(final RingView view) {
        final boolean was = node.primary;
        node.primary = false;
        if (was) {
            positionWhenLost = feed.delivery().position();
            ownState.primaryLost();
            sender.primaryLost();
            flow.clear(node.now());
        }
        if (node.application == null) {
            return;
        }
        node.syncPoints.fail();
        node.group.info(node.info());
        if (node.phase == Node.Phase.FEEDING && was) {
            showNotPrimary(view);
        }
    }

    private void showNotPrimary(final RingView view) {
        node.application.onView(node.toView(view, new Gtid(node.groupUuid, feed.delivery().position())), ViewUse.CHANGE);
        node.show(NodeState.UNDEFINED, NodeState.UNDEFINED.comment());
    }

    /** The log was reset, since the group has another history, for the reason {@code why}. */
    void historyDiffers(final String why) {
        LOG.warn("The group's history is not this node's ({}): what was committed only here, up to {}, is lost; a snapshot is needed", why,
            feed.delivery().isStarted() ? new Gtid(node.groupUuid, feed.delivery().position()) : node.position);
        feed.forgetHistory();
        sender.historyDiffers();
        node.position = Gtid.UNDEFINED;
        // Whatever it was started for, it founds nothing any more.
        found = false;
        ownState.lost();
        if (node.saved != null) {
            node.saved.replaced();
        }
        if (node.phase != Node.Phase.CONNECTING && node.phase != Node.Phase.LEAVING && node.phase != Node.Phase.CLOSED) {
            // Back among the others, with another history: enter as a joiner does.
            node.phase = Node.Phase.CONNECTING;
            transfer.begin(donors, false);
            epochAtJoin = node.state.view() == null ? epochAtJoin : node.state.view().epoch();
        }
    }

    /** Whoever waits for the connect gets an answer. A new sidecar under a running server tries as long as a member that was cut off. */
    private boolean isAwaited() {
        return connectCall != Offers.NOBODY && connectCall != RepeatableCalls.AGAIN;
    }

    /** Time passed, or the application committed more. */
    void tick(final long nowNs) {
        if (node.phase == Node.Phase.CONNECTING && isAwaited() && nowNs - connectDeadlineNs >= 0) {
            answerConnect(WsrepStatus.NODE_FAIL, "no primary view within " + node.config.waitPrimaryNs() / 1_000_000_000L
                + " s: none of the members in wsrep_cluster_address answers, or they are no majority");
            leave();
        }
        departure.tick(nowNs);
    }
}

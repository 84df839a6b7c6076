// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.Certifier;
import io.carillon.certification.ConflictJournal;
import io.carillon.certification.log.VerdictFile;
import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.ReplicationEngine;
import io.carillon.wsrep.WsrepStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongHashSet;

/**
 * One node's engine: orders the application's write sets through the group, certifies everything in order, feeds the
 * application, and leads the node through its life. Here the parts are put together, each of its own class, and the
 * application's calls are handed to them; the group's are in {@link GroupSide}.
 *
 * <p>Two cursors run over the log. At stable, the state of the group is kept ({@link StableCursor}); behind it, as fast
 * as the application takes it, write sets are certified and delivered ({@link Feed}).
 *
 * <p><b>Threading:</b> the engine's thread only; the owner calls {@link #onTimer} when {@link #nextDeadlineNs} is due.
 */
public final class Replicator implements ReplicationEngine {
    private static final long TICK_NS = 100_000_000L;

    private final Node node;
    private final Feed feed;
    private final StateTransfer transfer;
    private final Membership membership;
    private final GroupSide groupSide;
    private final WriteSetSender sender;
    private final OwnState ownState;
    private final CommitCut commitCut;
    private final Ballot ballot;
    private final FlowControl flow;
    private final ReplicatorStatus status;
    private long tickNs;

    public Replicator(final ReplicatorConfig config, final ViewReader views, final DonorChoice donorChoice, final LogRetention retention,
        final LongSupplier clock) {
        node = new Node(config, donorChoice, clock, this::rejected);
        ballot = new Ballot(node);
        flow = new FlowControl(node, node.now());
        ownState = new OwnState(node);
        sender = new WriteSetSender(node, flow);
        feed = new Feed(node, views, this::drained);
        transfer = feed.transfer();
        commitCut = new CommitCut(node, feed.delivery(), retention, feed::verdictsKept);
        final Departure departure = new Departure(node, feed, sender);
        membership = new Membership(node, views, feed, ownState, sender, ballot, flow, commitCut, departure);
        final StableCursor stable = new StableCursor(node, views, membership, feed, ownState, sender, ballot, flow);
        groupSide = new GroupSide(node, membership, departure, stable, feed, ownState, sender, ballot, flow);
        status = new ReplicatorStatus(node, certifier(), sender, flow);
    }

    /** Sets where this node keeps its verdicts over a restart; before anything else. */
    public void verdictFile(final VerdictFile file) {
        feed.verdictFile(file);
    }

    /** Sets where write sets wait that the group does not take at once and the memory does not hold; else it is with temporary files. */
    public void waitingDirectory(final Path directory) {
        node.offers.directory(directory);
    }

    /** What the group is to tell, also after each pass of its loop. */
    public GroupListener groupListener() {
        return groupSide;
    }

    private void rejected(final Offers.Tag tag, final long reason) {
        groupSide.offerRejected(tag, reason);
    }

    private void drained() {
        groupSide.drained();
    }

    /** Binds the group; once, before anything else. */
    public void group(final Group group) {
        node.group = group;
        node.offers.group(group);
    }

    /** Changes what may change while it runs: all but the certifier's bounds and the segment, which are the next process's. */
    public void configure(final ReplicatorConfig config) {
        node.config = config;
    }

    // ---- the application comes and goes

    /** An application's session begins, or is continued. Events may come during this call. */
    public void attach(final NodeSession session, final ReplicatedApplication application) {
        final boolean sameSession = node.session != null && node.session.session().equals(session.session());
        node.session = session;
        node.application = application;
        if (!sameSession || node.saved == null) {
            node.saved = new SavedState(session.dataDir(), session.isRunning());
        }
        if (!sameSession) {
            node.repeatable.clear();
            node.openCalls.reset();
        }
        inherit(session.openCalls());
        node.released = session.released();
        node.queueLength = 0;
        flow.heard(node.now());
        membership.attach(session, sameSession);
    }

    /** Of each call either something is on its way, or it is in the log up to what is stable now, or it is nowhere. */
    private void inherit(final long[] calls) {
        node.openCalls.clear();
        if (calls.length == 0) {
            return;
        }
        final LongHashSet onTheirWay = node.offers.writeSetCalls();
        for (final long call : calls) {
            if (onTheirWay.contains(call)) {
                node.openCalls.add(call);
            } else {
                node.openCalls.inherit(call);
            }
        }
        if (node.phase == Node.Phase.FEEDING) {
            node.openCalls.inheritedUntil(node.stateCursor);
        }
    }

    /** The application is gone; nothing is called on it any more. */
    public void detach() {
        node.application = null;
        node.openCalls.clear();
        node.syncPoints.clear();
        membership.detach();
        if (node.phase != Node.Phase.CLOSED) {
            ownState.detach();
        }
    }

    // ---- ReplicationEngine

    @Override
    public void connect(final long call, final String clusterName, final String url, final String donor, final boolean bootstrap) {
        membership.connect(call, clusterName, url, donor, bootstrap);
    }

    @Override
    public void reconnect(final String clusterName, final String url, final String donor) {
        if (!isFed()) {
            connect(RepeatableCalls.AGAIN, clusterName, url, donor, false);
        }
    }

    /** Tells whether the node is a member that is fed, so that a connection that is back needs nothing. */
    public boolean isFed() {
        return node.phase == Node.Phase.FEEDING;
    }

    @Override
    public void disconnect(final long call) {
        membership.disconnect(call);
    }

    @Override
    public void certify(final long call, final DirectBuffer writeSet, final int offset, final int length) {
        sender.certify(call, writeSet, offset, length);
    }

    @Override
    public void fragment(final long call, final int number, final DirectBuffer bytes, final int offset, final int length) {
        sender.fragment(call, number, bytes, offset, length);
    }

    @Override
    public void withdraw(final long call) {
        sender.withdraw(call);
    }

    @Override
    public void revoke(final long call) {
        sender.revoke(call);
    }

    @Override
    public void progress(final long released, final int queueLength) {
        node.queueLength = queueLength;
        commitCut.released(released);
        flow.heard(node.now());
        flow.measure(feed.backlog(), node.now());
        ballot.released();
        commitCut.tellStep();
        membership.tick(node.now());
        feed.pump();
    }

    @Override
    public void syncPoint(final long call) {
        node.syncPoints.add(call);
    }

    @Override
    public void stateRequest(final int code, final byte[] request, final Gtid at) {
        transfer.requestAnswered(code, request, at, node.now());
    }

    @Override
    public void snapshotReceived(final long call, final Gtid at, final int code) {
        if (node.repeatable.isRepeated(call, node.application)) {
            return;
        }
        transfer.snapshotReceived(call, at, code);
        feed.pump();
    }

    @Override
    public void snapshotSent(final long call, final Gtid at, final int code) {
        if (!node.repeatable.isRepeated(call, node.application)) {
            transfer.donation().ended(call, code);
        }
    }

    @Override
    public void desync(final long call, final boolean desync) {
        if (!node.repeatable.isRepeated(call, node.application)) {
            ownState.desync(call, desync);
        }
    }

    @Override
    public void vote(final long seqno, final long hash, final String error) {
        ballot.cast(seqno, hash, error);
    }

    @Override
    public void setOptions(final long call, final String text) {
        node.answer(call, WsrepStatus.NOT_IMPLEMENTED, "options are set by the owner of the replicator");
    }

    /** When {@link #onTimer} is due; a time of {@link System#nanoTime}. */
    public long nextDeadlineNs() {
        return feed.canGoOn() ? node.now() : Math.min(tickNs + TICK_NS, flow.deadlineNs(node.now()));
    }

    /** To be called when {@link #nextDeadlineNs} is due. */
    public void onTimer(final long nowNs) {
        tickNs = nowNs;
        membership.tick(nowNs);
        sender.tick(nowNs);
        transfer.tick(nowNs);
        commitCut.tick(nowNs);
        ownState.tick(nowNs);
        groupSide.onBatchEnd();
    }

    /** Adds what only the replicator knows, names and order as Galera's. */
    public void status(final StatusSink sink) {
        status.addTo(sink);
    }

    /** Starts averages and extremes anew, as FLUSH STATUS does. */
    public void resetStatus() {
        status.reset();
    }

    /** The members as the order says so far; live. */
    public List<MemberState> members() {
        return node.state.members();
    }

    /** Write sets that did not commit, and what they met. */
    public ConflictJournal conflicts() {
        return feed.delivery().conflicts();
    }

    /** Certification as far as delivered. */
    public Certifier certifier() {
        return feed.delivery().certifier();
    }
}

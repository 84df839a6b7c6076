// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.replicator.NodeSession;
import io.carillon.certification.replicator.Replicator;
import io.carillon.group.Check;
import io.carillon.group.simulator.NodeProcess;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WsrepStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.agrona.DirectBuffer;

/**
 * One process of a server, put together from its parts: its clients write rows that nobody else of them is writing, its
 * applier takes its time, and whatever it is told it holds against the {@link ReferenceOrder}.
 */
final class SimulatedServer implements ReplicatedApplication {
    private final NodeProcess process;
    private final ReferenceOrder order;
    private final ServerTable table;
    private final UUID session;
    private final ServerTasks tasks;
    private final ServerApplier applier;
    private final ServerClients clients;
    private final ServerFeed feed;
    private final ServerTransfers transfers;
    private final ServerReads reads;
    private final ServerOperator operator;
    /** Calls without an answer that are made again when there is another sidecar, by their number. */
    private final Map<Long, Runnable> calls = new LinkedHashMap<>();
    /** Null while its sidecar is dead. */
    private Replicator replicator;
    private NodeState state = NodeState.UNDEFINED;

    SimulatedServer(final NodeProcess process, final Replicator replicator, final ServerHost host, final UUID session) {
        this.process = process;
        this.replicator = replicator;
        this.session = session;
        order = host.nodes().order();
        table = host.table();
        tasks = new ServerTasks(process);
        applier = new ServerApplier(tasks, host.applyMean(), host.random(), this::progress);
        clients = new ServerClients(this, host, session);
        feed = new ServerFeed(process, host, session, applier, clients);
        transfers = new ServerTransfers(process, this, host, feed);
        reads = new ServerReads(this, host);
        operator = new ServerOperator(this, host);
    }

    UUID session() {
        return session;
    }

    Gtid position() {
        return table.history() == null ? Gtid.UNDEFINED : new Gtid(table.history(), table.seqno());
    }

    /** The sidecar that it is connected to, or null. */
    Replicator replicator() {
        return replicator;
    }

    /** Runs {@code task} in this server, {@code delayNs} from now. */
    void later(final long delayNs, final Runnable task) {
        tasks.later(delayNs, task);
    }

    // ---- sidecars come and go

    /** As it says hello to the first sidecar, or to a later one. */
    NodeSession hello(final String name) {
        return new NodeSession(session, name, name, null, position(), feed.given(), feed.isFed() ? table.seqno() : -1, clients.awaited(),
            false, transfers.gives());
    }

    /** Its sidecar died while it lives. False when it does not get over that: it takes a snapshot. */
    boolean losesSidecar() {
        if (transfers.isAwaiting() || !feed.isFed()) {
            return false;
        }
        replicator = null;
        state = NodeState.UNDEFINED;
        transfers.lostSidecar();
        feed.lostSidecar();
        tasks.alone();
        clients.lostSidecar();
        return true;
    }

    /** There is a sidecar again, which knows nothing. */
    void reconnect(final Replicator other, final NodeSession hello) {
        replicator = other;
        tasks.connected();
        other.attach(hello, this);
        other.reconnect("group", "gcomm://somebody", "");
        List.copyOf(calls.values()).forEach(Runnable::run);
        reads.askAgain();
        progress();
    }

    /** It is dead, or has ended. */
    void end() {
        tasks.end();
        replicator = null;
    }

    /** Makes {@code call}, now or as soon as there is a sidecar, until it is answered. */
    void call(final long call, final Runnable made) {
        calls.put(call, made);
        if (replicator != null) {
            made.run();
        }
    }

    // ---- its parts, and how it is

    ServerClients clients() {
        return clients;
    }

    ServerReads reads() {
        return reads;
    }

    ServerTable table() {
        return table;
    }

    /** Tells whether clients may write. */
    boolean isOpen() {
        return feed.isPrimary() && replicator != null;
    }

    /** Tells whether it could be a donor. */
    boolean isInSync() {
        return replicator != null && state == NodeState.SYNCED;
    }

    /** Tells whether it takes a donor's copy now. */
    boolean isAwaiting() {
        return transfers.isAwaiting();
    }

    /** What it still lacks to have everything, or null. */
    String unsettled() {
        if (replicator == null) {
            return "has no sidecar";
        }
        if (state != NodeState.SYNCED || !feed.isPrimary()) {
            final String recorded = replicator.members().stream().filter(member -> member.session().equals(session))
                .map(member -> member.state() + ", desynced " + member.desyncCount() + " times").findFirst().orElse("no member");
            return "is " + state + ", and for the group " + recorded;
        }
        return table.seqno() == order.seqno() && applier.queued() == 0 ? null : "has committed " + table.seqno() + " of " + order.seqno();
    }

    /** The server ends in order: it commits what it was given. */
    void drain() {
        applier.drain();
    }

    private void progress() {
        if (replicator != null && feed.isFed()) {
            replicator.progress(table.seqno(), applier.queued());
        }
    }

    /** A donor's copy arrives, for which the server number {@code asker} of this node asked. */
    void receive(final int asker, final ServerTable.Snapshot copy) {
        transfers.receive(asker, copy);
        progress();
    }

    // ---- what it is told

    @Override
    public boolean isFeedFull() {
        return feed.isFull();
    }

    @Override
    public void onVerdict(final long call, final long seqno, final long dependsOn, final boolean commit, final long conflict) {
        feed.verdict(call, seqno, dependsOn, commit);
    }

    @Override
    public void onWriteSet(final long seqno, final long dependsOn, final int flags, final boolean certified, final UUID origin,
        final long trxId, final long connectionId, final long dataLength, final DirectBuffer data, final int offset, final int length) {
        feed.writeSet(seqno, dependsOn, flags, certified, origin, trxId, dataLength, data, offset, length);
    }

    @Override
    public void onWriteSetPart(final DirectBuffer data, final int offset, final int length) {
        feed.part(data, offset, length);
    }

    @Override
    public void onSkip(final long seqno) {
        feed.skip(seqno);
    }

    @Override
    public void onView(final View view, final ViewUse use) {
        feed.view(view, use);
    }

    @Override
    public void onStateRequestNeeded() {
        transfers.isNeeded();
    }

    @Override
    public void onDonate(final Gtid at, final byte[] request, final boolean bypass) {
        transfers.donate(request, applier);
    }

    @Override
    public void onSynced() {
        process.tell("synced", table.seqno(), feed.given());
    }

    @Override
    public void onState(final NodeState newState, final String comment) {
        state = newState;
    }

    @Override
    public void onFragmentOrdered(final long call, final int number) {
        // All were given at once.
    }

    @Override
    public void onRejected(final long call, final RejectReason reason, final String text) {
        clients.rejected(call, reason, text);
    }

    @Override
    public void onSyncPoint(final long call, final long seqno) {
        reads.answered(call, seqno);
    }

    @Override
    public void onResult(final long call, final WsrepStatus status, final long value, final String text) {
        calls.remove(call);
        transfers.answered(call);
        operator.answered(call, status);
        process.tell("result-" + status + " " + text, call, value);
    }

    @Override
    public void onInconsistent(final String reason) {
        // Donors that fail one after the other, or one that runs and whose sidecar comes too late with another log: it ends.
        final boolean isTooLate = transfers.isResumed() && reason.contains("the server is running already");
        final boolean isForeign = transfers.refused(reason);
        Check.that(isTooLate || isForeign || reason.contains("could not give a snapshot"),
            "node " + process.number() + " may not go on: " + reason);
    }

    @Override
    public void onFinal() {
        process.tell("final", table.seqno(), feed.given());
        feed.ended();
    }
}

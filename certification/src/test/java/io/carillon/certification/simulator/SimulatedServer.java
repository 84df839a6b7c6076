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
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * One process of a server: its clients write rows that nobody else of them is writing, its applier takes its time, and
 * whatever it is told it holds against the {@link ReferenceOrder}.
 */
final class SimulatedServer implements ReplicatedApplication {
    private final NodeProcess process;
    private final ReferenceOrder order;
    private final NodeMarks marks;
    private final ServerTable table;
    private final Snapshots snapshots;
    private final ServerClients clients;
    private final UUID session;
    private final int feedMax;
    private final ServerTasks tasks;
    private final ServerApplier applier;
    /** Calls without an answer that are made again when there is another sidecar, by their number. */
    private final Map<Long, Runnable> calls = new LinkedHashMap<>();
    private final ExpandableArrayBuffer large = new ExpandableArrayBuffer();
    private long largeLength;
    private long largeLeft;
    private Runnable largeEnd;
    private long given;
    private boolean fed;
    private boolean primary;
    private boolean awaiting;
    /** It was fed by a sidecar before: it has engines open, and takes no snapshot. */
    private boolean isResumed;
    /** Null while its sidecar is dead. */
    private Replicator replicator;
    private NodeState state = NodeState.UNDEFINED;

    SimulatedServer(final NodeProcess process, final Replicator replicator, final ServerHost host, final UUID session) {
        this.process = process;
        this.replicator = replicator;
        this.session = session;
        order = host.order();
        marks = host.marks();
        table = host.table();
        snapshots = host.snapshots();
        feedMax = host.feedMax();
        tasks = new ServerTasks(process);
        applier = new ServerApplier(tasks, host.applyMean(), host.random(), this::progress);
        given = table.seqno();
        clients = new ServerClients(this, host, session);
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
        return new NodeSession(session, name, name, null, position(), fed ? given : -1, fed ? table.seqno() : -1, clients.awaited());
    }

    /** Its sidecar died while it lives. False when it does not get over that: it takes a snapshot. */
    boolean losesSidecar() {
        if (awaiting || !fed) {
            return false;
        }
        replicator = null;
        isResumed = true;
        state = NodeState.UNDEFINED;
        if (largeLeft > 0) {
            largeLeft = 0;
            given--; // the next one begins it anew
        }
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
        clients.askAgain();
        progress();
    }

    /** It is dead, or has ended. */
    void end() {
        tasks.end();
        replicator = null;
    }

    /** Makes {@code call}, now or as soon as there is a sidecar, until it is answered. */
    private void call(final long call, final Runnable made) {
        calls.put(call, made);
        if (replicator != null) {
            made.run();
        }
    }

    ServerClients clients() {
        return clients;
    }

    ServerTable table() {
        return table;
    }

    /** Tells whether clients may write. */
    boolean isOpen() {
        return fed && primary && replicator != null;
    }

    /** Tells whether it could be a donor. */
    boolean isInSync() {
        return replicator != null && state == NodeState.SYNCED;
    }

    /** What it still lacks to have everything, or null. */
    String unsettled() {
        if (replicator == null) {
            return "has no sidecar";
        }
        if (state != NodeState.SYNCED || !primary) {
            return "is " + state;
        }
        return table.seqno() == order.seqno() && applier.queued() == 0 ? null : "has committed " + table.seqno() + " of " + order.seqno();
    }

    // ---- the feed

    @Override
    public boolean isFeedFull() {
        final boolean isFull = applier.queued() >= feedMax;
        if (isFull) {
            marks.hit(NodeMark.FEED_FULL);
        }
        return isFull;
    }

    private void next(final long seqno) {
        Check.that(fed, "a server without a position is given nothing", seqno, given);
        Check.that(seqno == given + 1, "a server is fed without gap", seqno, given);
        given = seqno;
    }

    /** Every node comes to the decision that the rules give, and to the same dependency beyond what it has committed. */
    private void compare(final long seqno, final boolean commits, final long dependsOn) {
        final ReferenceOrder.Step expected = order.at(seqno);
        Check.that(expected.writes(), "a write set is one", seqno, 0);
        Check.that(expected.commits() == commits, "the decision is that of the rules (seqno, whether it commits here)", seqno,
            commits ? 1 : 0);
        final long done = table.seqno();
        if (commits && Math.max(done, dependsOn) != Math.max(done, expected.dependsOn())) {
            throw new IllegalStateException("the dependency is that of the rules: " + seqno + " depends on " + dependsOn + ", it must on "
                + expected.dependsOn() + "; committed here is " + done);
        }
        Check.that(dependsOn < seqno, "a write set waits for earlier ones", dependsOn, seqno);
    }

    @Override
    public void onVerdict(final long call, final long seqno, final long dependsOn, final boolean commit, final long conflict) {
        next(seqno);
        compare(seqno, commit, dependsOn);
        final ReferenceOrder.Step expected = order.at(seqno);
        Check.that(session.equals(expected.session()) && call == expected.call(), "a verdict is that of the call", call, expected.call());
        clients.answered(call);
        applier.add(new ServerApplier.Item() {
            @Override
            public void apply() {
                table.commit(seqno, commit, call, expected.rows());
                clients.decided(call, seqno, commit);
            }

            @Override
            public void drop() {
                clients.lost(call);
            }
        });
    }

    @Override
    public void onWriteSet(final long seqno, final long dependsOn, final int flags, final boolean certified, final UUID origin,
        final long trxId, final long connectionId, final long dataLength, final DirectBuffer data, final int offset, final int length) {
        next(seqno);
        compare(seqno, certified, dependsOn);
        Check.that(origin.equals(order.at(seqno).session()), "a write set is its origin's", seqno, trxId);
        if (!certified) {
            applier.add(() -> table.commit(seqno, false, trxId, new int[0]));
        } else if (length == dataLength) {
            commitLater(seqno, trxId, data, offset);
        } else {
            largeLength = 0;
            largeLeft = dataLength;
            largeEnd = () -> commitLater(seqno, trxId, large, 0);
        }
    }

    private void commitLater(final long seqno, final long call, final DirectBuffer data, final int offset) {
        final int[] rows = new int[RowData.count(data, offset)];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = RowData.row(data, offset, i);
            final long read = RowData.version(data, offset, i);
            final int row = rows[i];
            Check.that(read < seqno, "a writer read what was before", read, row);
        }
        applier.add(() -> table.commit(seqno, true, call, rows));
    }

    @Override
    public void onWriteSetPart(final DirectBuffer data, final int offset, final int length) {
        large.putBytes((int) largeLength, data, offset, length);
        largeLength += length;
        largeLeft -= length;
        if (largeLeft == 0) {
            largeEnd.run();
        }
    }

    @Override
    public void onSkip(final long seqno) {
        next(seqno);
        applier.add(() -> table.commit(seqno, true, 0, new int[0]));
    }

    @Override
    public void onView(final View view, final ViewUse use) {
        process.tell("view-" + view.status() + "-" + use, view.stateId().seqno(), view.members().size());
        primary = view.status() == View.Status.PRIMARY;
        if (use == ViewUse.SYNTHETIC) {
            marks.hit(NodeMark.FED_FROM_LOG);
            begin(table.seqno());
        } else if (primary && (use == ViewUse.CHANGE || use == ViewUse.CONNECTED)) {
            final long seqno = view.stateId().seqno();
            if (use == ViewUse.CONNECTED) {
                connected(view.stateId());
            }
            next(seqno);
            applier.add(() -> table.commit(seqno, true, 0, new int[0]));
        }
    }

    private void connected(final Gtid at) {
        if (table.history() == null) {
            table.create(at.uuid());
            // The first views of a history may have been given up before they were told.
            for (long seqno = 1; seqno < at.seqno(); seqno++) {
                Check.that(!order.at(seqno).writes(), "only a new history begins without data", seqno, at.seqno());
                table.commit(seqno, true, 0, new int[0]);
            }
        }
        begin(at.seqno() - 1);
    }

    /** It is fed from now on, behind {@code seqno}. */
    private void begin(final long seqno) {
        Check.that(applier.queued() == 0 || fed, "nothing was given before the position", applier.queued(), seqno);
        given = fed ? given : seqno;
        fed = true;
    }

    // ---- the applier

    /** The server ends in order: it commits what it was given. */
    void drain() {
        applier.drain();
    }

    private void progress() {
        if (replicator != null && fed) {
            replicator.progress(table.seqno(), applier.queued());
        }
    }

    // ---- snapshots

    @Override
    public void onStateRequestNeeded() {
        if (isResumed) {
            replicator.stateRequest(0, new byte[0], position());
            return;
        }
        table.spoil();
        fed = false;
        awaiting = true;
        applier.drop();
        replicator.stateRequest(0, String.valueOf(process.number()).getBytes(StandardCharsets.UTF_8), Gtid.UNDEFINED);
    }

    @Override
    public void onDonate(final Gtid at, final byte[] request, final boolean bypass) {
        final int joiner = Integer.parseInt(new String(request, StandardCharsets.UTF_8));
        applier.add(() -> snapshots.donate(joiner, table.snapshot(), this, code -> {
            final long call = clients.newCall();
            final Gtid now = position();
            call(call, () -> replicator.snapshotSent(call, now, code));
        }));
    }

    /** Tells whether it takes a copy now. */
    boolean isAwaiting() {
        return awaiting;
    }

    /** A donor's copy arrives. */
    void receive(final ServerTable.Snapshot copy) {
        awaiting = false;
        marks.hit(NodeMark.SNAPSHOT_TAKEN);
        table.restore(copy);
        given = table.seqno();
        fed = true;
        replicator.snapshotReceived(clients.newCall(), position(), 0);
        progress();
    }

    // ---- answers

    @Override
    public void onSynced() {
        process.tell("synced", table.seqno(), given);
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
        clients.rejected(call, reason);
    }

    @Override
    public void onSyncPoint(final long call, final long seqno) {
        clients.readAnswered(call, seqno);
    }

    @Override
    public void onResult(final long call, final WsrepStatus status, final long value, final String text) {
        calls.remove(call);
        process.tell("result-" + status + " " + text, call, value);
    }

    @Override
    public void onInconsistent(final String reason) {
        // Donors that fail one after the other, or one that runs and whose sidecar comes too late with another log: it ends.
        final boolean isTooLate = isResumed && reason.contains("the server is running already");
        Check.that(isTooLate || reason.contains("could not give a snapshot"), "node " + process.number() + " may not go on: " + reason);
    }

    @Override
    public void onFinal() {
        process.tell("final", table.seqno(), given);
        primary = false;
    }
}

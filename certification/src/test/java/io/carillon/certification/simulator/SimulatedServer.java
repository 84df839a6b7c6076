// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.replicator.Replicator;
import io.carillon.group.Check;
import io.carillon.group.simulator.NodeProcess;
import io.carillon.group.simulator.Xoshiro256;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WsrepStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * One process of a server: its clients write rows that nobody else of them is writing, its applier takes its time, and
 * whatever it is told it holds against the {@link ReferenceOrder}.
 */
final class SimulatedServer implements ReplicatedApplication {
    /** Something that has its turn once everything before it is committed. */
    private interface Item {
        void apply();

        /** Its turn will not come: the server's data is replaced. */
        default void drop() {
        }
    }

    private final NodeProcess process;
    private final Replicator replicator;
    private final ReferenceOrder order;
    private final NodeMarks marks;
    private final ServerTable table;
    private final Snapshots snapshots;
    private final ServerClients clients;
    private final Xoshiro256 random;
    private final UUID session;
    private final long applyMean;
    private final int feedMax;
    private final ArrayDeque<Item> queue = new ArrayDeque<>();
    private final ExpandableArrayBuffer large = new ExpandableArrayBuffer();
    private long largeLength;
    private long largeLeft;
    private Runnable largeEnd;
    private long given;
    private boolean fed;
    private boolean primary;
    private boolean applying;
    private boolean awaiting;
    private NodeState state = NodeState.UNDEFINED;

    SimulatedServer(final NodeProcess process, final Replicator replicator, final ServerHost host, final UUID session) {
        this.process = process;
        this.replicator = replicator;
        this.session = session;
        order = host.order();
        marks = host.marks();
        table = host.table();
        snapshots = host.snapshots();
        random = host.random();
        applyMean = host.applyMean();
        feedMax = host.feedMax();
        given = table.seqno();
        clients = new ServerClients(this, replicator, host, session);
    }

    UUID session() {
        return session;
    }

    Gtid position() {
        return table.history() == null ? Gtid.UNDEFINED : new Gtid(table.history(), table.seqno());
    }

    /** Runs {@code task} in this process, {@code delayNs} from now. */
    void later(final long delayNs, final Runnable task) {
        process.later(delayNs, task);
    }

    ServerClients clients() {
        return clients;
    }

    ServerTable table() {
        return table;
    }

    /** Tells whether clients may write. */
    boolean isOpen() {
        return fed && primary;
    }

    /** What it still lacks to have everything, or null. */
    String unsettled() {
        if (state != NodeState.SYNCED || !primary) {
            return "is " + state;
        }
        return table.seqno() == order.seqno() && queue.isEmpty() ? null : "has committed " + table.seqno() + " of " + order.seqno();
    }

    // ---- the feed

    @Override
    public boolean isFeedFull() {
        if (queue.size() >= feedMax) {
            marks.hit(NodeMark.FEED_FULL);
        }
        return queue.size() >= feedMax;
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
        queue(new Item() {
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
            queue(() -> table.commit(seqno, false, trxId, new int[0]));
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
        queue(() -> table.commit(seqno, true, call, rows));
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
        queue(() -> table.commit(seqno, true, 0, new int[0]));
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
            queue(() -> table.commit(seqno, true, 0, new int[0]));
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
        Check.that(queue.isEmpty() || fed, "nothing was given before the position", queue.size(), seqno);
        given = fed ? given : seqno;
        fed = true;
    }

    // ---- the applier

    private void queue(final Item item) {
        queue.add(item);
        if (applyMean == 0) {
            applyAll();
        } else if (!applying) {
            applying = true;
            process.later(random.exponential(applyMean), this::applyOne);
        }
    }

    private void applyOne() {
        applying = false;
        if (!queue.isEmpty()) {
            queue.poll().apply();
            progress();
        }
        if (!queue.isEmpty() && !applying) {
            applying = true;
            process.later(random.exponential(applyMean), this::applyOne);
        }
    }

    private void applyAll() {
        if (!applying) {
            applying = true;
            while (!queue.isEmpty()) {
                queue.poll().apply();
                progress();
            }
            applying = false;
        }
    }

    /** The server ends in order: it commits what it was given. */
    void drain() {
        applying = true;
        while (!queue.isEmpty()) {
            queue.poll().apply();
        }
    }

    private void progress() {
        replicator.progress(table.seqno(), queue.size());
    }

    // ---- snapshots

    @Override
    public void onStateRequestNeeded() {
        table.spoil();
        fed = false;
        awaiting = true;
        queue.forEach(Item::drop);
        queue.clear();
        replicator.stateRequest(0, String.valueOf(process.number()).getBytes(StandardCharsets.UTF_8), Gtid.UNDEFINED);
    }

    @Override
    public void onDonate(final Gtid at, final byte[] request, final boolean bypass) {
        final int joiner = Integer.parseInt(new String(request, StandardCharsets.UTF_8));
        queue(() -> snapshots.donate(joiner, table.snapshot(), process, code ->
            replicator.snapshotSent(clients.newCall(), position(), code)));
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
        process.tell("result-" + status + " " + text, call, value);
    }

    @Override
    public void onInconsistent(final String reason) {
        // Donors that fail one after the other are the only reason to give up.
        Check.that(reason.contains("could not give a snapshot"), "node " + process.number() + " may not go on: " + reason);
    }

    @Override
    public void onFinal() {
        process.tell("final", table.seqno(), given);
        primary = false;
    }
}

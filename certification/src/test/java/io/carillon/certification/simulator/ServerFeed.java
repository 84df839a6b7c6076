// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.Check;
import io.carillon.group.simulator.NodeProcess;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.ReplicatedApplication.ViewUse;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WriteSetFlags;
import java.util.UUID;
import org.agrona.DirectBuffer;

/** What a server is given, in one order: each thing is held against the {@link ReferenceOrder}, and goes to the applier. */
final class ServerFeed {
    private static final int[] NO_ROWS = new int[0];

    private final NodeProcess process;
    private final ReferenceOrder order;
    private final NodeMarks marks;
    private final ServerTable table;
    private final UUID session;
    private final int feedMax;
    private final ServerApplier applier;
    private final ServerClients clients;
    private final LargeData large = new LargeData();
    private long given;
    private boolean isFed;
    private boolean isPrimary;

    ServerFeed(final NodeProcess process, final ServerHost host, final UUID session, final ServerApplier applier,
        final ServerClients clients) {
        this.process = process;
        this.session = session;
        this.applier = applier;
        this.clients = clients;
        order = host.nodes().order();
        marks = host.nodes().marks();
        table = host.table();
        feedMax = host.feedMax();
        given = table.seqno();
    }

    /** Tells whether it has a position from which it is fed. */
    boolean isFed() {
        return isFed;
    }

    /** Tells whether it is in a primary view, and fed. */
    boolean isPrimary() {
        return isFed && isPrimary;
    }

    /** Last seqno given, or -1 before it is fed. */
    long given() {
        return isFed ? given : -1;
    }

    boolean isFull() {
        final boolean isFull = applier.queued() >= feedMax;
        if (isFull) {
            marks.hit(NodeMark.FEED_FULL);
        }
        return isFull;
    }

    /** Its sidecar is dead: what it has only the beginning of the next one begins anew. */
    void lostSidecar() {
        given -= large.abandon() ? 1 : 0;
    }

    /** It left the group. */
    void ended() {
        isPrimary = false;
    }

    /** Its data is to be replaced: what it was given is of no use any more. */
    void stops() {
        isFed = false;
        applier.drop();
    }

    /** Its data is what a snapshot brought. */
    void goesOn() {
        given = table.seqno();
        isFed = true;
    }

    private void next(final long seqno) {
        Check.that(isFed, "a server without a position is given nothing", seqno, given);
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

    void verdict(final long call, final long seqno, final long dependsOn, final boolean commit) {
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

    void writeSet(final long seqno, final long dependsOn, final int flags, final boolean certified, final UUID origin, final long trxId,
        final long dataLength, final DirectBuffer data, final int offset, final int length) {
        next(seqno);
        compare(seqno, certified, dependsOn);
        final ReferenceOrder.Step expected = order.at(seqno);
        Check.that(origin.equals(expected.session()), "a write set is its origin's", seqno, trxId);
        if (!certified) {
            applier.add(() -> table.commit(seqno, false, trxId, NO_ROWS));
            return;
        }
        final boolean isIsolated = (flags & WriteSetFlags.ISOLATION) != 0;
        Check.that(isIsolated == expected.isolated(), "a server is told what it executes in isolation (seqno, flags)", seqno, flags);
        if (length == dataLength) {
            commitLater(seqno, trxId, data, offset);
        } else {
            large.begin(dataLength, () -> commitLater(seqno, trxId, large.bytes(), 0));
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

    void part(final DirectBuffer data, final int offset, final int length) {
        large.add(data, offset, length);
    }

    void skip(final long seqno) {
        next(seqno);
        applier.add(() -> table.commit(seqno, true, 0, NO_ROWS));
    }

    void view(final View view, final ViewUse use) {
        process.tell("view-" + view.status() + "-" + use, view.stateId().seqno(), view.members().size());
        isPrimary = view.status() == View.Status.PRIMARY;
        if (use == ViewUse.SYNTHETIC) {
            marks.hit(NodeMark.FED_FROM_LOG);
            begin(table.seqno());
        } else if (isPrimary && (use == ViewUse.CHANGE || use == ViewUse.CONNECTED)) {
            if (use == ViewUse.CONNECTED) {
                connected(view.stateId());
            }
            skip(view.stateId().seqno());
        }
    }

    private void connected(final Gtid at) {
        if (table.history() == null) {
            table.create(at.uuid());
            // The first views of a history may have been given up before they were told.
            for (long seqno = 1; seqno < at.seqno(); seqno++) {
                Check.that(!order.at(seqno).writes(), "only a new history begins without data", seqno, at.seqno());
                table.commit(seqno, true, 0, NO_ROWS);
            }
        }
        begin(at.seqno() - 1);
    }

    /** It is fed from now on, behind {@code seqno}. */
    private void begin(final long seqno) {
        Check.that(applier.queued() == 0 || isFed, "nothing was given before the position", applier.queued(), seqno);
        given = isFed ? given : seqno;
        isFed = true;
    }
}

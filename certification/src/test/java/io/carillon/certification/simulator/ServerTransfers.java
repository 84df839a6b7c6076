// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.NodeProcess;
import io.carillon.wsrep.Gtid;
import java.nio.charset.StandardCharsets;

/** A server's part in snapshots: it asks for one and takes it, or gives others a copy. */
final class ServerTransfers {
    private final SimulatedServer server;
    private final ServerHost host;
    private final ServerFeed feed;
    private final ServerTable table;
    private final Snapshots snapshots;
    private final NodeMarks marks;
    private final int number;
    private boolean isAwaiting;
    /** It was fed by a sidecar before: it has engines open, and takes no snapshot. */
    private boolean isResumed;

    ServerTransfers(final NodeProcess process, final SimulatedServer server, final ServerHost host, final ServerFeed feed) {
        this.server = server;
        this.host = host;
        this.feed = feed;
        table = host.table();
        snapshots = host.nodes().snapshots();
        marks = host.nodes().marks();
        number = process.number();
    }

    /** Tells whether it takes a copy now. */
    boolean isAwaiting() {
        return isAwaiting;
    }

    boolean isResumed() {
        return isResumed;
    }

    void lostSidecar() {
        isResumed = true;
    }

    /** The group says that it needs a snapshot. */
    void isNeeded() {
        if (isResumed) {
            server.replicator().stateRequest(0, new byte[0], server.position());
            return;
        }
        table.spoil();
        feed.stops();
        isAwaiting = true;
        server.replicator().stateRequest(0, String.valueOf(number).getBytes(StandardCharsets.UTF_8), Gtid.UNDEFINED);
    }

    /** It gives whoever made {@code request} a copy, as soon as it has applied what it was given. */
    void donate(final byte[] request, final ServerApplier applier) {
        final int joiner = Integer.parseInt(new String(request, StandardCharsets.UTF_8));
        host.tell("donate", joiner);
        applier.add(() -> snapshots.donate(joiner, table.snapshot(), server, code -> {
            final long call = server.clients().newCall();
            final Gtid now = server.position();
            server.call(call, () -> server.replicator().snapshotSent(call, now, code));
        }));
    }

    /** A donor's copy arrives. */
    void receive(final ServerTable.Snapshot copy) {
        isAwaiting = false;
        marks.hit(NodeMark.SNAPSHOT_TAKEN);
        table.restore(copy);
        feed.goesOn();
        server.replicator().snapshotReceived(server.clients().newCall(), server.position(), 0);
    }
}

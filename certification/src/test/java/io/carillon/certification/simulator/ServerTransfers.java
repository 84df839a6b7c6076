// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.Check;
import io.carillon.group.simulator.NodeProcess;
import io.carillon.wsrep.Gtid;

/** A server's part in snapshots: it asks for one and takes it, or gives others a copy. */
final class ServerTransfers {
    /** A request is one byte, so that it takes as long on its way as it always did: the server's number of 16, and its node's. */
    private static final int NODE_BITS = 4;
    private static final int NODE_MASK = 15;

    private final SimulatedServer server;
    private final ServerHost host;
    private final ServerFeed feed;
    private final ServerTable table;
    private final Snapshots snapshots;
    private final NodeMarks marks;
    private final int number;
    private final int asking;
    private boolean isAwaiting;
    /** It was fed by a sidecar before: it has engines open, and takes no snapshot. */
    private boolean isResumed;
    /** It was brought what the server before it had asked for. */
    private boolean isForeign;
    /** How often it was asked for a copy. */
    private long donations;
    /** The last of them is on its way. */
    private boolean isCopying;
    /** No sidecar has answered how that ended. */
    private boolean gives;
    /** With this call it says how that ended. */
    private long sent;

    ServerTransfers(final NodeProcess process, final SimulatedServer server, final ServerHost host, final ServerFeed feed) {
        this.server = server;
        this.host = host;
        this.feed = feed;
        table = host.table();
        snapshots = host.nodes().snapshots();
        marks = host.nodes().marks();
        number = process.number();
        asking = host.servers() & NODE_MASK;
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

    /** Tells whether it gives a copy, as a new sidecar is to know. */
    boolean gives() {
        return gives && host.nodes().bug() != NodeBug.DONATION_FORGOTTEN;
    }

    /** A call was answered. */
    void answered(final long call) {
        gives &= call != sent;
    }

    /** Tells whether {@code reason} is that another donor may have written into the same files: they are of no use then. */
    boolean refused(final String reason) {
        final boolean isLate = isForeign && reason.contains("that the server before this one had asked");
        if (!isLate && !reason.contains("both write into the same files")) {
            return false;
        }
        isAwaiting = false;
        table.spoil();
        feed.stops();
        return true;
    }

    /** The group says that it needs a snapshot. */
    void isNeeded() {
        if (isResumed) {
            server.replicator().stateRequest(0, new byte[0], server.position());
            return;
        }
        table.spoil();
        feed.stops();
        forsake();
        isAwaiting = true;
        server.replicator().stateRequest(0, new byte[] {(byte) (asking << NODE_BITS | number)}, Gtid.UNDEFINED);
    }

    /** It gives whoever made {@code request} a copy, as soon as it has applied what it was given. */
    void donate(final byte[] request, final ServerApplier applier) {
        final int joiner = request[0] & NODE_MASK;
        final int asker = request[0] >> NODE_BITS & NODE_MASK;
        host.tell("donate", joiner);
        Check.that(!isCopying, "a server that gives a copy is asked for no other", joiner, donations);
        final long donation = ++donations;
        isCopying = true;
        gives = true;
        sent = 0;
        applier.add(() -> snapshots.donate(number, joiner, asker, table.snapshot(), server, code -> {
            if (donation == donations) {
                donated(code);
            }
        }));
    }

    private void donated(final int code) {
        isCopying = false;
        final long call = server.clients().newCall();
        final Gtid now = server.position();
        sent = call;
        server.call(call, () -> server.replicator().snapshotSent(call, now, code));
    }

    /** Its data is replaced: what it gave of it is over, as it is when a server starts over for that. */
    private void forsake() {
        donations++;
        isCopying = false;
        gives = false;
    }

    /** A donor's copy arrives, for which server number {@code asker} of this node asked: it has the same address, whoever runs there. */
    void receive(final int asker, final ServerTable.Snapshot copy) {
        isAwaiting = false;
        isForeign = asker != asking;
        marks.hit(NodeMark.SNAPSHOT_TAKEN);
        table.restore(copy);
        feed.goesOn();
        server.replicator().snapshotReceived(server.clients().newCall(), server.position(), 0);
    }
}

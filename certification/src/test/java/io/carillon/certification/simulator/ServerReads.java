// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.Check;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Causal reads of one server's clients. */
final class ServerReads {
    private final SimulatedServer server;
    private final ReferenceOrder order;
    private final NodeMarks marks;
    /** By call: what every client of all servers had been told of when it was asked. */
    private final Map<Long, Long> reads = new LinkedHashMap<>();

    ServerReads(final SimulatedServer server, final ServerHost host) {
        this.server = server;
        order = host.nodes().order();
        marks = host.nodes().marks();
    }

    /** A client wants to read what every client was told of so far. */
    void read() {
        if (server.isOpen()) {
            final long call = server.clients().newCall();
            reads.put(call, order.acknowledged());
            server.replicator().syncPoint(call);
        }
    }

    /** There is another sidecar, which has heard of no read. */
    void askAgain() {
        for (final long call : List.copyOf(reads.keySet())) {
            server.replicator().syncPoint(call);
        }
    }

    void answered(final long call, final long seqno) {
        final Long asked = reads.remove(call);
        Check.that(asked != null, "a read is answered once", call, seqno);
        marks.hit(seqno < 0 ? NodeMark.READ_REFUSED : NodeMark.READ_ANSWERED);
        Check.that(seqno < 0 || seqno >= asked, "a read sees what was acknowledged before it was asked for", seqno, asked);
    }
}

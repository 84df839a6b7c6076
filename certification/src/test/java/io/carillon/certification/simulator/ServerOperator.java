// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.Xoshiro256;
import io.carillon.wsrep.WsrepStatus;

/** Who does to a server what is no write of rows: statements in total order isolation, desync and resync. */
final class ServerOperator {
    private static final long AGAIN_NS = 100_000_000L;

    private final SimulatedServer server;
    private final ServerHost host;
    private final Operations operations;
    /** Call that waits for its answer, or -1. */
    private long open = -1;
    private boolean isDesynced;

    ServerOperator(final SimulatedServer server, final ServerHost host) {
        this.server = server;
        this.host = host;
        operations = host.operations();
        if (operations.happen() && !host.isHealed()) {
            server.later(operations.nextNs(), this::act);
        }
    }

    private void act() {
        if (host.isHealed() && !isDesynced && open < 0) {
            return;
        }
        final Xoshiro256 random = operations.random();
        if (isDesynced && (host.isHealed() || random.chance(0.5))) {
            desync(false);
        } else if (!host.isHealed() && random.chance(0.25)) {
            desync(true);
        } else if (!host.isHealed()) {
            server.clients().writeIsolated(random);
        }
        server.later(host.isHealed() ? AGAIN_NS : operations.nextNs(), this::act);
    }

    private void desync(final boolean on) {
        if (open < 0 && server.isOpen() && on != isDesynced) {
            open = server.clients().newCall();
            final long call = open;
            host.tell(on ? "desync" : "resync", call);
            server.call(call, () -> server.replicator().desync(call, on));
        }
    }

    /** The answer to a call that may be its own. */
    void answered(final long call, final WsrepStatus status) {
        if (call != open) {
            return;
        }
        open = -1;
        if (status == WsrepStatus.OK) {
            isDesynced = !isDesynced;
            host.nodes().marks().hit(isDesynced ? NodeMark.DESYNCED : NodeMark.RESYNCED);
        }
    }
}

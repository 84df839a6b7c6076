// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.certification.replicator.GroupUrl;
import io.carillon.certification.replicator.Replicator;
import io.carillon.group.transport.tls.TlsException;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.ReplicationEngine;
import io.carillon.wsrep.WsrepStatus;
import io.carillon.wsrep.options.OptionException;
import java.util.StringJoiner;
import org.agrona.DirectBuffer;

/** The replicator with the node's options in front of it: those in the group's address take effect before it is joined. */
final class OptionedEngine implements ReplicationEngine {
    /** No provider numbers a call so: nobody waits for the answer. */
    private static final long AGAIN = -1;

    private final Node node;
    private final Replicator replicator;
    private final ResultSink results;

    /** Answers a call that does not reach the replicator. */
    @FunctionalInterface
    interface ResultSink {
        void result(long call, WsrepStatus status, String text);
    }

    OptionedEngine(final Node node, final ResultSink results) {
        this.node = node;
        this.replicator = node.replicator();
        this.results = results;
    }

    @Override
    public void connect(final long call, final String clusterName, final String url, final String donor, final boolean bootstrap) {
        final String addresses;
        try {
            final StringJoiner options = new StringJoiner(";");
            GroupUrl.parse(url, 0).options().forEach((name, value) -> options.add(name + "=" + value.replace(";", "\\;")));
            if (options.length() > 0) {
                node.settings().take(options.toString());
            }
            node.configure();
            // As Galera: who is named without a port listens on the port that this node would take.
            addresses = GroupUrl.parse(url, (int) node.settings().options().integer("base_port")).withoutOptions();
            node.settings().connect();
        } catch (final OptionException | TlsException | IllegalArgumentException e) {
            results.result(call, WsrepStatus.NODE_FAIL, e.getMessage());
            return;
        }
        replicator.connect(call, clusterName, addresses, donor, bootstrap);
    }

    @Override
    public void reconnect(final String clusterName, final String url, final String donor) {
        if (!replicator.isFed()) {
            connect(AGAIN, clusterName, url, donor, false);
        }
    }

    @Override
    public void setOptions(final long call, final String text) {
        try {
            node.change(text);
            results.result(call, WsrepStatus.OK, node.settings().options().toString());
        } catch (final OptionException e) {
            results.result(call, e.kind() == OptionException.Kind.UNKNOWN ? WsrepStatus.WARNING : WsrepStatus.NODE_FAIL, e.getMessage());
        } catch (final TlsException e) {
            results.result(call, WsrepStatus.NODE_FAIL, e.getMessage() + "; what was read before stays in force");
        }
    }

    @Override
    public void disconnect(final long call) {
        replicator.disconnect(call);
    }

    @Override
    public void certify(final long call, final DirectBuffer writeSet, final int offset, final int length) {
        replicator.certify(call, writeSet, offset, length);
    }

    @Override
    public void fragment(final long call, final int number, final DirectBuffer bytes, final int offset, final int length) {
        replicator.fragment(call, number, bytes, offset, length);
    }

    @Override
    public void withdraw(final long call) {
        replicator.withdraw(call);
    }

    @Override
    public void revoke(final long call) {
        replicator.revoke(call);
    }

    @Override
    public void progress(final long released, final int queueLength) {
        replicator.progress(released, queueLength);
    }

    @Override
    public void syncPoint(final long call) {
        replicator.syncPoint(call);
    }

    @Override
    public void stateRequest(final int code, final byte[] request, final Gtid position) {
        replicator.stateRequest(code, request, position);
    }

    @Override
    public void snapshotReceived(final long call, final Gtid position, final int code) {
        replicator.snapshotReceived(call, position, code);
    }

    @Override
    public void snapshotSent(final long call, final Gtid position, final int code) {
        replicator.snapshotSent(call, position, code);
    }

    @Override
    public void desync(final long call, final boolean desync) {
        replicator.desync(call, desync);
    }

    @Override
    public void vote(final long seqno, final long hash, final String error) {
        replicator.vote(seqno, hash, error);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.certification.replicator.StatusSink;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.tls.TlsException;
import io.carillon.mysql.ipc.Hello;
import io.carillon.mysql.ipc.PeerAdmission;
import io.carillon.mysql.ipc.SessionHost;
import io.carillon.mysql.ipc.SessionRefusedException;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.ReplicationEngine;
import io.carillon.wsrep.WsrepStatus;
import io.carillon.wsrep.options.OptionException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Makes the node when its server first says what it wants, and gives it to every later session of that server.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
final class NodeHost implements SessionHost {
    private final EngineLoop loop;
    private final Path directory;
    private final String ownOptions;
    private final Consumer<String> failed;
    private final PeerAdmission peers;
    private Node node;

    NodeHost(final EngineLoop loop, final Path directory, final String ownOptions, final Consumer<String> failed) {
        this.loop = loop;
        this.directory = directory;
        this.ownOptions = ownOptions;
        this.failed = failed;
        peers = new PeerAdmission(loop::schedule);
    }

    /** The node, or null before the first session. */
    Node node() {
        return node;
    }

    @Override
    public Attachment attach(final Hello hello, final ReplicatedApplication application, final AllowList allowList)
        throws SessionRefusedException {
        try {
            final NodeSettings settings = NodeSettings.of(hello, ownOptions);
            if (node == null) {
                LoggingSetup.debug(settings.options().bool("debug"));
                node = Node.open(loop, directory, settings, failed);
                node.group().admission(peers);
            }
            node.attach(hello, application);
            peers.attach(allowList);
            return new Session(node, peers, application);
        } catch (final OptionException | TlsException | IllegalArgumentException | UncheckedIOException e) {
            throw new SessionRefusedException(WsrepStatus.NODE_FAIL, e.getMessage(), e);
        }
    }

    void close() {
        if (node != null) {
            node.close();
            node = null;
        }
    }

    /** The node as one session uses it. */
    private static final class Session implements Attachment {
        private final Node node;
        private final PeerAdmission peers;
        private final ReplicationEngine engine;

        Session(final Node node, final PeerAdmission peers, final ReplicatedApplication application) {
            this.node = node;
            this.peers = peers;
            engine = new OptionedEngine(node, (call, status, text) -> application.onResult(call, status, 0, text));
        }

        @Override
        public ReplicationEngine engine() {
            return engine;
        }

        @Override
        public String options() {
            return node.settings().options().toString();
        }

        @Override
        public String version() {
            return Version.text();
        }

        @Override
        public void status(final StatusSink into) {
            node.status(into);
        }

        @Override
        public void pause(final boolean on) {
            // The feed goes on: the server's own threads stand still.
        }

        @Override
        public void isolate(final int mode) {
            node.group().isolate(mode);
        }

        @Override
        public void resetStatus() {
            node.replicator().resetStatus();
        }

        @Override
        public void peerAnswered(final long number, final boolean admitted) {
            peers.answered(number, admitted);
        }

        @Override
        public void detach() {
            peers.detach();
            node.detach();
        }
    }
}

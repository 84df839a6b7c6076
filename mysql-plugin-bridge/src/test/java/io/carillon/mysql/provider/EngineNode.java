// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import io.carillon.certification.log.Durability;
import io.carillon.certification.log.LogConfig;
import io.carillon.certification.log.NodeDirectory;
import io.carillon.certification.log.NodeStateFile;
import io.carillon.certification.log.VerdictFile;
import io.carillon.certification.log.WriteSetLog;
import io.carillon.certification.replicator.NodeSession;
import io.carillon.certification.replicator.Replicator;
import io.carillon.certification.replicator.ReplicatorConfig;
import io.carillon.certification.replicator.StatusSink;
import io.carillon.group.node.GroupNode;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.LoopTimer;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import io.carillon.mysql.ipc.Hello;
import io.carillon.mysql.ipc.PeerAdmission;
import io.carillon.mysql.ipc.ProviderServer;
import io.carillon.mysql.ipc.ProviderSession;
import io.carillon.mysql.ipc.SessionHost;
import io.carillon.mysql.ipc.SessionListener;
import io.carillon.mysql.ipc.SessionRefusedException;
import io.carillon.sst.SegmentDonorChoice;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.ReplicationEngine;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A sidecar without its process: session, replicator, ring over loopback and log on disk, all real. It can be killed
 * and started again on the same directory.
 */
final class EngineNode implements SessionHost, SessionHost.Attachment, SessionListener {
    private static final ReplicatorConfig CONFIG = ReplicatorConfig.defaults();

    final Path socket;
    private final String name;
    private final Path directory;
    private final int port;
    /** What went wrong in the engine. */
    final LinkedBlockingQueue<String> failures = new LinkedBlockingQueue<>();
    private EngineLoop loop;
    private ProviderServer server;
    private NodeDirectory home;
    private WriteSetLog log;
    private NodeStateFile state;
    private VerdictFile verdicts;
    private GroupNode group;
    private Replicator replicator;
    private PeerAdmission peers;
    private Runnable passEnd;
    private ProviderSession session;
    private int sessions;

    EngineNode(final String name, final Path directory, final int port) {
        this.name = name;
        this.directory = directory;
        this.port = port;
        socket = directory.resolveSibling(name + ".sock");
    }

    String address() {
        return "gcomm://127.0.0.1:" + port;
    }

    EngineNode start() throws Exception {
        loop = EngineLoop.start(name);
        onLoop(this::build);
        server = new ProviderServer(loop.eventLoop(), loop.allocator(), loop::afterPass, socket, this, this);
        server.open();
        return this;
    }

    private void build() {
        home = NodeDirectory.open(directory);
        log = WriteSetLog.open(home, LogConfig.defaults(Durability.OS), loop::execute);
        state = NodeStateFile.open(home, Durability.OS, log, loop::execute);
        verdicts = VerdictFile.open(home);
        final TransportConfig transport = TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", port));
        group = new GroupNode(loop, RingConfig.defaults(name), transport, log, state, failures::add);
        replicator = new Replicator(CONFIG, Configuration::viewOf, new SegmentDonorChoice(), log::purge, loop::nowNs);
        replicator.verdictFile(verdicts);
        replicator.waitingDirectory(directory);
        replicator.group(group);
        group.listener(replicator.groupListener());
        peers = new PeerAdmission(loop::schedule);
        group.admission(peers);
        final LoopTimer timer = loop.timer(() -> replicator.onTimer(loop.nowNs()));
        passEnd = () -> timer.deadline(replicator.nextDeadlineNs());
        loop.onPassEnd(passEnd);
    }

    private void onLoop(final Runnable action) throws Exception {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (final RuntimeException | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        done.get();
    }

    /** The connection breaks; returns when the server has another one. */
    void breakConnection() throws Exception {
        final int before = sessions;
        onLoop(() -> session.end("broken by the test"));
        synchronized (this) {
            while (sessions == before) {
                wait();
            }
        }
    }

    /** Dies without a word to anybody. */
    void kill() throws Exception {
        onLoop(() -> {
            loop.removePassEnd(passEnd);
            group.abandon();
            server.close();
            log.close();
            state.close();
            verdicts.close();
            home.close();
        });
        loop.close();
    }

    // ---- SessionHost and its attachment: one server, one engine

    @Override
    public Attachment attach(final Hello hello, final ReplicatedApplication application, final AllowList allowList) {
        peers.attach(allowList);
        replicator.attach(new NodeSession(hello.session(), hello.nodeName(), hello.incoming(), Path.of(hello.dataDir()), hello.state(),
            hello.received(), hello.released(), hello.openCalls(), hello.awaitsSnapshot(), hello.givesSnapshot()), application);
        return this;
    }

    @Override
    public ReplicationEngine engine() {
        return replicator;
    }

    @Override
    public String options() {
        return "engine = real; ";
    }

    @Override
    public String version() {
        return "test";
    }

    @Override
    public void status(final StatusSink into) {
        replicator.status(into);
    }

    @Override
    public void pause(final boolean on) {
        // The feed goes on: the server's own threads stand still.
    }

    @Override
    public void isolate(final int mode) {
        group.isolate(mode);
    }

    @Override
    public void resetStatus() {
        replicator.resetStatus();
    }

    @Override
    public void peerAnswered(final long number, final boolean admitted) {
        peers.answered(number, admitted);
    }

    @Override
    public void detach() {
        peers.detach();
        replicator.detach();
    }

    // ---- SessionListener

    @Override
    public void sessionBegan(final ProviderSession begun) {
        synchronized (this) {
            session = begun;
            sessions++;
            notifyAll();
        }
    }

    @Override
    public void sessionEnded(final ProviderSession session, final String reason) {
        // The server comes back.
    }

    @Override
    public void sessionRefused(final Hello hello, final SessionRefusedException refusal) {
        failures.add("refused: " + refusal.getMessage());
    }

    @Override
    public void connectionDropped(final String reason) {
        failures.add("dropped: " + reason);
    }

    @Override
    public void failed(final Throwable cause) {
        failures.add("failed: " + cause);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.fail;

import io.carillon.certification.CertifierConfig;
import io.carillon.certification.log.Durability;
import io.carillon.certification.log.LogConfig;
import io.carillon.certification.log.NodeDirectory;
import io.carillon.certification.log.NodeStateFile;
import io.carillon.certification.log.VerdictFile;
import io.carillon.certification.log.WriteSetLog;
import io.carillon.group.node.GroupNode;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.LoopTimer;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** A whole node in this process: a real ring over loopback, a log on disk, a replicator, a toy server; its own thread. */
final class RealNode {
    /** After this the test hangs, and says where. */
    private static final long HANG_NS = 60_000_000_000L;
    private static final ReplicatorConfig CONFIG = new ReplicatorConfig(new CertifierConfig(1024, 1 << 20, 1 << 20,
        Integer.MAX_VALUE), 0, Integer.MAX_VALUE,
        30_000_000_000L, 10_000_000_000L, 0, ReplicatorConfig.FlowLimits.of(1000));

    final String name;
    private int port;
    final EngineLoop loop;
    final ToyServer server;
    private NodeDirectory home;
    private WriteSetLog log;
    private NodeStateFile state;
    private VerdictFile verdicts;
    GroupNode group;
    private Runnable passEnd;

    RealNode(final String name, final int port, final UUID session, final Path path, final ToyServer before, final ServerNames names)
        throws Exception {
        this.name = name;
        this.port = port;
        loop = EngineLoop.start(name);
        server = new ToyServer(name, session, loop::execute, names);
        if (before != null) {
            server.position = before.position;
            server.rows.putAll(before.rows);
        }
        on(() -> {
            build(path);
            return null;
        });
    }

    private void build(final Path path) {
        home = NodeDirectory.open(path);
        log = WriteSetLog.open(home, LogConfig.defaults(Durability.OS), loop::execute);
        state = NodeStateFile.open(home, Durability.OS, log, loop::execute);
        verdicts = VerdictFile.open(home);
        final RingConfig d = RingConfig.defaults(name);
        final RingConfig ring = new RingConfig(name, 1, d.keepaliveNs(), d.memberKeepaliveNs(), d.suspectNs(),
            d.quickSuspectNs(), d.joinNs(), d.installNs(),
            d.pauseNs(), d.entryLengthMax(), d.offeredBytesMax(), d.heldBytesMax(), d.pullBytes(), d.tokenPassAfter(),
                CONFIG.logReach(), false);
        final TransportConfig transport = TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", port));
        group = new GroupNode(loop, ring, transport, log, state, what -> server.events.add("failed " + what));
        final Replicator replicator = new Replicator(CONFIG, Configuration::viewOf, ToyCluster.FIRST_SYNCED,
            log::purge, loop::nowNs);
        replicator.verdictFile(verdicts);
        replicator.group(group);
        group.listener(replicator.groupListener());
        server.replicator = replicator;
        final LoopTimer timer = loop.timer(() -> replicator.onTimer(loop.nowNs()));
        passEnd = () -> timer.deadline(replicator.nextDeadlineNs());
        loop.onPassEnd(passEnd);
        server.attach(path);
    }

    <T> T on(final Callable<T> action) throws Exception {
        final CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                result.complete(action.call());
            } catch (final Exception | AssertionError e) {
                result.completeExceptionally(e);
            }
        });
        return result.get();
    }

    void until(final Callable<Boolean> condition) throws Exception {
        final long startNs = System.nanoTime();
        while (!on(condition)) {
            if (System.nanoTime() - startNs > HANG_NS) {
                fail(describe());
            }
            Thread.onSpinWait();
        }
    }

    /** Where it listens; where it did, once it is dead. A port of its own choice, which nobody can take in between. */
    int port() throws Exception {
        if (port == 0) {
            until(() -> group.port() != 0);
            port = on(group::port);
        }
        return port;
    }

    private String describe() throws Exception {
        return on(() -> name + " waits: " + server.state + ", view " + server.view + ", events " + server.events + "\n"
            + String.join("\n", group.describe()));
    }

    void isolate(final int mode) throws Exception {
        on(() -> {
            group.isolate(mode);
            return null;
        });
    }

    boolean failed() {
        return server.events.stream().anyMatch(event -> event.startsWith("failed") || event.startsWith("inconsistent"));
    }

    /** Dies without a word. */
    void kill() throws Exception {
        on(() -> {
            port = Math.max(port, group.port());
            loop.removePassEnd(passEnd);
            group.abandon();
            log.close();
            state.close();
            verdicts.close();
            home.close();
            return null;
        });
        loop.close();
    }
}

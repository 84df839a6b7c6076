// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.certification.log.NodeDirectory;
import io.carillon.certification.log.NodeStateFile;
import io.carillon.certification.log.VerdictFile;
import io.carillon.certification.log.WriteSetLog;
import io.carillon.certification.replicator.NodeSession;
import io.carillon.certification.replicator.Replicator;
import io.carillon.certification.replicator.StatusSink;
import io.carillon.group.node.GroupNode;
import io.carillon.group.ring.Configuration;
import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.LoopTimer;
import io.carillon.group.transport.tls.TlsException;
import io.carillon.group.transport.tls.TlsSecurity;
import io.carillon.group.transport.tls.TlsSettings;
import io.carillon.mysql.ipc.Hello;
import io.carillon.sst.SegmentDonorChoice;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.options.OptionException;
import io.netty.util.internal.PlatformDependent;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node as it runs: directory, log, ring and replicator, wired to one event loop.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private static final String RELOAD = "socket.ssl_reload";

    private final EngineLoop loop;
    private final NodeSettings settings;
    private final NodeDirectory directory;
    private final WriteSetLog log;
    private final NodeStateFile stateFile;
    private final VerdictFile verdicts;
    private final GroupNode group;
    private final Replicator replicator;
    private final LoopTimer timer;
    private final Runnable passEnd = this::endPass;
    /** Null where connections are not encrypted. */
    private TlsSecurity tls;

    private Node(final EngineLoop loop, final NodeSettings settings, final NodeDirectory directory, final Consumer<String> failed) {
        this.loop = loop;
        this.settings = settings;
        this.directory = directory;
        log = WriteSetLog.open(directory, settings.log(), loop::execute);
        stateFile = NodeStateFile.open(directory, settings.durability(), log, loop::execute);
        LOG.info("Log: {}; {}", log.recovery(), stateFile.description());
        verdicts = VerdictFile.open(directory, settings.durability(), loop::execute);
        group = new GroupNode(loop, settings.ring(), settings.transport(), log, stateFile, failed);
        replicator = new Replicator(settings.replicator(), Configuration::viewOf, new SegmentDonorChoice(), log::purge, loop::nowNs);
        replicator.verdictFile(verdicts);
        replicator.waitingDirectory(directory.path());
        replicator.group(group);
        group.failureDirectory(directory.path());
        group.listener(replicator.groupListener());
        timer = loop.timer(() -> replicator.onTimer(loop.nowNs()));
        loop.onPassEnd(passEnd);
    }

    /** Opens the state and starts nothing yet. Throws {@link java.io.UncheckedIOException} when the directory cannot be used. */
    static Node open(final EngineLoop loop, final Path path, final NodeSettings settings, final Consumer<String> failed)
        throws OptionException, TlsException {
        final TlsSettings wanted = settings.tls();
        final TlsSecurity tls = wanted == null ? null : TlsSecurity.of(wanted);
        final NodeDirectory directory = NodeDirectory.open(path);
        try {
            final Node node = new Node(loop, settings, directory, failed);
            node.tls = tls;
            return node;
        } catch (final RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    NodeSettings settings() {
        return settings;
    }

    Replicator replicator() {
        return replicator;
    }

    GroupNode group() {
        return group;
    }

    /** Where its state is. */
    Path directory() {
        return directory.path();
    }

    WriteSetLog log() {
        return log;
    }

    void attach(final Hello hello, final ReplicatedApplication server) {
        final Path dataDir = hello.dataDir().isEmpty() ? null : Path.of(hello.dataDir());
        replicator.attach(new NodeSession(hello.session(), hello.nodeName(), hello.incoming(), dataDir, hello.state(), hello.received(),
            hello.released(), hello.openCalls(), hello.awaitsSnapshot(), hello.givesSnapshot()), server);
    }

    void detach() {
        replicator.detach();
    }

    /** Changes options of a running node; what they mean takes effect at once, or at the next connect. */
    void change(final String text) throws OptionException, TlsException {
        final Map<String, String> changes = settings.options().changes(text);
        if (tls != null && changes.containsKey(RELOAD)) {
            tls.reload(); // first, so that nothing else has changed where it fails
        }
        apply(settings.options().change(text));
    }

    private void apply(final Map<String, String> changed) throws OptionException, TlsException {
        for (final String name : changed.keySet()) {
            switch (name) {
                case "pc.weight" -> group.weight((int) settings.options().integer(name));
                case "pc.bootstrap" -> bootstrap();
                case "gmcast.isolate" -> group.isolate((int) settings.options().integer(name));
                case "debug" -> LoggingSetup.debug(settings.options().bool(name));
                default -> LOG.debug("option {} = {}", name, settings.options().text(name));
            }
        }
        configure();
        settings.options().withoutEffect(changed).forEach(LOG::warn);
    }

    private void bootstrap() {
        if (settings.options().bool("pc.bootstrap")) {
            group.bootstrap();
        }
        settings.options().forget("pc.bootstrap");
    }

    /** Gives the group what the options say now; most of it for the next connect. */
    void configure() throws OptionException, TlsException {
        secure();
        group.overrides(settings.options().bool("pc.ignore_sb"), settings.options().bool("pc.ignore_quorum"));
        group.ringConfig(settings.ring());
        group.transportConfig(settings.transport());
        group.segment((int) settings.options().integer("gmcast.segment"));
        replicator.configure(settings.replicator());
        replicator.conflicts().logging(settings.options().bool("cert.log_conflicts"));
        replicator.certifier().optimisticApply(settings.options().bool("cert.optimistic_pa"));
    }

    private void secure() throws OptionException, TlsException {
        final TlsSettings wanted = settings.tls();
        if (wanted == null) {
            settings.options().forget(RELOAD);
        }
        if (!Objects.equals(wanted, tls == null ? null : tls.settings())) {
            tls = wanted == null ? null : TlsSecurity.of(wanted);
        }
        group.security(tls == null ? ChannelSecurity.NONE : tls);
    }

    /** What the process holds, in bytes: on the heap (with garbage), in buffers in use, and in what buffers are cut from. */
    Map<String, Long> memory() {
        final Runtime runtime = Runtime.getRuntime();
        final Map<String, Long> memory = new LinkedHashMap<>();
        memory.put("heap", runtime.totalMemory() - runtime.freeMemory());
        memory.put("buffers", loop.allocator().pinnedDirectMemory());
        memory.put("reserved", PlatformDependent.usedDirectMemory());
        return memory;
    }

    void status(final StatusSink into) {
        replicator.status(into);
    }

    private void endPass() {
        timer.deadline(replicator.nextDeadlineNs());
    }

    /** Leaves without order and closes the log. */
    @Override
    public void close() {
        loop.removePassEnd(passEnd);
        timer.cancel();
        group.abandon();
        log.close();
        stateFile.close();
        verdicts.close();
        directory.close();
    }
}

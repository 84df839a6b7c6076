// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.certification.CertifierWarmUp;
import io.carillon.group.transport.EngineLoop;
import io.carillon.mysql.ipc.Hello;
import io.carillon.mysql.ipc.ProviderServer;
import io.carillon.mysql.ipc.ProviderSession;
import io.carillon.mysql.ipc.ServerLogLevel;
import io.carillon.mysql.ipc.SessionListener;
import io.carillon.mysql.ipc.SessionRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process from start to end. A child ends with its server; one that runs by itself goes on as a member of the
 * group, and waits for its server to come back.
 *
 * <p><b>Threading:</b> {@link #run} from the main thread; the call-backs on the engine's.
 */
final class Sidecar implements SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);
    private static final int OK = 0;
    private static final int REFUSED = 1;
    private static final int FAILED = 70;
    private static final long CLOSE_PATIENCE_S = 5;
    private static final long STRANGERS_NS = 10_000_000_000L;

    private final SidecarConfig config;
    private final Long parent;
    private final EngineLoop loop;
    private final NodeHost host;
    private final ProviderServer server;
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    /** On the loop's thread. */
    private Thread adminStarter;
    /** Belongs to the starter until that has ended. */
    private AdminServer admin;
    private boolean stopping;
    /** Why the process fails, as it was said. */
    private String failure;
    private long strangers;
    private long strangerLoggedNs;

    Sidecar(final SidecarConfig config, final Long parent) {
        this.config = config;
        this.parent = parent;
        loop = EngineLoop.start("carillon-engine");
        strangerLoggedNs = loop.nowNs() - STRANGERS_NS;
        loop.onFailure(this::engineFailed);
        host = new NodeHost(loop, config.directory(), config.options(), this::nodeFailed);
        server = new ProviderServer(loop.eventLoop(), loop.allocator(), loop::afterPass, config.socket(), host, this);
    }

    /** Runs until the end; the exit status. */
    int run() throws IOException {
        open();
        return await();
    }

    /** Listens for the server. */
    void open() throws IOException {
        server.open();
        ServerLogAppender.sink(this::log);
        if (parent != null) {
            loop.execute(new ParentWatch(loop, parent, () -> stop(OK, "process " + parent + ", which started this one, is gone"))::look);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::terminated, "carillon-shutdown"));
        LOG.info("Sidecar {} (process {}) waits for its server at {}, state in {}", Version.text(),
            ProcessHandle.current().pid(), config.socket(),
            config.directory());
    }

    /** Waits for the end; the exit status. */
    int await() {
        return ended.join();
    }

    private boolean log(final ServerLogLevel level, final String text) {
        try {
            loop.execute(() -> logInSession(level, text));
            return true;
        } catch (final RejectedExecutionException e) {
            return false;
        }
    }

    private void logInSession(final ServerLogLevel level, final String text) {
        boolean logged = false;
        try {
            logged = server.log(level, text);
        } finally {
            if (!logged) {
                ServerLogAppender.toStandardError(level, text);
            }
        }
    }

    /** Ends the process, from any thread. */
    private void stop(final int status, final String why) {
        try {
            loop.execute(() -> {
                if (!stopping) {
                    stopping = true;
                    if (status == OK) {
                        LOG.info("The sidecar ends: {}", why);
                    } else {
                        failure = why; // was said already, here or by the server that was refused
                    }
                    // Behind the line just logged.
                    loop.execute(() -> close(status));
                }
            });
        } catch (final RejectedExecutionException e) {
            ServerLogAppender.toStandardError(ServerLogLevel.ERROR, "the sidecar ends, its thread is gone: " + why);
            ended.complete(status);
        }
    }

    private void close(final int status) {
        try {
            server.close();
            host.close();
        } catch (final RuntimeException e) {
            if (!String.valueOf(e.getMessage()).equals(failure)) { // what ended it may be what is in the way now, too
                ServerLogAppender.toStandardError(ServerLogLevel.WARN, "the sidecar could not close its state: " + e.getMessage());
            }
        } finally {
            closeAdmin();
            ended.complete(status);
        }
    }

    /** Its socket may just be made, and must not be left behind. */
    private void closeAdmin() {
        try {
            if (adminStarter != null) {
                adminStarter.join();
            }
            if (admin != null) {
                admin.close();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** SIGTERM or SIGINT: the hook must not return before the state is closed. */
    private void terminated() {
        try {
            stop(OK, "it was told to");
            ended.get(CLOSE_PATIENCE_S, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final ExecutionException | TimeoutException | RejectedExecutionException e) {
            ServerLogAppender.toStandardError(ServerLogLevel.WARN, "the sidecar could not close its state: " + e);
        }
    }

    private void nodeFailed(final String what) {
        server.mute();
        LOG.error("This node cannot go on: {}. {}", what, parent != null
            ? "It has left the group, and tries to come back by itself"
            : "It has left the group, and comes back when this sidecar is started again");
        stop(FAILED, what);
    }

    private void engineFailed(final Throwable cause) {
        if (cause instanceof UncheckedIOException) {
            nodeFailed(cause.getMessage());
            return;
        }
        server.mute();
        final String what = cause instanceof OutOfMemoryError
            ? "memory ran out (" + cause.getMessage() + "); CARILLON_JAVA_OPTS can raise -Xmx and -XX:MaxDirectMemorySize"
            : "internal error: " + cause;
        LOG.error("This node cannot go on: {}", what);
        if (host.node() != null && !(cause instanceof OutOfMemoryError)) {
            host.node().group().dumpFailure(what);
        }
        stop(FAILED, what);
    }

    // ---- SessionListener

    @Override
    public void sessionBegan(final ProviderSession session) {
        final Hello hello = session.hello();
        LOG.info("Serving node {} (server process {}, data directory {})", hello.nodeName(), hello.pid(), hello.dataDir());
        if (adminStarter == null && !stopping) {
            startAdmin();
            final Thread warmUp = new Thread(new CertifierWarmUp(), "carillon-warm-up");
            warmUp.setDaemon(true);
            warmUp.start();
        }
    }

    private void startAdmin() {
        final AdminStatus status = new AdminStatus(loop, host, server);
        adminStarter = new Thread(() -> {
            try {
                Files.createDirectories(config.directory());
                admin = AdminServer.start(AdminSocket.of(config.directory()), status::answer);
            } catch (final IOException e) {
                LOG.warn("No socket for 'carillon status': {}", e.getMessage());
            }
        }, "carillon-admin-start");
        adminStarter.setDaemon(true);
        adminStarter.start();
    }

    @Override
    public void sessionEnded(final ProviderSession session, final String reason) {
        if (parent != null) {
            stop(OK, reason);
        } else {
            LOG.info("The session with node {} ended: {}", session.hello().nodeName(), reason);
        }
    }

    @Override
    public void sessionRefused(final Hello hello, final SessionRefusedException refusal) {
        if (parent != null && server.session() == null) {
            stop(REFUSED, refusal.getMessage());
        } else {
            stranger("a server (process " + hello.pid() + ", data directory " + hello.dataDir() + ") was refused: " + refusal.getMessage());
        }
    }

    @Override
    public void connectionDropped(final String reason) {
        stranger("somebody was dropped: " + reason);
    }

    /** One line in a while, however many come. */
    private void stranger(final String what) {
        final long nowNs = loop.nowNs();
        strangers++;
        if (nowNs - strangerLoggedNs >= STRANGERS_NS) {
            LOG.warn("At {}: {} (connections so dealt with since the last such line: {})", config.socket(), what, strangers);
            strangers = 0;
            strangerLoggedNs = nowNs;
        }
    }

    @Override
    public void failed(final Throwable cause) {
        loop.fail(cause);
    }
}

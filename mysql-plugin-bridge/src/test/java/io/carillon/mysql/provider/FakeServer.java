// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A database server as the provider sees it: calls it, lends threads to {@code recv}, and has what came by {@link ServerCallbacks}.
 *
 * <p><b>Threading:</b> any.
 */
@SuppressWarnings("restricted")
final class FakeServer implements AutoCloseable {
    /** Something that was applied: as the origin's {@code trx}, or by an applier. */
    record Applied(long seqno, int flags, String data, long trx, boolean replayed) {
    }

    final String name;
    /** A letter for each of the latest {@link #statistics}: String, Int64 or Double. */
    String statisticsTypes = "";
    final ProviderInstance provider = new ProviderInstance();
    /** Call-backs in the order in which they came. */
    final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    final List<String> log = java.util.Collections.synchronizedList(new ArrayList<>());
    final List<Applied> applied = java.util.Collections.synchronizedList(new ArrayList<>());
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    /** Appliers of write sets with this data wait for the latch before they enter commit order. */
    final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
    /** Data whose applying fails. */
    volatile String poison = "";
    /** What {@code sst_request_cb} gives. */
    volatile String request = "rsync\0here";
    private final List<Thread> appliers = new ArrayList<>();
    private final MemorySegment initArgs;
    /** {@code wsrep_sst_donor}. */
    volatile String wantedDonor = "";
    /** Group of the last snapshot that it was asked for. */
    volatile byte[] donatedGroup;
    private volatile boolean started;

    FakeServer(final String name, final String options) {
        this(name, options, System.getProperty("java.io.tmpdir"));
    }

    FakeServer(final String name, final String options, final String dataDirectory) {
        this.name = name;
        initArgs = provider.arena.allocate(Wsrep.INIT_ARGS_LENGTH, 8);
        setText(8, name);
        setText(16, "127.0.0.1");
        setText(24, "127.0.0.1:3306");
        setText(32, dataDirectory);
        setText(40, options);
        initArgs.set(JAVA_INT, 48, 4);
        initArgs.set(ADDRESS, 56, position(null, -1));
        initArgs.set(ADDRESS, 64, MemorySegment.NULL);
        new ServerCallbacks(this).enter(initArgs);
    }

    private void setText(final long offset, final String text) {
        initArgs.set(ADDRESS, offset, provider.arena.allocateFrom(text));
    }

    /** A {@code wsrep_gtid_t}. */
    MemorySegment position(final byte[] uuid, final long seqno) {
        final MemorySegment gtid = provider.arena.allocate(Wsrep.GTID_LENGTH, 8);
        if (uuid != null) {
            MemorySegment.copy(uuid, 0, gtid, JAVA_BYTE, 0, 16);
        }
        gtid.set(JAVA_LONG, 16, seqno);
        return gtid;
    }

    /** The position that the server starts with; before {@link #init}. */
    FakeServer startAt(final byte[] uuid, final long seqno) {
        initArgs.set(ADDRESS, 56, position(uuid, seqno));
        return this;
    }

    int init() {
        return provider.status(Wsrep.Slot.INIT, initArgs);
    }

    int connect(final String url, final boolean bootstrap) {
        try (Arena arena = Arena.ofConfined()) {
            final int status = provider.status(Wsrep.Slot.CONNECT, arena.allocateFrom("test"), arena.allocateFrom(url),
                arena.allocateFrom(wantedDonor), bootstrap);
            if (status == 0) {
                started = true;
            }
            return status;
        }
    }

    /** Lends {@code count} more threads to {@code recv}. */
    FakeServer appliers(final int count) {
        for (int i = 0; i < count; i++) {
            final Thread thread = new Thread(() -> {
                final MemorySegment context = provider.arena.allocate(8);
                events.add("recv " + provider.status(Wsrep.Slot.RECV, context));
            }, name + "-applier-" + appliers.size());
            thread.setDaemon(true);
            thread.start();
            appliers.add(thread);
        }
        return this;
    }

    void awaitAppliers() throws InterruptedException {
        for (final Thread thread : appliers) {
            thread.join();
        }
        appliers.clear();
    }

    /** Waits until a call-back that begins with {@code prefix} came, and returns it; others before it are dropped. */
    String await(final String prefix) throws InterruptedException {
        while (true) {
            final String event = events.take();
            if (event.startsWith(prefix)) {
                return event;
            }
            if (event.startsWith("failed")) {
                throw new AssertionError(event, failure.get());
            }
        }
    }

    /** Waits for the view that ends a connection: nobody is in it, it is not primary, and it stands where this server does. */
    void awaitFinalView() throws InterruptedException {
        String view = await("view");
        while (!view.contains(" own -1 ")) {
            view = await("view");
        }
        if (!view.stripTrailing().equals("view seqno " + lastCommitted() + " status 1 own -1 members")) {
            throw new AssertionError(view + " at " + lastCommitted());
        }
    }

    long lastCommitted() {
        final MemorySegment gtid = position(null, -1);
        provider.status(Wsrep.Slot.LAST_COMMITTED_ID, gtid);
        return gtid.get(JAVA_LONG, 16);
    }

    /** Waits until everything ordered before is committed here. */
    int syncWait() {
        return provider.status(Wsrep.Slot.SYNC_WAIT, MemorySegment.NULL, -1, MemorySegment.NULL);
    }

    int disconnect() {
        return provider.status(Wsrep.Slot.DISCONNECT);
    }

    /** As a server ends: disconnect, wait until every applier left {@code recv}, free twice. */
    @Override
    public void close() {
        if (started) {
            final int status = disconnect();
            if (status != 0) {
                throw new AssertionError(name + ": disconnect returned " + status + "; log " + log);
            }
        }
        try {
            awaitAppliers();
        } catch (final InterruptedException e) {
            throw new AssertionError(name + ": appliers are still in recv after disconnect; call-backs " + events + "; log " + log, e);
        }
        provider.call(Wsrep.Slot.FREE);
        provider.call(Wsrep.Slot.FREE);
    }

    /** Status variables as text, in the order given. */
    Map<String, String> statistics() {
        final MemorySegment variables = provider.call(Wsrep.Slot.STATS_GET);
        final Map<String, String> values = new java.util.LinkedHashMap<>();
        final StringBuilder types = new StringBuilder();
        final MemorySegment all = variables.reinterpret(1024L * Wsrep.STATS_VAR_LENGTH);
        for (long at = 0; !all.get(ADDRESS, at).equals(MemorySegment.NULL); at += Wsrep.STATS_VAR_LENGTH) {
            final int type = all.get(JAVA_INT, at + 8);
            types.append("SID".charAt(type));
            final String value = switch (type) {
                case 0 -> ProviderInstance.text(all.get(ADDRESS, at + 16));
                case 1 -> Long.toString(all.get(JAVA_LONG, at + 16));
                default -> Double.toString(all.get(java.lang.foreign.ValueLayout.JAVA_DOUBLE, at + 16));
            };
            values.put(ProviderInstance.text(all.get(ADDRESS, at)), value);
        }
        provider.call(Wsrep.Slot.STATS_FREE, variables);
        statisticsTypes = types.toString();
        return values;
    }

    String options() {
        final MemorySegment text = provider.call(Wsrep.Slot.OPTIONS_GET);
        final String options = ProviderInstance.text(text);
        ProviderInstance.free(text);
        return options;
    }

    /** What was applied, by seqno. */
    Map<Long, String> appliedBySeqno() {
        final Map<Long, String> bySeqno = new TreeMap<>();
        synchronized (applied) {
            applied.forEach(one -> bySeqno.put(one.seqno(), one.data()));
        }
        return bySeqno;
    }
}

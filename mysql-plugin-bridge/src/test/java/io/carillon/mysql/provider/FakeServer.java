// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.carillon.wsrep.WriteSetFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A database server as the provider sees it: gives the call-backs, lends threads to {@code recv}, and applies by writing down what it got.
 *
 * <p><b>Threading:</b> any.
 */
@SuppressWarnings("restricted")
final class FakeServer implements AutoCloseable {
    static final int SUCCESS = 0;
    private static final boolean VERBOSE = Boolean.getBoolean("carillon.verbose");
    static final int FAILURE = 1;

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
        callback(72, "logger", void.class, List.of(JAVA_INT, ADDRESS), int.class, MemorySegment.class);
        callback(80, "connected", int.class, List.of(ADDRESS, ADDRESS), MemorySegment.class, MemorySegment.class);
        callback(88, "view", int.class, List.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG), MemorySegment.class, MemorySegment.class,
            MemorySegment.class, MemorySegment.class, long.class);
        callback(96, "sstRequest", int.class, List.of(ADDRESS, ADDRESS, ADDRESS), MemorySegment.class, MemorySegment.class,
            MemorySegment.class);
        initArgs.set(ADDRESS, 104, MemorySegment.NULL);
        callback(112, "apply", int.class, List.of(ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS),
            MemorySegment.class, MemorySegment.class,
            int.class, MemorySegment.class, MemorySegment.class, MemorySegment.class);
        initArgs.set(ADDRESS, 120, MemorySegment.NULL);
        callback(128, "sstDonate", int.class, List.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_BOOLEAN), MemorySegment.class,
            MemorySegment.class, MemorySegment.class, MemorySegment.class, MemorySegment.class, boolean.class);
        callback(136, "synced", int.class, List.of(ADDRESS), MemorySegment.class);
    }

    private void setText(final long offset, final String text) {
        initArgs.set(ADDRESS, offset, provider.arena.allocateFrom(text));
    }

    private void callback(final long offset, final String method, final Class<?> result, final List<MemoryLayout> layouts,
        final Class<?>... types) {
        try {
            final MemoryLayout[] arguments = layouts.toArray(MemoryLayout[]::new);
            final FunctionDescriptor descriptor = result == void.class ? FunctionDescriptor.ofVoid(arguments)
                : FunctionDescriptor.of(JAVA_INT, arguments);
            initArgs.set(ADDRESS, offset, ProviderInstance.callback(
                MethodHandles.lookup().findVirtual(FakeServer.class, method, MethodType.methodType(result, types)).bindTo(this), descriptor,
                provider.arena));
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
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

    // ---- call-backs; an exception must not cross into C

    private int guarded(final java.util.concurrent.Callable<Integer> body) {
        try {
            return body.call();
        } catch (final Throwable e) {
            failure.compareAndSet(null, e);
            events.add("failed " + e);
            return FAILURE;
        }
    }

    void logger(final int level, final MemorySegment message) {
        guarded(() -> {
            log.add(level + " " + ProviderInstance.text(message));
            if (VERBOSE) {
                System.out.println(name + ": " + ProviderInstance.text(message));
            }
            return SUCCESS;
        });
    }

    private static String describe(final MemorySegment pointer) {
        final MemorySegment view = pointer.reinterpret(Wsrep.VIEW_FIRST_MEMBER + 64L * Wsrep.MEMBER_LENGTH);
        final StringBuilder text = new StringBuilder();
        text.append("seqno ").append(view.get(JAVA_LONG, Wsrep.VIEW_SEQNO)).append(" status ").append(view.get(JAVA_INT, Wsrep.VIEW_STATUS))
            .append(" own ").append(view.get(JAVA_INT, Wsrep.VIEW_OWN_INDEX)).append(" members");
        for (int i = 0; i < view.get(JAVA_INT, Wsrep.VIEW_MEMBERS); i++) {
            text.append(' ').append(view.getString(Wsrep.VIEW_FIRST_MEMBER + (long) i * Wsrep.MEMBER_LENGTH + Wsrep.MEMBER_NAME));
        }
        return text.toString();
    }

    int connected(final MemorySegment application, final MemorySegment view) {
        return guarded(() -> {
            events.add("connected " + describe(view));
            return SUCCESS;
        });
    }

    int view(final MemorySegment application, final MemorySegment receiver, final MemorySegment view,
        final MemorySegment state, final long length) {
        return guarded(() -> {
            events.add("view " + describe(view) + (receiver.equals(MemorySegment.NULL) ? " without receiver" : ""));
            return SUCCESS;
        });
    }

    int sstRequest(final MemorySegment application, final MemorySegment requestHolder, final MemorySegment lengthHolder) {
        return guarded(() -> {
            final byte[] bytes = (request + "\0").getBytes();
            final MemorySegment memory = ProviderInstance.malloc(bytes.length);
            MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
            requestHolder.reinterpret(8).set(ADDRESS, 0, memory);
            lengthHolder.reinterpret(8).set(JAVA_LONG, 0, bytes.length);
            events.add("sst request");
            return SUCCESS;
        });
    }

    int sstDonate(final MemorySegment application, final MemorySegment receiver, final MemorySegment message, final MemorySegment position,
        final MemorySegment state, final boolean bypass) {
        return guarded(() -> {
            donatedGroup = position.reinterpret(Wsrep.GTID_LENGTH).asSlice(0, 16).toArray(JAVA_BYTE);
            events.add("donate " + new String(bytesOf(message)).trim().replace('\0', ' ') + " at "
                + position.reinterpret(Wsrep.GTID_LENGTH).get(JAVA_LONG, 16) + (bypass ? " bypass" : ""));
            return SUCCESS;
        });
    }

    int synced(final MemorySegment application) {
        return guarded(() -> {
            events.add("synced");
            return SUCCESS;
        });
    }

    static byte[] bytesOf(final MemorySegment bufferPointer) {
        final MemorySegment buffer = bufferPointer.reinterpret(Wsrep.BUF_LENGTH);
        final long length = buffer.get(JAVA_LONG, 8);
        return length == 0 ? new byte[0] : buffer.get(ADDRESS, 0).reinterpret(length).toArray(JAVA_BYTE);
    }

    int apply(final MemorySegment receiver, final MemorySegment handle, final int flags, final MemorySegment data,
        final MemorySegment metaPointer,
        final MemorySegment exit) {
        return guarded(() -> {
            final MemorySegment meta = metaPointer.reinterpret(Wsrep.META_LENGTH);
            final String text = new String(bytesOf(data));
            final CountDownLatch latch = held.get(text);
            if (latch != null) {
                events.add("holding " + text);
                latch.await();
            }
            final boolean replayed = receiver.equals(Transaction.REPLAY_CONTEXT);
            expect(0, provider.status(Wsrep.Slot.COMMIT_ORDER_ENTER, handle, metaPointer), "commit_order_enter");
            applied.add(new Applied(meta.get(JAVA_LONG, Wsrep.META_SEQNO), flags, text, meta.get(JAVA_LONG, Wsrep.META_TRX), replayed));
            final boolean fails = !poison.isEmpty() && text.equals(poison) && (flags & WriteSetFlags.ROLLBACK) == 0;
            try (Arena arena = Arena.ofConfined()) {
                final MemorySegment error = fails ? Transaction.buffer(arena, "duplicate key".getBytes()) : MemorySegment.NULL;
                expect(0, provider.status(Wsrep.Slot.COMMIT_ORDER_LEAVE, handle, metaPointer, error), "commit_order_leave");
            }
            events.add("applied " + meta.get(JAVA_LONG, Wsrep.META_SEQNO) + " " + text);
            return fails ? FAILURE : SUCCESS;
        });
    }

    private static void expect(final int wanted, final int got, final String call) {
        if (wanted != got) {
            throw new AssertionError(call + " returned " + got);
        }
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

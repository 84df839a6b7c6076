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
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * What the provider calls in a {@link FakeServer}: writes down what came, and applies by that.
 *
 * <p><b>Threading:</b> the provider's.
 */
@SuppressWarnings("restricted")
final class ServerCallbacks {
    private static final int SUCCESS = 0;
    private static final int FAILURE = 1;
    private static final boolean VERBOSE = Boolean.getBoolean("carillon.verbose");

    private final FakeServer server;

    ServerCallbacks(final FakeServer server) {
        this.server = server;
    }

    /** Puts them into the arguments of {@code init}. */
    void enter(final MemorySegment initArgs) {
        callback(initArgs, 72, "logger", void.class, List.of(JAVA_INT, ADDRESS), int.class, MemorySegment.class);
        callback(initArgs, 80, "connected", int.class, List.of(ADDRESS, ADDRESS), MemorySegment.class, MemorySegment.class);
        callback(initArgs, 88, "view", int.class, List.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG), MemorySegment.class,
            MemorySegment.class, MemorySegment.class, MemorySegment.class, long.class);
        callback(initArgs, 96, "sstRequest", int.class, List.of(ADDRESS, ADDRESS, ADDRESS), MemorySegment.class, MemorySegment.class,
            MemorySegment.class);
        initArgs.set(ADDRESS, 104, MemorySegment.NULL);
        callback(initArgs, 112, "apply", int.class, List.of(ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS),
            MemorySegment.class, MemorySegment.class,
            int.class, MemorySegment.class, MemorySegment.class, MemorySegment.class);
        initArgs.set(ADDRESS, 120, MemorySegment.NULL);
        callback(initArgs, 128, "sstDonate", int.class, List.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_BOOLEAN),
            MemorySegment.class, MemorySegment.class, MemorySegment.class, MemorySegment.class, MemorySegment.class, boolean.class);
        callback(initArgs, 136, "synced", int.class, List.of(ADDRESS), MemorySegment.class);
    }

    private void callback(final MemorySegment initArgs, final long offset, final String method, final Class<?> result,
        final List<MemoryLayout> layouts, final Class<?>... types) {
        try {
            final MemoryLayout[] arguments = layouts.toArray(MemoryLayout[]::new);
            final FunctionDescriptor descriptor = result == void.class ? FunctionDescriptor.ofVoid(arguments)
                : FunctionDescriptor.of(JAVA_INT, arguments);
            initArgs.set(ADDRESS, offset, ProviderInstance.callback(
                MethodHandles.lookup().findVirtual(ServerCallbacks.class, method, MethodType.methodType(result, types)).bindTo(this),
                descriptor, server.provider.arena));
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** An exception must not cross into C. */
    private int guarded(final java.util.concurrent.Callable<Integer> body) {
        try {
            return body.call();
        } catch (final Throwable e) {
            server.failure.compareAndSet(null, e);
            server.events.add("failed " + e);
            return FAILURE;
        }
    }

    void logger(final int level, final MemorySegment message) {
        guarded(() -> {
            server.log.add(level + " " + ProviderInstance.text(message));
            if (VERBOSE) {
                System.out.println(server.name + ": " + ProviderInstance.text(message));
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
            server.events.add("connected " + describe(view));
            return SUCCESS;
        });
    }

    int view(final MemorySegment application, final MemorySegment receiver, final MemorySegment view,
        final MemorySegment state, final long length) {
        return guarded(() -> {
            server.events.add("view " + describe(view) + (receiver.equals(MemorySegment.NULL) ? " without receiver" : ""));
            return SUCCESS;
        });
    }

    int sstRequest(final MemorySegment application, final MemorySegment requestHolder, final MemorySegment lengthHolder) {
        return guarded(() -> {
            final byte[] bytes = (server.request + "\0").getBytes();
            final MemorySegment memory = ProviderInstance.malloc(bytes.length);
            MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
            requestHolder.reinterpret(8).set(ADDRESS, 0, memory);
            lengthHolder.reinterpret(8).set(JAVA_LONG, 0, bytes.length);
            server.events.add("sst request");
            return SUCCESS;
        });
    }

    int sstDonate(final MemorySegment application, final MemorySegment receiver, final MemorySegment message, final MemorySegment position,
        final MemorySegment state, final boolean bypass) {
        return guarded(() -> {
            server.donatedGroup = position.reinterpret(Wsrep.GTID_LENGTH).asSlice(0, 16).toArray(JAVA_BYTE);
            server.events.add("donate " + new String(bytesOf(message)).trim().replace('\0', ' ') + " at "
                + position.reinterpret(Wsrep.GTID_LENGTH).get(JAVA_LONG, 16) + (bypass ? " bypass" : ""));
            return SUCCESS;
        });
    }

    int synced(final MemorySegment application) {
        return guarded(() -> {
            server.events.add("synced");
            return SUCCESS;
        });
    }

    private static byte[] bytesOf(final MemorySegment bufferPointer) {
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
            final CountDownLatch latch = server.held.get(text);
            if (latch != null) {
                server.events.add("holding " + text);
                latch.await();
            }
            final boolean replayed = receiver.equals(Transaction.REPLAY_CONTEXT);
            expect(0, server.provider.status(Wsrep.Slot.COMMIT_ORDER_ENTER, handle, metaPointer), "commit_order_enter");
            server.applied.add(new FakeServer.Applied(meta.get(JAVA_LONG, Wsrep.META_SEQNO), flags, text,
                meta.get(JAVA_LONG, Wsrep.META_TRX), replayed));
            final boolean fails = !server.poison.isEmpty() && text.equals(server.poison) && (flags & WriteSetFlags.ROLLBACK) == 0;
            try (Arena arena = Arena.ofConfined()) {
                final MemorySegment error = fails ? Transaction.buffer(arena, "duplicate key".getBytes()) : MemorySegment.NULL;
                expect(0, server.provider.status(Wsrep.Slot.COMMIT_ORDER_LEAVE, handle, metaPointer, error), "commit_order_leave");
            }
            server.events.add("applied " + meta.get(JAVA_LONG, Wsrep.META_SEQNO) + " " + text);
            return fails ? FAILURE : SUCCESS;
        });
    }

    private static void expect(final int wanted, final int got, final String call) {
        if (wanted != got) {
            throw new AssertionError(call + " returned " + got);
        }
    }
}

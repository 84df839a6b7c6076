// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A client's transaction on a {@link FakeServer}: the calls that the server makes for it, in its order. */
final class Transaction {
    /** The {@code trx_ctx} of replays. */
    static final MemorySegment REPLAY_CONTEXT = MemorySegment.ofAddress(0x7E91A7L);
    static final int PLAIN = WriteSetFlags.TRX_START | WriteSetFlags.TRX_END;

    private final FakeServer server;
    private final ProviderInstance provider;
    final long id;
    final MemorySegment handle;
    final MemorySegment meta;

    Transaction(final FakeServer server, final long id) {
        this.server = server;
        this.provider = server.provider;
        this.id = id;
        handle = provider.arena.allocate(Wsrep.HANDLE_LENGTH, 8);
        handle.set(JAVA_LONG, 0, id);
        handle.set(ADDRESS, 8, MemorySegment.NULL);
        meta = provider.arena.allocate(Wsrep.META_LENGTH, 8);
        meta.set(JAVA_LONG, Wsrep.META_SEQNO, -1);
    }

    static MemorySegment buffer(final Arena arena, final byte[] bytes) {
        final MemorySegment buffer = arena.allocate(Wsrep.BUF_LENGTH, 8);
        buffer.set(ADDRESS, 0, arena.allocateFrom(JAVA_BYTE, bytes));
        buffer.set(JAVA_LONG, 8, bytes.length);
        return buffer;
    }

    static MemorySegment key(final Arena arena, final String... parts) {
        final MemorySegment buffers = arena.allocate((long) Wsrep.BUF_LENGTH * parts.length, 8);
        for (int i = 0; i < parts.length; i++) {
            MemorySegment.copy(buffer(arena, parts[i].getBytes()), 0, buffers, (long) Wsrep.BUF_LENGTH * i, Wsrep.BUF_LENGTH);
        }
        final MemorySegment key = arena.allocate(Wsrep.KEY_LENGTH, 8);
        key.set(ADDRESS, 0, buffers);
        key.set(JAVA_LONG, 8, parts.length);
        return key;
    }

    Transaction writes(final String... parts) {
        return key(KeyType.EXCLUSIVE, parts);
    }

    Transaction key(final KeyType type, final String... parts) {
        try (Arena arena = Arena.ofConfined()) {
            final int status = provider.status(Wsrep.Slot.APPEND_KEY, handle, key(arena, parts), 1L, type.code(), true);
            if (status != 0) {
                throw new AssertionError("append_key returned " + status);
            }
        }
        return this;
    }

    Transaction data(final String text) {
        return data(text.getBytes());
    }

    Transaction data(final byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final int status = provider.status(Wsrep.Slot.APPEND_DATA, handle, buffer(arena, bytes), 1L, 0, true);
            if (status != 0) {
                throw new AssertionError("append_data returned " + status);
            }
        }
        return this;
    }

    int certify() {
        return certify(PLAIN);
    }

    int certify(final int flags) {
        return provider.status(Wsrep.Slot.CERTIFY, 1L, handle, flags, meta);
    }

    long seqno() {
        return meta.get(JAVA_LONG, Wsrep.META_SEQNO);
    }

    long dependsOn() {
        return meta.get(JAVA_LONG, Wsrep.META_DEPENDS_ON);
    }

    int enter() {
        return provider.status(Wsrep.Slot.COMMIT_ORDER_ENTER, handle, meta);
    }

    int leave() {
        return provider.status(Wsrep.Slot.COMMIT_ORDER_LEAVE, handle, meta, MemorySegment.NULL);
    }

    int release() {
        return provider.status(Wsrep.Slot.RELEASE, handle);
    }

    int replay() {
        return provider.status(Wsrep.Slot.REPLAY_TRX, handle, REPLAY_CONTEXT);
    }

    /** Certifies, and commits or rolls back as the server does. What {@code certify} returned. */
    int commit() {
        final int status = certify();
        if (status == 0 || seqno() >= 0) {
            final int entered = enter();
            if (entered != 0) {
                throw new AssertionError("commit_order_enter returned " + entered);
            }
            leave();
        }
        release();
        return status;
    }

    /** Aborts transaction {@code victim} of {@code server} by brute force, for the write set {@code seqno}. */
    static int abort(final FakeServer server, final long seqno, final long victim) {
        try (Arena arena = Arena.ofConfined()) {
            return server.provider.status(Wsrep.Slot.ABORT_CERTIFICATION, seqno, victim, arena.allocate(JAVA_LONG));
        }
    }

    /** Runs {@code statement} in isolation on all nodes: start, then end. What the start returned. */
    static int isolated(final FakeServer server, final long connection, final String statement, final MemorySegment meta) {
        try (Arena arena = Arena.ofConfined()) {
            final int status = server.provider.status(Wsrep.Slot.TO_EXECUTE_START, connection, key(arena, "db", "t"), 1L,
                buffer(arena, statement.getBytes()), 1L, PLAIN, meta);
            if (status == 0) {
                server.provider.status(Wsrep.Slot.TO_EXECUTE_END, connection, MemorySegment.NULL);
            }
            return status;
        }
    }

    @Override
    public String toString() {
        return server.name + " transaction " + id + " at " + seqno() + ", status " + meta.get(JAVA_INT, 0);
    }
}

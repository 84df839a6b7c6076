// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.carillon.wsrep.WsrepStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;

/** {@code wsrep_allowlist_service_v1} as a server gives it to the provider: for all servers of this process. */
@SuppressWarnings("restricted")
final class ServersAllowList implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();

    /** Addresses in the order in which they were asked about. */
    private final LinkedBlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final Arena arena = Arena.ofShared();
    private volatile boolean refuses;

    ServersAllowList() throws Exception {
        final MethodHandle asks = MethodHandles.lookup().bind(this, "answer",
            MethodType.methodType(int.class, MemorySegment.class, int.class, MemorySegment.class));
        final MemorySegment service = arena.allocate(16, 8);
        service.set(ADDRESS, 0, LINKER.upcallStub(asks, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS), arena));
        final MethodHandle init = LINKER.downcallHandle(ProviderInstance.symbol("wsrep_init_allowlist_service_v1"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS));
        if (ProviderInstance.<Integer>invoke(init, service) != 0) {
            throw new AssertionError("the provider does not take an allow list");
        }
    }

    private int answer(final MemorySegment context, final int key, final MemorySegment value) {
        final MemorySegment buffer = value.reinterpret(16);
        final byte[] text = buffer.get(ADDRESS, 0).reinterpret(buffer.get(JAVA_LONG, 8)).toArray(JAVA_BYTE);
        asked.add(key == 0 ? new String(text, StandardCharsets.US_ASCII) : "key " + key);
        return (refuses ? WsrepStatus.NOT_ALLOWED : WsrepStatus.OK).code();
    }

    void refuse(final boolean all) {
        refuses = all;
    }

    /** The next address that it is asked about. */
    String next() throws InterruptedException {
        return asked.take();
    }

    @Override
    public void close() {
        final MethodHandle deinit = LINKER.downcallHandle(ProviderInstance.symbol("wsrep_deinit_allowlist_service_v1"),
            FunctionDescriptor.ofVoid());
        ProviderInstance.invoke(deinit);
        arena.close();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** One {@code wsrep_t} made by the provider's loader, and calls of its members. Memory lives as long as the test. */
@SuppressWarnings("restricted")
final class ProviderInstance {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Path LIBRARY = Path.of(System.getProperty("carillon.provider", "native/build/libcarillon.so")).toAbsolutePath();
    private static final SymbolLookup SYMBOLS = SymbolLookup.libraryLookup(existing(LIBRARY), Arena.global());
    private static final AddressLayout TEXT = ADDRESS.withTargetLayout(java.lang.foreign.MemoryLayout.sequenceLayout(1 << 20,
        java.lang.foreign.ValueLayout.JAVA_BYTE));

    final Arena arena = Arena.ofShared();
    final MemorySegment wsrep = arena.allocate(Wsrep.WSREP_T_LENGTH, 8);
    private final Map<Wsrep.Slot, MethodHandle> calls = new EnumMap<>(Wsrep.Slot.class);

    ProviderInstance() {
        // The server does not clear it either.
        wsrep.fill((byte) 0xA5);
        wsrep.set(ADDRESS, Wsrep.Slot.DLH.offset(), MemorySegment.NULL);
        wsrep.set(ADDRESS, Wsrep.Slot.CTX.offset(), MemorySegment.NULL);
        final MethodHandle loader = LINKER.downcallHandle(symbol("wsrep_loader"), FunctionDescriptor.of(JAVA_INT, ADDRESS));
        final int status = invoke(loader, wsrep);
        if (status != 0) {
            throw new AssertionError("wsrep_loader returned " + status);
        }
        for (final Wsrep.Slot slot : Wsrep.Slot.values()) {
            if (slot.descriptor != null) {
                calls.put(slot, LINKER.downcallHandle(wsrep.get(ADDRESS, slot.offset()), slot.descriptor).bindTo(wsrep));
            }
        }
    }

    static MemorySegment symbol(final String name) {
        return SYMBOLS.find(name).orElseThrow(() -> new AssertionError(name + " is not exported by " + LIBRARY));
    }

    static String textAt(final MemorySegment pointerHolder, final long offset) {
        return pointerHolder.get(TEXT, offset).getString(0);
    }

    static String text(final MemorySegment address) {
        return address.reinterpret(1 << 20).getString(0);
    }

    /** A C function that calls {@code target}. */
    static MemorySegment callback(final MethodHandle target, final FunctionDescriptor descriptor, final Arena arena) {
        return LINKER.upcallStub(target, descriptor, arena);
    }

    static MethodHandle downcall(final String name, final FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(symbol(name), descriptor);
    }

    /** A function of the C library as C code of this process gets it: a sanitizer puts its own in the place of some. */
    private static MethodHandle library(final String name, final FunctionDescriptor descriptor) {
        final MethodHandle dlsym = LINKER.downcallHandle(LINKER.defaultLookup().find("dlsym").orElseThrow(),
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
        try (Arena names = Arena.ofConfined()) {
            return LINKER.downcallHandle(ProviderInstance.<MemorySegment>invoke(dlsym, MemorySegment.NULL, names.allocateFrom(name)),
                descriptor);
        }
    }

    /** Frees memory that C allocated. */
    static void free(final MemorySegment memory) {
        invoke(library("free", FunctionDescriptor.ofVoid(ADDRESS)), memory);
    }

    /** Memory that C may free. */
    static MemorySegment malloc(final long length) {
        final MethodHandle malloc = library("malloc", FunctionDescriptor.of(ADDRESS, java.lang.foreign.ValueLayout.JAVA_LONG));
        return ProviderInstance.<MemorySegment>invoke(malloc, length).reinterpret(length);
    }

    /** Calls a member. */
    <T> T call(final Wsrep.Slot slot, final Object... arguments) {
        return invoke(calls.get(slot), arguments);
    }

    /** Calls a member that returns a wsrep status. */
    int status(final Wsrep.Slot slot, final Object... arguments) {
        return this.<Integer>call(slot, arguments);
    }

    @SuppressWarnings("unchecked")
    static <T> T invoke(final MethodHandle handle, final Object... arguments) {
        try {
            return (T) handle.invokeWithArguments(arguments);
        } catch (final Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static Path existing(final Path library) {
        if (!Files.exists(library)) {
            throw new AssertionError(library + " is missing: 'make -C mysql-plugin-bridge/native' builds it");
        }
        return library;
    }
}

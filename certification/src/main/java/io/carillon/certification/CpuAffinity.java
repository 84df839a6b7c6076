// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Which processors a thread may run on (sched_setaffinity(2)). Placement is a matter of speed only: where the system
 * refuses it, threads stay where they are.
 *
 * <p>Made by the thread that is placed, used by one other thread.
 */
final class CpuAffinity {
    /** Of glibc's cpu_set_t: 1,024 processors. */
    private static final int SET_LENGTH = 128;

    private final MethodHandle setAffinity;
    private final MethodHandle currentCpu;
    private final int threadId;
    /** Where the thread could run when this was made. */
    private final MemorySegment allowed = Arena.ofAuto().allocate(SET_LENGTH, Long.BYTES);
    private final MemorySegment wanted = Arena.ofAuto().allocate(SET_LENGTH, Long.BYTES);
    private final int allowedCount;

    /** Of the calling thread. */
    CpuAffinity() {
        final FunctionDescriptor set = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
        setAffinity = function("sched_setaffinity", set);
        currentCpu = function("sched_getcpu", FunctionDescriptor.of(JAVA_INT));
        final MethodHandle getAffinity = function("sched_getaffinity", set);
        try {
            threadId = (int) function("gettid", FunctionDescriptor.of(JAVA_INT)).invokeExact();
            final int result = (int) getAffinity.invokeExact(0, (long) SET_LENGTH, allowed);
            allowedCount = result == 0 ? count(allowed) : 0;
        } catch (final Throwable e) {
            throw failed(e);
        }
    }

    /** Keeps the thread off the processor that the caller runs on, if there is another one. */
    void avoidCallersCpu() {
        if (allowedCount < 2) {
            return;
        }
        try {
            final int cpu = (int) currentCpu.invokeExact();
            if (cpu < 0 || cpu >= Byte.SIZE * SET_LENGTH) {
                return;
            }
            MemorySegment.copy(allowed, 0, wanted, 0, SET_LENGTH);
            final long offset = (long) cpu / Long.SIZE * Long.BYTES;
            wanted.set(JAVA_LONG, offset, wanted.get(JAVA_LONG, offset) & ~(1L << cpu));
            // Refused when the processors it was allowed have gone: then it runs where it may.
            final int ignored = (int) setAffinity.invokeExact(threadId, (long) SET_LENGTH, wanted);
        } catch (final Throwable e) {
            throw failed(e);
        }
    }

    private static int count(final MemorySegment set) {
        int count = 0;
        for (long offset = 0; offset < SET_LENGTH; offset += Long.BYTES) {
            count += Long.bitCount(set.get(JAVA_LONG, offset));
        }
        return count;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(final String name, final FunctionDescriptor descriptor) {
        final SymbolLookup libc = Linker.nativeLinker().defaultLookup();
        return Linker.nativeLinker().downcallHandle(libc.findOrThrow(name), descriptor);
    }

    private static IllegalStateException failed(final Throwable e) {
        return new IllegalStateException("a call into the C library failed", e);
    }
}

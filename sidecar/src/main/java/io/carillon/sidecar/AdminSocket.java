// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.carillon.mysql.ipc.UnixSocketFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The socket for the command line, in the state directory, however deep that is: a file elsewhere would be left behind by
 * every kill -9. A path too long for a socket is shortened by a descriptor of the directory, held until {@link #close}.
 */
final class AdminSocket implements AutoCloseable {
    private static final String NAME = "admin.sock";
    /** Room for the temporary name under which the socket is bound. */
    private static final int MARGIN = 24;
    private static final int NONE = -1;

    private final Path address;
    private final int descriptor;

    private AdminSocket(final Path address, final int descriptor) {
        this.address = address;
        this.descriptor = descriptor;
    }

    /** Where a node has it. */
    static Path of(final Path stateDirectory) {
        return stateDirectory.toAbsolutePath().normalize().resolve(NAME);
    }

    /** A way to {@code path} that a socket's address has room for. Throws when there is no such directory. */
    static AdminSocket reach(final Path path) throws IOException {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length + MARGIN <= UnixSocketFile.PATH_LENGTH_MAX) {
            return new AdminSocket(path, NONE);
        }
        final Path directory = path.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        final int descriptor = Descriptors.open(directory);
        return new AdminSocket(Path.of("/proc/self/fd/" + descriptor).resolve(path.getFileName()), descriptor);
    }

    /** For bind and connect, in this process only. */
    Path address() {
        return address;
    }

    @Override
    public void close() {
        if (descriptor != NONE) {
            Descriptors.close(descriptor);
        }
    }

    /** Java opens directories, but does not tell the number. */
    @SuppressWarnings("restricted")
    private static final class Descriptors {
        private static final int O_PATH = 0x20_0000;
        private static final int O_CLOEXEC = 0x8_0000;
        private static final MethodHandle OPEN = find("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
        private static final MethodHandle CLOSE = find("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

        private static MethodHandle find(final String name, final FunctionDescriptor type, final Linker.Option... options) {
            final Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
        }

        static int open(final Path directory) throws IOException {
            final int descriptor;
            try (Arena arena = Arena.ofConfined()) {
                descriptor = (int) OPEN.invokeExact(arena.allocateFrom(directory.toString()), O_PATH | O_CLOEXEC);
            } catch (final Throwable e) {
                throw new IllegalStateException(e);
            }
            if (descriptor < 0) {
                throw new IOException(directory + " cannot be opened");
            }
            return descriptor;
        }

        static void close(final int descriptor) {
            try {
                final int status = (int) CLOSE.invokeExact(descriptor);
                if (status != 0) {
                    throw new IllegalStateException("descriptor " + descriptor + " cannot be closed");
                }
            } catch (final Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The file of a listening Unix socket: for its owner only from the first moment, there only when it can be connected to. */
public final class UnixSocketFile {
    /** Longest path of a Unix socket on Linux, bytes. */
    public static final int PATH_LENGTH_MAX = 107;

    private static final String TEMPORARY_PREFIX = ".c";

    /** Binds a socket. */
    @FunctionalInterface
    public interface Binder<T> {
        /** Listens at {@code path}. Throws when that cannot be. */
        T bind(Path path) throws IOException;
    }

    private UnixSocketFile() {
    }

    /**
     * Binds in a directory that nobody else may enter, then moves the socket into place.
     *
     * @throws IOException when somebody listens at {@code path}, it is too long, or it cannot be made there.
     */
    public static <T> T bind(final Path path, final Binder<T> binder) throws IOException {
        checkLength(path);
        if (isListening(path)) {
            throw new IOException("another process listens on the socket " + path + ": stop it, or use another path");
        }
        final Path directory = Files.createTempDirectory(path.toAbsolutePath().getParent(), TEMPORARY_PREFIX,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            final Path temporary = directory.resolve("s");
            checkLength(temporary);
            final T bound = binder.bind(temporary);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            return bound;
        } finally {
            Files.deleteIfExists(directory.resolve("s"));
            Files.deleteIfExists(directory);
        }
    }

    /** Removes the file, if it is there. */
    public static void remove(final Path path) {
        path.toFile().delete();
    }

    private static boolean isListening(final Path path) throws IOException {
        if (!Files.exists(path)) {
            return false;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (final IOException refused) {
            return false;
        }
    }

    private static void checkLength(final Path path) throws IOException {
        final int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > PATH_LENGTH_MAX) {
            throw new IOException("the socket path " + path + " has " + length + " bytes, at most " + PATH_LENGTH_MAX + " are possible");
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The directory that holds a node's state ({@code carillon.dir}), made if need be and locked against a second process.
 */
public final class NodeDirectory implements AutoCloseable {
    private static final String LOCK = "lock";
    /** A node that begins on a full disk would join the group, and leave it with the first thing that it is given. */
    private static final long ROOM_MIN = 16L << 20;

    private final Path path;
    private final Storage storage;
    private final FileChannel channel;

    private NodeDirectory(final Path path, final Storage storage, final FileChannel channel) {
        this.path = path;
        this.storage = storage;
        this.channel = channel;
    }

    /** Opens and locks {@code path}. Throws {@link UncheckedIOException} saying why that cannot be. */
    public static NodeDirectory open(final Path path) {
        FileChannel channel = null;
        try {
            final boolean isNew = Files.notExists(path);
            Files.createDirectories(path); // says what is in the way
            if (isNew) {
                Storage.FILES.forceDirectory(path.toAbsolutePath().getParent());
            }
            channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            final FileLock lock = channel.tryLock();
            if (lock == null) {
                throw taken(path);
            }
            requireRoom(Files.getFileStore(path).getUsableSpace());
            return new NodeDirectory(path, Storage.FILES, channel);
        } catch (final OverlappingFileLockException e) {
            closeQuietly(channel, e);
            throw new UncheckedIOException(taken(path));
        } catch (final IOException e) {
            closeQuietly(channel, e);
            throw new UncheckedIOException("cannot use the state directory " + path + ": " + reason(e), e);
        }
    }

    /** The directory {@code path} in another file system, where nobody else is: made, not locked. */
    public static NodeDirectory in(final Storage storage, final Path path) {
        try {
            storage.createDirectories(path);
            return new NodeDirectory(path, storage, null);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot use the state directory " + path + ": " + e.getMessage(), e);
        }
    }

    /** The file system that it is in. */
    Storage storage() {
        return storage;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot release the state directory " + path + ": " + e.getMessage(), e);
        }
    }

    static void requireRoom(final long usable) throws IOException {
        if (usable < ROOM_MIN) {
            throw new IOException("No space left on device: " + (usable >> 20) + " MB are free, a node begins with " + (ROOM_MIN >> 20)
                + " at least. Make room there");
        }
    }

    /** What an exception of the file system means; most carry only the path. */
    private static String reason(final IOException e) {
        return switch (e) {
            case FileAlreadyExistsException exists -> "something that is no directory is there: " + exists.getFile();
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case NoSuchFileException missing -> "no such directory: " + missing.getFile();
            default -> e.getMessage();
        };
    }

    private static IOException taken(final Path path) {
        return new IOException("it is in use by another process (" + path.resolve(LOCK)
            + " is locked); stop that one, or set another carillon.dir");
    }

    private static void closeQuietly(final FileChannel channel, final Exception cause) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (final IOException e) {
            cause.addSuppressed(e);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.Gtid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code grastate.dat} in the server's data directory, in Galera's format and with Galera's meaning: the seqno is -1 from
 * connect to an orderly end, so a data definition statement needs no mark of its own; and the position that a server
 * recovered from its tables counts only if this file names that history. A file that was removed, or names none because
 * the data was half replaced or found inconsistent, means a snapshot.
 */
final class SavedState {
    private static final Logger LOG = LoggerFactory.getLogger(SavedState.class);
    private static final String NAME = "grastate.dat";

    /** Makes what was written to a file, or the names in a directory, outlive a loss of power. */
    @FunctionalInterface
    interface Disk {
        void force(Path path) throws IOException;
    }

    private final Path file;
    private final Disk disk;
    private UUID uuid = Gtid.UNDEFINED_UUID;
    private long seqno = -1;
    private boolean safeToBootstrap = true;
    private boolean isCorrupt;

    /** In {@code dataDir}, or nowhere when that is null. Reads what is there. Throws {@link UncheckedIOException} when it cannot. */
    SavedState(final Path dataDir) {
        this(dataDir, SavedState::force);
    }

    SavedState(final Path dataDir, final Disk disk) {
        this.disk = disk;
        file = dataDir == null ? null : dataDir.resolve(NAME);
        if (file != null && Files.exists(file)) {
            try {
                Files.readAllLines(file).forEach(this::line);
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
            }
        }
    }

    boolean safeToBootstrap() {
        return safeToBootstrap;
    }

    UUID uuid() {
        return uuid;
    }

    long seqno() {
        return seqno;
    }

    /** Where the data is, by {@code recovered} (what the server's tables say) as far as this file vouches for it. */
    Gtid position(final Gtid recovered) {
        if (file == null) {
            return recovered;
        }
        final Gtid kept = new Gtid(uuid, seqno);
        if (kept.isDefined() && seqno >= 0) {
            return kept;
        }
        if (recovered.isDefined() && !recovered.uuid().equals(uuid)) {
            LOG.info("The server's position is {}, but {} names the history {}: not used", recovered, file, uuid);
            return Gtid.UNDEFINED;
        }
        return recovered;
    }

    /** The server's data is not the group's: nothing may start from it until it is {@link #restored}. */
    void corrupt() {
        set(Gtid.UNDEFINED_UUID, -1, false);
        isCorrupt = true;
    }

    boolean isCorrupt() {
        return isCorrupt;
    }

    /** The server's data is being replaced by a snapshot: half of it is no position. */
    void replaced() {
        set(Gtid.UNDEFINED_UUID, -1, safeToBootstrap);
    }

    /** The server has the data of {@code history} again. */
    void restored(final UUID history) {
        isCorrupt = false;
        set(history, -1, safeToBootstrap);
    }

    /** Writes a new state; nothing when it is what the file says already. */
    void set(final UUID newUuid, final long newSeqno, final boolean newSafeToBootstrap) {
        if (isCorrupt || newUuid.equals(uuid) && newSeqno == seqno && newSafeToBootstrap == safeToBootstrap) {
            return;
        }
        uuid = newUuid;
        seqno = newSeqno;
        safeToBootstrap = newSafeToBootstrap;
        if (file != null) {
            write();
        }
    }

    /**
     * An old position that comes back with a loss of power would be applied from a second time, a new one that is lost
     * costs a snapshot; so both the text and its name are forced. Connects, ends and snapshots only: no commit waits.
     */
    private void write() {
        final String text = "# GALERA saved state\nversion: 2.1\nuuid:    " + uuid + "\nseqno:   " + seqno + "\nsafe_to_bootstrap: "
            + (safeToBootstrap ? 1 : 0) + "\n";
        try {
            final Path next = file.resolveSibling(NAME + ".tmp");
            Files.writeString(next, text);
            disk.force(next);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            disk.force(file.toAbsolutePath().getParent());
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static void force(final Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void line(final String line) {
        final int colon = line.indexOf(':');
        if (line.startsWith("#") || colon < 0) {
            return;
        }
        final String value = line.substring(colon + 1).trim();
        try {
            switch (line.substring(0, colon).trim()) {
                case "uuid" -> uuid = UUID.fromString(value);
                case "seqno" -> seqno = Long.parseLong(value);
                case "safe_to_bootstrap" -> safeToBootstrap = !"0".equals(value);
                default -> {
                }
            }
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + line + "' in " + file + " cannot be read; correct or remove the file", e);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.log.Remedy;
import io.carillon.wsrep.Gtid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code grastate.dat} in the server's data directory, in Galera's format and with Galera's meaning: the seqno is -1 from
 * connect to an orderly end, so a data definition statement needs no mark of its own; and the position that a server
 * recovered from its tables counts only if this file names that history. A file that was removed, or names none because
 * the data was half replaced or found inconsistent, means a snapshot.
 *
 * <p>It names none, either, while this node's vote on a result is undecided. The server's tables are then behind a write set
 * that it could not apply: were it started anew before it knows the group's result, it would go on from there. The provider
 * takes the name out before it votes, in case that there is no sidecar then.
 */
final class SavedState {
    private static final Logger LOG = LoggerFactory.getLogger(SavedState.class);
    private static final String NAME = "grastate.dat";
    private static final int DOUBTS_MAX = 1024;
    private static final long NEVER = Long.MIN_VALUE;

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
    /** Own votes that are not decided. */
    private final Set<Long> doubts = new HashSet<>();
    /** Of a running server, from a sidecar before: its votes come again, all of them before it is through with this seqno. */
    private long doubtfulUntil = NEVER;

    /**
     * In {@code dataDir}, or nowhere when that is null. Reads what is there. Throws {@link UncheckedIOException} when it cannot.
     *
     * @param running the server was fed already, by a sidecar before.
     */
    SavedState(final Path dataDir, final boolean running) {
        this(dataDir, running, SavedState::force);
    }

    SavedState(final Path dataDir, final boolean running, final Disk disk) {
        this.disk = disk;
        file = dataDir == null ? null : dataDir.resolve(NAME);
        if (file != null && Files.exists(file)) {
            try {
                Files.readAllLines(file).forEach(this::line);
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
            }
            if (running && uuid.equals(Gtid.UNDEFINED_UUID)) {
                doubtfulUntil = Long.MAX_VALUE;
            }
        }
    }

    /** This node has another result for {@code voted} than success, and does not know the group's. */
    void doubt(final long voted) {
        if (doubts.size() < DOUBTS_MAX) {
            doubts.add(voted);
        } else {
            doubtfulUntil = Long.MAX_VALUE;
        }
        writeDoubt();
    }

    /** The group has the same result for {@code voted}. */
    void agreed(final long voted) {
        if (doubts.remove(voted) && !isDoubtful()) {
            writeDoubt();
        }
    }

    /** A primary view at {@code at}: the provider says its votes again as soon as it has it. */
    void votesComeAgain(final long at) {
        doubtfulUntil = Math.min(doubtfulUntil, at);
    }

    /** The server is through with everything up to {@code released}. */
    void released(final long released) {
        if (doubtfulUntil != NEVER && released >= doubtfulUntil) {
            doubtfulUntil = NEVER;
            if (!isDoubtful()) {
                writeDoubt();
            }
        }
    }

    /** Not forced: the provider brought the doubt to the disk, and one too many costs a snapshot. */
    private void writeDoubt() {
        if (file != null) {
            writeInPlace(false);
        }
    }

    private boolean isDoubtful() {
        return !doubts.isEmpty() || doubtfulUntil != NEVER;
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
        doubts.clear();
        doubtfulUntil = NEVER;
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
        final Path next = file.resolveSibling(NAME + ".tmp");
        try {
            Files.writeString(next, text());
        } catch (final IOException noRoom) {
            writeInPlace(true);
            return;
        }
        try {
            disk.force(next);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            disk.force(file.toAbsolutePath().getParent());
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
    }

    private String text() {
        final boolean isDoubtful = isDoubtful();
        return "# GALERA saved state\nversion: 2.1\nuuid:    " + (isDoubtful ? Gtid.UNDEFINED_UUID : uuid)
            + "\nseqno:   " + (isDoubtful ? -1 : seqno) + "\nsafe_to_bootstrap: " + (safeToBootstrap ? 1 : 0) + "\n";
    }

    /** Where the file is, there is room for it on a full disk, too. */
    private void writeInPlace(final boolean force) {
        final ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text());
        try {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes, bytes.position());
                }
                channel.truncate(bytes.limit());
            }
            if (force) {
                disk.force(file);
            }
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
    }

    private UncheckedIOException cannotWrite(final IOException e) {
        return new UncheckedIOException("cannot write " + file + ": " + Remedy.of(e), e);
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

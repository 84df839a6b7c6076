// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.Gtid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * {@code grastate.dat} in the server's data directory, in the format that operators' tools read. The replicator
 * itself relies on its own log; only {@code safe_to_bootstrap} is obeyed.
 */
final class SavedState {
    private static final String NAME = "grastate.dat";

    private final Path file;
    private UUID uuid = Gtid.UNDEFINED_UUID;
    private long seqno = -1;
    private boolean safeToBootstrap = true;
    private boolean isCorrupt;

    /** In {@code dataDir}, or nowhere when that is null. Reads what is there. Throws {@link UncheckedIOException} when it cannot. */
    SavedState(final Path dataDir) {
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

    /** The server's data is not the group's: nothing may start from it. */
    void corrupt() {
        set(Gtid.UNDEFINED_UUID, -1, false);
        isCorrupt = true;
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

    private void write() {
        final String text = "# GALERA saved state\nversion: 2.1\nuuid:    " + uuid + "\nseqno:   " + seqno + "\nsafe_to_bootstrap: "
            + (safeToBootstrap ? 1 : 0) + "\n";
        try {
            final Path next = file.resolveSibling(NAME + ".tmp");
            Files.writeString(next, text);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
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

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.Gtid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's position on disk. */
final class SavedStateTest {
    private static final UUID GROUP = new UUID(7, 9);

    @TempDir
    Path dir;

    /** The text before it takes the name, the name before the call returns. */
    @Test
    void eachStateIsForcedToTheDisk() throws IOException {
        final Path file = dir.resolve("grastate.dat");
        final List<String> forced = new ArrayList<>();
        final SavedState state = new SavedState(dir, false, path -> {
            final long named = Files.exists(file) ? seqno(file) : 0;
            forced.add(path.equals(dir) ? "directory naming " + named : "text of " + seqno(path) + " beside " + named);
        });
        state.set(GROUP, 11, true);
        state.set(GROUP, 12, true);
        state.set(GROUP, 12, true);
        assertEquals(List.of("text of 11 beside 0", "directory naming 11", "text of 12 beside 11", "directory naming 12"), forced);
        assertEquals(new Gtid(GROUP, 12), new SavedState(dir, false).position(Gtid.UNDEFINED));
    }

    @Test
    void aDiskThatFailsLeavesTheOldState() {
        new SavedState(dir, false).set(GROUP, 11, true);
        final SavedState state = new SavedState(dir, false, path -> {
            throw new IOException("no disk any more");
        });
        final UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> state.set(GROUP, 12, true));
        assertTrue(e.getMessage().contains("no disk any more") && e.getMessage().contains("grastate.dat"), e.getMessage());
        assertEquals(11, new SavedState(dir, false).seqno());
    }

    private static long seqno(final Path file) throws IOException {
        return Files.readAllLines(file).stream().filter(line -> line.startsWith("seqno:"))
            .mapToLong(line -> Long.parseLong(line.substring("seqno:".length()).trim())).findFirst().orElseThrow();
    }
}

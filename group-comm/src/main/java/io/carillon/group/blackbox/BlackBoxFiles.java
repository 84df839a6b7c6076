// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The dumps in a node's state directory: those of failures, of which the latest are kept, and the one that was asked for last. */
public final class BlackBoxFiles {
    private static final int FAILURES_MAX = 4;
    private static final String FAILURE = "blackbox-";
    private static final String SUFFIX = ".cbb";
    private static final String ASKED = "blackbox" + SUFFIX;
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private BlackBoxFiles() {
    }

    /** Writes a dump that was asked for, in place of the former one. */
    public static Path writeAsked(final Path directory, final ByteBuffer dump) throws IOException {
        final Path file = directory.resolve(ASKED);
        write(file, dump);
        return file;
    }

    /** Writes the dump of a failure, and deletes the oldest beyond four. */
    public static Path writeFailure(final Path directory, final long wallMs, final ByteBuffer dump) throws IOException {
        final Path file = directory.resolve(FAILURE + TIME.format(Instant.ofEpochMilli(wallMs)) + SUFFIX);
        write(file, dump);
        final List<Path> kept = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, FAILURE + "*" + SUFFIX)) {
            found.forEach(kept::add);
        }
        kept.sort(null); // by their names, which are their times
        for (int nth = 0; nth < kept.size() - FAILURES_MAX; nth++) {
            Files.deleteIfExists(kept.get(nth));
        }
        return file;
    }

    private static void write(final Path file, final ByteBuffer dump) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
            while (dump.hasRemaining()) {
                channel.write(dump);
            }
        }
    }
}

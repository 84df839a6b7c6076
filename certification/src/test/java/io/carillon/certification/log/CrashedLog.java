// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A log whose process ended in the middle, and its files. */
abstract class CrashedLog extends LogFixture {
    static final LogConfig ONE_SEGMENT = new LogConfig(Durability.OS, 1 << 20, 0, 0);
    static final LogConfig SMALL_SEGMENTS = new LogConfig(Durability.OS, 32 << 10, 0, 0);

    final LogModel model = new LogModel();

    /** A log of {@code count} entries that was left without being closed; complete segments are sealed. */
    final void crashed(final LogConfig config, final int count, final SplittableRandom random) {
        final WriteSetLog log = WriteSetLog.open(directory, config, owner);
        for (int i = 0; i < count; i++) {
            model.append(log, random, 1000);
            log.flush();
        }
        log.abandon();
    }

    final List<Path> files(final String suffix) throws IOException {
        try (Stream<Path> files = Files.list(path.resolve("log"))) {
            return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
        }
    }

    /** Changes a bit. */
    static void flip(final Path file, final long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            final int old = bytes.read();
            bytes.seek(at);
            bytes.write(old ^ 0x10);
        }
    }
}

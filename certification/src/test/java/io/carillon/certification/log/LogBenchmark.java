// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures the log: appending with a flush a batch, opening again, reading all. Run as a program; no test. Arguments:
 * directory (emptied afterwards), megabytes (default 1024), payload bytes (default 400), entries a flush (default 3).
 */
public final class LogBenchmark {
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private LogBenchmark() {
    }

    /** Entry point. */
    public static void main(final String[] arguments) throws IOException, InterruptedException {
        final Path path = Files.createTempDirectory(Path.of(arguments.length > 0 ? arguments[0] : "."), "log-benchmark");
        final long length = (arguments.length > 1 ? Long.parseLong(arguments[1]) : 1024) << 20;
        final int payload = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 400;
        final int batch = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 3;
        try (NodeDirectory directory = NodeDirectory.open(path)) {
            final OwnerQueue owner = new OwnerQueue();
            final WriteSetLog log = WriteSetLog.open(directory, LogConfig.defaults(Durability.OS), owner);
            final int count = append(log, length, payload, batch);
            log.abandon();
            final long start = System.nanoTime();
            final WriteSetLog opened = WriteSetLog.open(directory, LogConfig.defaults(Durability.OS), owner);
            System.out.printf("opened in %.0f ms: %s%n", (System.nanoTime() - start) / 1e6, opened.recovery());
            read(opened, count);
            opened.abandon();
        } finally {
            try (Stream<Path> files = Files.walk(path)) {
                for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static int append(final WriteSetLog log, final long length, final int payload, final int batch) {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[payload]);
        final int count = (int) (length / EntryLayout.entryLength(payload));
        final long start = System.nanoTime();
        final long startCpu = CPU.getCurrentThreadCpuTime();
        for (int i = 1; i <= count; i++) {
            log.append(i, i, 1, 2, 3, i, EntryKind.WRITE_SET, bytes, 0, payload);
            if (i % batch == 0) {
                log.flush();
            }
        }
        log.flush();
        System.out.printf("%d entries of %d bytes, %d a flush: %.0f ns of processor time an entry, %.1f s elapsed%n", count, payload, batch,
            (double) (CPU.getCurrentThreadCpuTime() - startCpu) / count, (System.nanoTime() - start) / 1e9);
        return count;
    }

    private static void read(final WriteSetLog log, final int count) {
        final LogEntry entry = new LogEntry();
        final long startCpu = CPU.getCurrentThreadCpuTime();
        for (int i = 1; i <= count; i++) {
            log.read(i, entry);
        }
        System.out.printf("read back: %.0f ns of processor time an entry%n", (double) (CPU.getCurrentThreadCpuTime() - startCpu) / count);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Where the certifier's second thread may run. */
final class CpuAffinityTest {
    @Test
    void theOtherThreadMayRunAnywhereButOnTheCallersProcessor() throws Exception {
        final BitSet all = allowed(Path.of("/proc/thread-self/status"));
        assumeTrue(all.cardinality() > 1, "one processor");
        final BlockingQueue<CpuAffinity> made = new ArrayBlockingQueue<>(1);
        final BlockingQueue<Path> statusFile = new ArrayBlockingQueue<>(1);
        final CountDownLatch end = new CountDownLatch(1);
        final Thread other = Thread.ofPlatform().start(() -> {
            try {
                statusFile.add(Path.of("/proc/thread-self").toRealPath().resolve("status"));
                made.add(new CpuAffinity());
                end.await();
            } catch (final IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            final Path status = statusFile.take();
            final CpuAffinity affinity = made.take();
            affinity.avoidCallersCpu();
            final BitSet left = allowed(status);
            assertEquals(all.cardinality() - 1, left.cardinality());
            left.andNot(all);
            assertEquals(new BitSet(), left, "a processor it was not allowed before");
            assertEquals(all, allowed(Path.of("/proc/thread-self/status")), "the caller stays free");
        } finally {
            end.countDown();
            other.join();
        }
    }

    /** As "Cpus_allowed_list: 0-3,8" says. */
    private static BitSet allowed(final Path status) throws IOException {
        final String name = "Cpus_allowed_list:";
        final String list = Files.readAllLines(status).stream().filter(line -> line.startsWith(name)).findFirst().orElseThrow();
        final BitSet cpus = new BitSet();
        for (final String range : list.substring(name.length()).trim().split(",")) {
            final String[] ends = range.split("-");
            cpus.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return cpus;
    }
}

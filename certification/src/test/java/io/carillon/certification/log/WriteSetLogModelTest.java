// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random calls on a log and on a list: they must always answer alike, also after crashes. */
final class WriteSetLogModelTest {
    private static final int STEPS = 250;

    @TempDir
    private Path path;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void answersAsAList(final int seed) throws InterruptedException {
        final SplittableRandom random = new SplittableRandom(seed);
        final Durability durability = Durability.values()[random.nextInt(1, 3)];
        final LogConfig config = new LogConfig(durability, 32 << 10 << random.nextInt(3), 0, 0);
        final OwnerQueue owner = new OwnerQueue();
        final LogModel model = new LogModel();
        try (NodeDirectory directory = NodeDirectory.open(path)) {
            WriteSetLog log = WriteSetLog.open(directory, config, owner);
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(20)) {
                    case 0 -> {
                        final long to = model.baseIndex + random.nextLong(model.entries.size() + 1L);
                        log.truncateAfter(to);
                        model.truncateAfter(to);
                    }
                    case 1 -> {
                        log.purgeBelow(model.baseIndex + random.nextLong(model.entries.size() + 1L));
                        model.purgedTo(log.baseIndex());
                    }
                    case 2 -> {
                        if (random.nextInt(5) == 0) {
                            model.reset(random.nextInt(100_000), random.nextInt(50_000), random.nextInt(1000));
                            log.reset(model.baseIndex, model.baseSeqno, model.baseEpoch);
                        }
                    }
                    case 3 -> log = reopen(log, directory, config, owner, model, random.nextBoolean());
                    case 4 -> model.assertSame(log);
                    default -> {
                        for (int i = random.nextInt(20); i >= 0; i--) {
                            model.append(log, random, 2000);
                        }
                        log.flush();
                    }
                }
                owner.run();
            }
            model.assertSame(log);
            log.flush();
            final WriteSetLog last = log;
            owner.runUntil(() -> last.loggedIndex() == last.endIndex());
            log.close();
        }
    }

    /** In order, or as after a crash: what was flushed is there. */
    private static WriteSetLog reopen(final WriteSetLog log, final NodeDirectory directory, final LogConfig config,
        final OwnerQueue owner, final LogModel model,
        final boolean inOrder) {
        if (inOrder) {
            log.close();
        } else {
            log.flush();
            log.abandon();
        }
        final WriteSetLog opened = WriteSetLog.open(directory, config, owner);
        assertEquals(model.endIndex(), opened.loggedIndex());
        model.assertSame(opened);
        return opened;
    }
}

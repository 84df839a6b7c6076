// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the index files of full segments on the worker. A segment is sealed once its own is written and nothing refers to
 * its file any more. Owner's thread only.
 */
final class SegmentSealer {
    private static final Logger LOGGER = LoggerFactory.getLogger(SegmentSealer.class);

    private final SegmentFiles files;
    private final DiskWorker sync;
    private final Predicate<FileChannel> inUse;
    private final Consumer<Segment> sealed;
    private final List<Seal> seals = new ArrayList<>();
    private Segment failedAt;

    /**
     * A sealer.
     *
     * @param inUse tells whether the worker still has an {@code fsync} of that file to do.
     * @param sealed hears of each sealed segment.
     */
    SegmentSealer(final SegmentFiles files, final DiskWorker sync, final Predicate<FileChannel> inUse, final Consumer<Segment> sealed) {
        this.files = files;
        this.sync = sync;
        this.inUse = inUse;
        this.sealed = sealed;
    }

    /** Notes what is written meanwhile, and has the index files written of all segments that are full since. */
    void sealFull() throws IOException {
        poll(false);
        for (final Segment segment : files.unsealed()) {
            if (segment.written == segment.end && segment.isCreated() && files.active() != failedAt
                && seals.stream().noneMatch(seal -> seal.segment == segment)) {
                final Seal seal = new Seal(segment, segment.channel());
                seals.add(seal);
                sync.submit(seal);
            }
        }
    }

    /** The worker has nothing left to do: notes what it wrote. */
    void finish() throws IOException {
        poll(true);
    }

    private void poll(final boolean idle) throws IOException {
        for (int i = seals.size() - 1; i >= 0; i--) {
            final Seal seal = seals.get(i);
            if (!seal.done || !idle && inUse.test(seal.channel)) {
                continue;
            }
            seals.remove(i);
            if (seal.failure != null) {
                LOGGER.warn("cannot write the index of {}: {}; trying again when the next segment is full",
                    seal.segment, seal.failure.getMessage());
                failedAt = files.active();
                continue;
            }
            seal.segment.sealed = true;
            sealed.accept(seal.segment);
            files.noteLoaded(seal.segment);
        }
    }

    /** Writes the index file of a full segment. */
    private final class Seal implements Runnable {
        final Segment segment;
        final FileChannel channel;
        final int[] offsets;
        final long[] runs;
        volatile boolean done;
        volatile IOException failure;

        Seal(final Segment segment, final FileChannel channel) {
            this.segment = segment;
            this.channel = channel;
            offsets = segment.offsets();
            runs = files.epochs().runs(segment.baseIndex + 1, segment.lastIndex());
        }

        @Override
        public void run() {
            try {
                channel.force(false);
                SegmentIndex.write(segment, offsets, runs);
            } catch (final IOException e) {
                failure = e;
            }
            done = true;
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The segments of a log, ascending; the last one is appended to. Owner's thread only. */
final class SegmentFiles {
    /** Sealed segments whose offsets stay in memory. */
    private static final int LOADED_MAX = 4;

    private final Storage storage;
    private final Path directory;
    private final LogConfig config;
    private final String report;
    private final boolean lostAcknowledged;
    private final List<Segment> segments;
    private final EpochTable epochs;
    private final ArrayDeque<Segment> loaded = new ArrayDeque<>();
    private boolean mayBeUnsealed = true;

    private SegmentFiles(final Storage storage, final Path directory, final LogConfig config, final LogRecovery recovery) {
        this.storage = storage;
        this.directory = directory;
        this.config = config;
        report = recovery.report();
        lostAcknowledged = recovery.lostAcknowledged;
        segments = new ArrayList<>(recovery.segments);
        epochs = recovery.epochs;
    }

    /** Recovers the log in {@code directory}, or begins one, and makes its end ready to be appended to. */
    static SegmentFiles open(final Storage storage, final Path directory, final LogConfig config) throws IOException {
        storage.createDirectories(directory);
        final SegmentFiles files = new SegmentFiles(storage, directory, config, new LogRecovery(storage, directory).run());
        if (files.segments.isEmpty()) {
            final Segment first = new Segment(storage, directory, ThreadLocalRandom.current().nextLong(), 1, 0, 0, 0, 0);
            first.create(config.segmentLength());
            files.segments.add(first);
        } else if (!files.active().sealed) {
            files.active().cutFile(config.segmentLength());
        }
        if (config.durability() == Durability.DISK) {
            files.forceUnsealed();
        }
        files.forceDirectory();
        storage.forceDirectory(directory.getParent());
        if (files.active().sealed) {
            // The file of the next one did not outlive a loss of power. A sealed one is never appended to.
            files.roll();
        }
        return files;
    }

    /** What an earlier process wrote under a weaker durability counts from now on. */
    private void forceUnsealed() throws IOException {
        for (final Segment segment : segments) {
            if (!segment.sealed) {
                segment.channel().force(true);
            }
        }
    }

    Storage storage() {
        return storage;
    }

    String report() {
        return report;
    }

    boolean lostAcknowledged() {
        return lostAcknowledged;
    }

    EpochTable epochs() {
        return epochs;
    }

    List<Segment> all() {
        return segments;
    }

    Segment first() {
        return segments.getFirst();
    }

    Segment active() {
        return segments.getLast();
    }

    /** Begins the next segment, in memory. */
    Segment roll() {
        final Segment last = active();
        final Segment next = new Segment(storage, directory, last.logId, last.generation, last.lastIndex(), last.lastSeqno,
            last.lastEpoch, last.lastCrc);
        segments.add(next);
        mayBeUnsealed = true;
        return next;
    }

    /** Full segments that have no index file yet. */
    List<Segment> unsealed() {
        if (!mayBeUnsealed) {
            return List.of();
        }
        final List<Segment> found = new ArrayList<>();
        for (int i = 0; i < segments.size() - 1; i++) {
            if (!segments.get(i).sealed) {
                found.add(segments.get(i));
            }
        }
        mayBeUnsealed = !found.isEmpty();
        return found;
    }

    /** The segment that holds {@code index}. */
    Segment segmentOf(final long index) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            final int middle = low + high + 1 >>> 1;
            if (segments.get(middle).baseIndex < index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return segments.get(low);
    }

    /** The segment that holds the entry that took {@code seqno}. */
    Segment segmentOfSeqno(final long seqno) {
        int i = segments.size() - 1;
        while (segments.get(i).baseSeqno >= seqno) {
            i--;
        }
        return segments.get(i);
    }

    /** Makes sure that the offsets of {@code segment} are in memory. */
    void load(final Segment segment) throws IOException {
        if (!segment.isLoaded()) {
            segment.load(SegmentIndex.readOffsets(segment));
            noteLoaded(segment);
        }
    }

    /** A sealed segment has its offsets in memory: those loaded longest ago lose theirs. */
    void noteLoaded(final Segment segment) throws IOException {
        loaded.add(segment);
        while (loaded.size() > LOADED_MAX) {
            loaded.poll().unload();
        }
    }

    /** Cuts every entry above {@code index}; the other values are those of that entry. */
    void truncateAfter(final long index, final int crc, final long seqno, final long epoch) throws IOException {
        while (segments.size() > 1 && active().baseIndex >= index) {
            delete(segments.removeLast());
        }
        final Segment last = active();
        load(last);
        if (storage.exists(SegmentIndex.pathOf(last))) {
            // Gone for good before the segment changes: an index that came back would vouch for what is not there.
            SegmentIndex.delete(last);
            forceDirectory();
        }
        loaded.remove(last);
        if (last.sealed) {
            last.close();
            last.sealed = false;
        }
        last.cut(index, crc, seqno, epoch);
        epochs.truncateAfter(index);
        if (last.isCreated()) {
            last.cutFile(config.segmentLength());
            if (config.durability() == Durability.DISK) {
                last.channel().force(true);
                forceDirectory();
            }
        }
    }

    /** Begins anew after the entry {@code index}. */
    void reset(final long index, final long seqno, final long epoch) throws IOException {
        final Segment first = new Segment(storage, directory, active().logId, active().generation + 1, index, seqno, epoch, 0);
        first.create(config.segmentLength());
        if (config.durability() == Durability.DISK) {
            first.channel().force(true);
            forceDirectory();
        }
        final List<Segment> old = List.copyOf(segments);
        segments.clear();
        loaded.clear();
        epochs.clear();
        segments.add(first);
        for (final Segment segment : old) {
            delete(segment);
        }
    }

    /**
     * Tells whether the oldest segment holds nothing above {@code index}, and the log is longer than {@code keep} bytes
     * without it. The next one must be where an acknowledged entry, of which {@code logged} is the last, is: whoever ends
     * before it is written would have no log at all.
     */
    boolean isPurgeable(final long index, final long keep, final long logged) {
        return segments.size() > 1 && first().lastIndex() <= Math.min(index, logged - 1) && segments.get(1).isCreated()
            && length() - first().end >= keep;
    }

    /** Deletes the oldest segment. */
    void purgeFirst() throws IOException {
        final Segment gone = segments.removeFirst();
        loaded.remove(gone);
        epochs.purgeUpTo(first().baseIndex);
        delete(gone);
    }

    long length() {
        long sum = 0;
        for (int i = 0; i < segments.size(); i++) {
            sum += segments.get(i).end;
        }
        return sum;
    }

    void forceDirectory() throws IOException {
        storage.forceDirectory(directory);
    }

    Path directory() {
        return directory;
    }

    void close() {
        try {
            for (final Segment segment : segments) {
                segment.close();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot close the log in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static void delete(final Segment segment) throws IOException {
        segment.close();
        segment.storage.delete(segment.path);
        SegmentIndex.delete(segment);
    }
}

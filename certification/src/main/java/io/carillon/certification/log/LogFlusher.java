// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the tail of the log to where the durability wants it, and says so. One {@code fsync} is under way at a time;
 * what is flushed meanwhile shares the next one.
 */
final class LogFlusher {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogFlusher.class);

    private final LogConfig config;
    private final SegmentFiles files;
    private final TailCache tail;
    private final Executor owner;
    private final DiskWorker sync;
    private final List<Segment> dirty = new ArrayList<>();
    private final SegmentSealer sealer;
    private LongConsumer listener = index -> {
    };
    private long logged;
    private long writtenIndex;
    private boolean directoryDirty;
    private boolean spillFailed;
    private Sync inFlight;
    private IOException failure;

    LogFlusher(final LogConfig config, final SegmentFiles files, final TailCache tail, final Executor owner) {
        this.config = config;
        this.files = files;
        this.tail = tail;
        this.owner = owner;
        sync = files.storage().worker("carillon-log-sync");
        sealer = new SegmentSealer(files, sync, this::isBeingForced, dirty::remove);
        logged = files.active().lastIndex();
        writtenIndex = logged;
    }

    long logged() {
        return logged;
    }

    void onLogged(final LongConsumer consumer) {
        listener = consumer;
    }

    void flush() {
        final long end = files.active().lastIndex();
        if (end == logged) {
            return;
        }
        if (config.durability() == Durability.MEMORY) {
            spill();
            complete(end);
            return;
        }
        writeAll(end);
        if (config.durability() == Durability.OS) {
            complete(end);
        } else {
            requestSync();
        }
        sealFullSegments();
    }

    /** Before a chunk more is taken: throws when {@code limit} bytes are unwritten and cannot be written either. */
    void makeRoom(final long limit) {
        if (tail.unwrittenLength() >= limit) {
            writeAll(files.active().lastIndex());
        }
    }

    /** Waits until the worker has nothing left that refers to a file. */
    void quiesce() {
        sync.drain();
        try {
            sealer.finish();
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
    }

    void truncated(final long index) {
        logged = Math.min(logged, index);
        writtenIndex = Math.min(writtenIndex, index);
        if (inFlight != null) {
            inFlight.index = Math.min(inFlight.index, index);
        }
        dirty.removeIf(segment -> !files.all().contains(segment));
    }

    void reset(final long index) {
        logged = index;
        writtenIndex = index;
        dirty.clear();
        cancelSync();
    }

    /** Forgets what belongs to a purged segment. */
    void purged(final Segment segment) {
        dirty.remove(segment);
    }

    /** Writes everything and, unless durability is {@code memory}, waits for the disk. */
    void close() {
        try {
            quiesce();
            if (inFlight != null && inFlight.failure != null) {
                throw inFlight.failure;
            }
            cancelSync();
            writeAll(files.active().lastIndex());
            if (config.durability() != Durability.MEMORY) {
                force(channels(dirty), directoryDirty);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot bring the log to the disk: " + e.getMessage(), e);
        } finally {
            sync.close();
        }
    }

    /** Ends without another write; what the worker was given is finished. */
    void abandon() {
        cancelSync();
        sync.close();
    }

    private void cancelSync() {
        if (inFlight != null) {
            inFlight.cancelled = true;
            inFlight = null;
        }
    }

    private void writeAll(final long end) {
        if (failure != null) {
            throw new UncheckedIOException("the disk failed under the log in " + files.directory() + ": " + failure.getMessage()
                + ". Nothing that was acknowledged is lost elsewhere; replace the disk and start the node again", failure);
        }
        try {
            tail.write(0, this::prepare);
            writtenIndex = end;
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
    }

    /** Memory durability: nothing waits for the file, but memory is bounded. */
    private void spill() {
        final boolean isLittle = tail.unwrittenLength() < TailCache.CHUNK_LENGTH && tail.unwrittenChunks() <= 2;
        if (isLittle || tail.chunks() < Math.max(2, tail.chunksMax() / 2)) {
            return;
        }
        try {
            tail.write(1, this::prepare);
            spillFailed = false;
            sealFullSegments();
        } catch (final IOException e) {
            if (!spillFailed) {
                LOGGER.warn("{}. It is tried again; the node stops when much more than {} bytes wait", cannotWrite(e).getMessage(),
                    tail.unwrittenLength());
            }
            spillFailed = true;
        }
    }

    private void prepare(final Segment segment) throws IOException {
        if (!segment.isCreated()) {
            segment.create(config.segmentLength());
            directoryDirty = true;
        }
        if (!dirty.contains(segment)) {
            dirty.add(segment);
        }
    }

    private UncheckedIOException cannotWrite(final IOException e) {
        return new UncheckedIOException("cannot write the log up to entry " + files.active().lastIndex() + " in " + files.directory() + ": "
            + Remedy.of(e), e);
    }

    private void complete(final long index) {
        if (index > logged) {
            logged = index;
            listener.accept(index);
        }
    }

    private void requestSync() {
        if (inFlight != null || writtenIndex == logged) {
            return;
        }
        final Sync request;
        try {
            request = new Sync(writtenIndex, channels(dirty), directoryDirty);
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
        dirty.clear();
        directoryDirty = false;
        inFlight = request;
        sync.submit(request);
    }

    private void onSynced(final Sync request) {
        if (request.cancelled) {
            return;
        }
        inFlight = null;
        if (request.failure != null) {
            failure = request.failure;
            LOGGER.error("fsync of the log in {} failed: {}", files.directory(), request.failure.getMessage());
            return;
        }
        complete(request.index);
        requestSync();
    }

    private void sealFullSegments() {
        try {
            sealer.sealFull();
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
    }

    private boolean isBeingForced(final FileChannel channel) {
        return inFlight != null && inFlight.channels.contains(channel);
    }

    private static List<FileChannel> channels(final List<Segment> segments) throws IOException {
        final List<FileChannel> channels = new ArrayList<>(segments.size());
        for (final Segment segment : segments) {
            channels.add(segment.channel());
        }
        return channels;
    }

    private void force(final List<FileChannel> channels, final boolean directory) throws IOException {
        for (final FileChannel channel : channels) {
            channel.force(false);
        }
        if (directory) {
            files.forceDirectory();
        }
    }

    /** One fsync. {@code index} and {@code cancelled} belong to the owner. */
    private final class Sync implements Runnable {
        final List<FileChannel> channels;
        final boolean directory;
        long index;
        boolean cancelled;
        volatile IOException failure;

        Sync(final long index, final List<FileChannel> channels, final boolean directory) {
            this.index = index;
            this.channels = channels;
            this.directory = directory;
        }

        @Override
        public void run() {
            try {
                force(channels, directory);
            } catch (final IOException e) {
                failure = e;
            }
            owner.execute(() -> onSynced(this));
        }
    }
}

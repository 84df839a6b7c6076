// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.Check;
import io.carillon.group.DurableRingLog;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;

/**
 * The ordered log in segment files: at once the memory of the group, the node's crash recovery and the source of
 * incremental state transfer.
 *
 * <p>Appending touches memory only; {@link #flush} writes. A full disk is an {@link UncheckedIOException} of flush (of
 * append only once far more is unwritten than the tail holds); nothing is lost by it and the next flush tries again.
 *
 * <p><b>Threading:</b> the owner's thread, which must not be interrupted. {@code fsync} runs on a worker and is
 * reported through the owner's executor, which must hand tasks to that thread.
 */
public final class WriteSetLog implements DurableRingLog, AutoCloseable {
    private static final int UNWRITTEN_FACTOR = 4;

    private final LogConfig config;
    private final SegmentFiles files;
    private final TailCache tail;
    private final EntryLookup lookup;
    private final LogFlusher flusher;
    private final CRC32C crc = new CRC32C();

    private WriteSetLog(final LogConfig config, final SegmentFiles files, final Executor owner) {
        this.config = config;
        this.files = files;
        tail = new TailCache(files.storage(), config.tailLength());
        lookup = new EntryLookup(files, tail);
        flusher = new LogFlusher(config, files, tail, owner);
    }

    /**
     * Opens the log in {@code directory}/log, recovering what is there. Throws {@link UncheckedIOException} when it is
     * damaged elsewhere than at its tail, or cannot be used.
     *
     * @param owner runs tasks on the owner's thread.
     */
    public static WriteSetLog open(final NodeDirectory directory, final LogConfig config, final Executor owner) {
        try {
            return new WriteSetLog(config, SegmentFiles.open(directory.storage(), directory.path().resolve("log"), config), owner);
        } catch (final IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** What recovery found and cut, for the node's log; one line. */
    public String recovery() {
        return files.report();
    }

    /** Tells whether recovery cut entries off that had been acknowledged: what follows them says so. */
    public boolean lostAcknowledged() {
        return files.lostAcknowledged();
    }

    /** Identity of this log; a new one when the directory was empty. */
    public long id() {
        return files.active().logId;
    }

    @Override
    public long baseIndex() {
        return files.first().baseIndex;
    }

    @Override
    public long endIndex() {
        return files.active().lastIndex();
    }

    @Override
    public long endEpoch() {
        return files.active().lastEpoch;
    }

    @Override
    public long endSeqno() {
        return files.active().lastSeqno;
    }

    /** Seqno as of the base. */
    public long baseSeqno() {
        return files.first().baseSeqno;
    }

    @Override
    public void append(final long index, final long seqno, final long epoch, final long originMsb, final long originLsb,
        final long originSeq,
        final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        Segment segment = files.active();
        Check.that(index == segment.lastIndex() + 1, "appended out of order: index, end", index, segment.lastIndex());
        Check.that(seqno == segment.lastSeqno + (kind.counts() ? 1 : 0), "appended with a wrong seqno: seqno, end",
            seqno, segment.lastSeqno);
        Check.that(epoch >= segment.lastEpoch, "appended an older epoch: epoch, end", epoch, segment.lastEpoch);
        Check.that(length <= EntryLayout.PAYLOAD_MAX, "appended too much: length, limit", length, EntryLayout.PAYLOAD_MAX);
        final int entryLength = EntryLayout.entryLength(length);
        if (tail.needsChunk(segment, entryLength)) {
            flusher.makeRoom((long) UNWRITTEN_FACTOR * config.tailLength());
        }
        if (segment.end + entryLength > config.segmentLength() && segment.count > 0) {
            segment = files.roll();
        }
        final TailCache.Chunk chunk = tail.reserve(segment, entryLength);
        final int at = segment.end - chunk.fileStart;
        EntryLayout.encodeHeader(chunk.buffer, at, index, seqno, epoch, originMsb, originLsb, originSeq, kind, length, segment.lastCrc,
            flusher.logged());
        chunk.buffer.putBytes(at + EntryLayout.HEADER_LENGTH, payload, offset, length);
        chunk.buffer.setMemory(at + EntryLayout.HEADER_LENGTH + length, entryLength - EntryLayout.HEADER_LENGTH - length, (byte) 0);
        final int checksum = EntryLayout.checksum(crc, chunk.bytes, at, length);
        chunk.buffer.putInt(at + EntryLayout.CRC_OFFSET, checksum, LITTLE_ENDIAN);
        segment.append(entryLength, checksum, seqno, epoch);
        files.epochs().add(index, epoch);
    }

    @Override
    public void truncateAfter(final long index) {
        Check.that(index >= baseIndex() && index <= endIndex(), "truncated outside of the log: index, end", index, endIndex());
        if (index == endIndex()) {
            return;
        }
        flusher.quiesce();
        try {
            int crcThere = files.first().baseCrc;
            long seqno = baseSeqno();
            long epoch = files.first().baseEpoch;
            if (index > baseIndex()) {
                lookup.locate(index);
                crcThere = lookup.buffer().getInt(lookup.offset() + EntryLayout.CRC_OFFSET, LITTLE_ENDIAN);
                seqno = lookup.buffer().getLong(lookup.offset() + EntryLayout.SEQNO_OFFSET, LITTLE_ENDIAN);
                epoch = lookup.buffer().getLong(lookup.offset() + EntryLayout.EPOCH_OFFSET, LITTLE_ENDIAN);
            }
            lookup.forget();
            files.truncateAfter(index, crcThere, seqno, epoch);
            tail.truncateAfter(index);
            flusher.truncated(index);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot cut the log after entry " + index + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
        flusher.quiesce();
        try {
            lookup.forget();
            files.reset(index, seqno, epoch);
            tail.clear();
            flusher.reset(index);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot start the log anew at entry " + index + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        if (index <= baseIndex() || index > endIndex()) {
            return false;
        }
        lookup.locate(index);
        EntryLayout.decode(lookup.buffer(), lookup.offset(), into);
        return true;
    }

    @Override
    public long epochAt(final long index) {
        if (index == baseIndex()) {
            return files.first().baseEpoch;
        }
        return index < baseIndex() || index > endIndex() ? -1 : files.epochs().epochAt(index);
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        if (seqno <= baseSeqno() || seqno > endSeqno()) {
            return -1;
        }
        return lookup.indexOfSeqno(seqno);
    }

    @Override
    public long firstIndexOf(final long epoch) {
        final long first = files.epochs().firstOf(epoch);
        return first < 0 || baseIndex() == endIndex() ? -1 : Math.max(first, baseIndex() + 1);
    }

    @Override
    public void flush() {
        flusher.flush();
    }

    @Override
    public long loggedIndex() {
        return flusher.logged();
    }

    @Override
    public void onLogged(final LongConsumer listener) {
        flusher.onLogged(listener);
    }

    /** Bytes of all segments. */
    public long fileLength() {
        return files.length();
    }

    /**
     * Deletes whole segments that hold nothing above {@code index}, as far as the log is longer than {@code
     * retainLength}.
     */
    public void purge(final long index) {
        purge(index, config.retainLength());
    }

    /** Deletes whole segments that hold nothing above {@code index}, whatever the length. */
    public void purgeBelow(final long index) {
        purge(index, 0);
    }

    private void purge(final long index, final long keep) {
        if (!files.isPurgeable(index, keep, flusher.logged())) {
            return;
        }
        flusher.quiesce();
        lookup.forget();
        try {
            while (files.isPurgeable(index, keep, flusher.logged())) {
                tail.forget(files.first());
                flusher.purged(files.first());
                files.purgeFirst();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot purge the log up to entry " + index + ": " + e.getMessage(), e);
        }
    }

    /** Writes everything, waits for the disk unless durability is {@code memory}, and closes. */
    @Override
    public void close() {
        try {
            flusher.close();
        } finally {
            files.close();
        }
    }

    /** The segments. For tests. */
    SegmentFiles files() {
        return files;
    }

    /** Ends as if the process had been killed: nothing more is written. For tests. */
    void abandon() {
        flusher.abandon();
        files.close();
    }
}

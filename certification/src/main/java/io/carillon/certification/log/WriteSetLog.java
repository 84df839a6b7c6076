// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import io.carillon.group.DurableRingLog;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;

/**
 * The ordered log in segment files.
 *
 * <p><b>Threading:</b> the owner's thread. {@code fsync} runs on a helper thread and is reported through the owner's executor.
 */
public final class WriteSetLog implements DurableRingLog, AutoCloseable {
    private WriteSetLog() {
        throw new UnsupportedOperationException("built next");
    }

    /**
     * Opens the log in {@code directory}/log, recovering what is there. Throws {@link java.io.UncheckedIOException} when it is damaged elsewhere than at its tail, or cannot be used.
     *
     * @param owner runs tasks on the owner's thread.
     */
    public static WriteSetLog open(final NodeDirectory directory, final LogConfig config, final Executor owner) {
        return new WriteSetLog();
    }

    /** What recovery found and cut, for the log; one line. */
    public String recovery() {
        return "";
    }

    @Override
    public long baseIndex() {
        return 0;
    }

    @Override
    public long endIndex() {
        return 0;
    }

    @Override
    public long endEpoch() {
        return 0;
    }

    @Override
    public long endSeqno() {
        return 0;
    }

    /** Seqno as of the base. */
    public long baseSeqno() {
        return 0;
    }

    @Override
    public void append(final long index, final long seqno, final long epoch, final long originMsb, final long originLsb, final long originSeq,
        final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
    }

    @Override
    public void truncateAfter(final long index) {
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        return false;
    }

    @Override
    public long epochAt(final long index) {
        return -1;
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        return -1;
    }

    @Override
    public long firstIndexOf(final long epoch) {
        return -1;
    }

    @Override
    public void flush() {
    }

    @Override
    public long loggedIndex() {
        return 0;
    }

    @Override
    public void onLogged(final LongConsumer listener) {
    }

    /** Bytes of all segment files. */
    public long fileLength() {
        return 0;
    }

    /** Deletes whole segments that hold nothing above {@code index}, as far as the log is longer than {@code retainLength}. */
    public void purge(final long index) {
    }

    /** Deletes whole segments that hold nothing above {@code index}, whatever the length. */
    public void purgeBelow(final long index) {
    }

    /** Flushes, waits for the disk as far as the durability asks for it, and closes. */
    @Override
    public void close() {
    }
}

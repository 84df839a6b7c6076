// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.DurableRingLog;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;

/** A log that says it has durably whatever it has. */
final class EagerLog implements DurableRingLog {
    private final DurableRingLog log;
    private LongConsumer listener = index -> { };

    EagerLog(final DurableRingLog log) {
        this.log = log;
    }

    @Override
    public void flush() {
        log.flush();
        listener.accept(log.endIndex());
    }

    @Override
    public long loggedIndex() {
        return log.endIndex();
    }

    @Override
    public void onLogged(final LongConsumer newListener) {
        listener = newListener;
    }

    @Override
    public long baseIndex() {
        return log.baseIndex();
    }

    @Override
    public long endIndex() {
        return log.endIndex();
    }

    @Override
    public long endEpoch() {
        return log.endEpoch();
    }

    @Override
    public long endSeqno() {
        return log.endSeqno();
    }

    @Override
    public void append(final long index, final long seqno, final long epoch, final long originMsb, final long originLsb,
        final long originSeq, final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        log.append(index, seqno, epoch, originMsb, originLsb, originSeq, kind, payload, offset, length);
    }

    @Override
    public void truncateAfter(final long index) {
        log.truncateAfter(index);
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
        log.reset(index, seqno, epoch);
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        return log.read(index, into);
    }

    @Override
    public long epochAt(final long index) {
        return log.epochAt(index);
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        return log.indexOfSeqno(seqno);
    }

    @Override
    public long firstIndexOf(final long epoch) {
        return log.firstIndexOf(epoch);
    }
}

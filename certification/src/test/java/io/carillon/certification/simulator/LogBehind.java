// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import org.agrona.DirectBuffer;

/** A log that is another one, but for what its subclass says. */
abstract class LogBehind implements RingLog {
    private final RingLog log;

    LogBehind(final RingLog log) {
        this.log = log;
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        return log.read(index, into);
    }

    @Override
    public final long baseIndex() {
        return log.baseIndex();
    }

    @Override
    public final long endIndex() {
        return log.endIndex();
    }

    @Override
    public final long endEpoch() {
        return log.endEpoch();
    }

    @Override
    public final long endSeqno() {
        return log.endSeqno();
    }

    @Override
    public final void append(final long index, final long seqno, final long epoch, final long originMsb, final long originLsb,
        final long originSeq, final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        log.append(index, seqno, epoch, originMsb, originLsb, originSeq, kind, payload, offset, length);
    }

    @Override
    public final void truncateAfter(final long index) {
        log.truncateAfter(index);
    }

    @Override
    public final void reset(final long index, final long seqno, final long epoch) {
        log.reset(index, seqno, epoch);
    }

    @Override
    public final long epochAt(final long index) {
        return log.epochAt(index);
    }

    @Override
    public final long indexOfSeqno(final long seqno) {
        return log.indexOfSeqno(seqno);
    }

    @Override
    public final long firstIndexOf(final long epoch) {
        return log.firstIndexOf(epoch);
    }
}

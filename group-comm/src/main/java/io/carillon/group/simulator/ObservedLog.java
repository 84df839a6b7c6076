// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.DurableRingLog;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The observer's record of a real log: the ring reads and writes the real one, and what that says and what it finds after
 * a crash is held against the record.
 */
final class ObservedLog extends SimulatedLog {
    private final GroupHistory history;
    private final UnsafeBuffer recordedPayload = new UnsafeBuffer(0, 0);
    private DurableRingLog real;
    /** Where a process dies while its log begins anew, either log may be found; nobody was told anything of the new one. */
    private boolean isSettled = true;

    ObservedLog(final Durability durability, final GroupHistory history, final MemberEffects effects) {
        super(durability, index -> { }, effects);
        this.history = history;
    }

    /**
     * A process begins with {@code opened}. What it holds was once appended, one entry to the other, and is, with {@code
     * remembers}, at least what was acknowledged.
     */
    void begin(final DurableRingLog opened, final boolean remembers) {
        real = opened;
        final long first = opened.baseIndex();
        final long baseDigest = history.digestOf(first, first == 0 ? 0 : opened.epochAt(first));
        final List<StoredEntry> entries = new ArrayList<>();
        final LogEntry entry = new LogEntry();
        long digest = baseDigest;
        for (long index = first + 1; index <= opened.endIndex(); index++) {
            Check.that(opened.read(index, entry), "what a log holds can be read", index, opened.endIndex());
            final boolean isRecorded = digestAt(index - 1) == digest && isRecord(at(index), entry);
            final StoredEntry found = isRecorded ? at(index) : stored(entry, index, digest);
            digest = found.digest();
            Check.that(isRecorded || digest == history.digestOf(index, entry.epoch), "what is found in a log is as it was appended", index,
                entry.epoch);
            entries.add(found);
        }
        if (remembers && isSettled) {
            compare(first, entries);
        }
        isSettled = true;
        record(first, entries.isEmpty() ? opened.endSeqno() : seqnoBefore(entries.getFirst()), first == 0 ? 0 : opened.epochAt(first),
            baseDigest, entries);
    }

    /** Tells whether {@code found} is, byte by byte, what was {@code recorded} when it was appended: its digest was compared then. */
    private boolean isRecord(final StoredEntry recorded, final LogEntry found) {
        if (recorded == null || found.seqno != recorded.seqno() || found.epoch != recorded.epoch() || found.kind != recorded.kind()
            || found.originMsb != recorded.originMsb() || found.originLsb != recorded.originLsb()
            || found.originSeq != recorded.originSeq()) {
            return false;
        }
        recordedPayload.wrap(recorded.payload());
        return recordedPayload.equals(found.payload);
    }

    private static StoredEntry stored(final LogEntry found, final long index, final long digestBefore) {
        final byte[] payload = new byte[found.payload.capacity()];
        found.payload.getBytes(0, payload);
        final long digest = StoredEntry.digest(digestBefore, index, found.seqno, found.epoch, found.originMsb, found.originLsb,
            found.originSeq, found.kind, payload);
        return new StoredEntry(index, found.seqno, found.epoch, found.originMsb, found.originLsb, found.originSeq, found.kind, payload,
            digest);
    }

    private static long seqnoBefore(final StoredEntry entry) {
        return entry.seqno() - (entry.kind().counts() ? 1 : 0);
    }

    private void compare(final long first, final List<StoredEntry> entries) {
        Check.that(first + entries.size() >= loggedIndex(), "what was acknowledged is found again (end, acknowledged)",
            first + entries.size(), loggedIndex());
        for (final StoredEntry found : entries) {
            final StoredEntry before = found.index() <= loggedIndex() ? at(found.index()) : null;
            Check.that(before == null || before.digest() == found.digest(), "what was acknowledged is found as it was", found.index(),
                found.epoch());
        }
    }

    /** The process is dead: what was not acknowledged may be gone. */
    void interrupted() {
        recordEnds();
        real = null;
    }

    /** The process ended in order. */
    void ended() {
        recordLogged(endIndex());
        real = null;
    }

    /** The real log was purged. */
    void follow() {
        recordBase(real.baseIndex());
    }

    @Override
    public void append(final long index, final long seqno, final long epoch, final long originMsb, final long originLsb,
        final long originSeq, final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        super.append(index, seqno, epoch, originMsb, originLsb, originSeq, kind, payload, offset, length);
        real.append(index, seqno, epoch, originMsb, originLsb, originSeq, kind, payload, offset, length);
    }

    @Override
    public void truncateAfter(final long index) {
        super.truncateAfter(index);
        real.truncateAfter(index);
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
        isSettled = false;
        super.reset(index, seqno, epoch);
        real.reset(index, seqno, epoch);
        isSettled = true;
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        final boolean isRead = real.read(index, into);
        final StoredEntry recorded = at(index);
        Check.that(isRead == (recorded != null), "the log holds what it was given", index, endIndex());
        Check.that(recorded == null || into.epoch == recorded.epoch() && into.payload.capacity() == recorded.payload().length,
            "an entry is read as it was appended", index, endIndex());
        return isRead;
    }

    @Override
    public long epochAt(final long index) {
        return real == null ? super.epochAt(index) : real.epochAt(index);
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        return real.indexOfSeqno(seqno);
    }

    @Override
    public long firstIndexOf(final long epoch) {
        return real.firstIndexOf(epoch);
    }

    @Override
    public void flush() {
        real.flush();
    }

    @Override
    public void onLogged(final LongConsumer newListener) {
        real.onLogged(index -> {
            recordLogged(index);
            newListener.accept(index);
        });
    }
}

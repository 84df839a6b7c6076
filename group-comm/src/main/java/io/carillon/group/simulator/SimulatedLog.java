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

/**
 * A log in memory with the durability of a real one: {@link #tail} is what the process sees, {@link #kept} what
 * survives its death. A crash between two flushes loses what the mode
 * did not promise.
 */
class SimulatedLog implements DurableRingLog {
    /** What an acknowledgement promises (docs/ring.md, section 8). */
    enum Durability { MEMORY, OS, DISK }

    /** Hears of every change, before the core goes on. */
    interface Observer {
        void appended(StoredEntry entry);

        void truncated(long index, long oldEnd);

        /** Digest of the group's history up to the new base. */
        long reset(long index, long epoch);
    }

    private final Durability durability;
    private final LongConsumer syncStarted;
    private final Observer observer;
    private final ArrayList<StoredEntry> tail = new ArrayList<>();
    private final ArrayList<StoredEntry> kept = new ArrayList<>();
    private Base base = new Base(0, 0, 0, 0);
    private Base keptBase = base;
    private long keptCut = Long.MAX_VALUE;
    private long logged;
    private long syncing = -1;
    private LongConsumer listener = index -> { };

    private record Base(long index, long seqno, long epoch, long digest) {
    }

    SimulatedLog(final Durability durability, final LongConsumer syncStarted, final Observer observer) {
        this.durability = durability;
        this.syncStarted = syncStarted;
        this.observer = observer;
    }

    @Override
    public long baseIndex() {
        return base.index;
    }

    /** Seqno as of the base. */
    long baseSeqno() {
        return base.seqno;
    }

    @Override
    public long endIndex() {
        return base.index + tail.size();
    }

    @Override
    public long endEpoch() {
        return tail.isEmpty() ? base.epoch : tail.getLast().epoch();
    }

    @Override
    public long endSeqno() {
        return tail.isEmpty() ? base.seqno : tail.getLast().seqno();
    }

    @Override
    public void append(final long index, final long seqno, final long epoch, final long originMsb, final long originLsb,
        final long originSeq,
        final EntryKind kind, final DirectBuffer payload, final int offset, final int length) {
        Check.that(index == endIndex() + 1, "the log is appended to without gap", index, endIndex());
        Check.that(epoch >= endEpoch(), "epochs in the log ascend", epoch, endEpoch());
        Check.that(seqno == endSeqno() + (kind.counts() ? 1 : 0), "the seqno grows with entries that count", seqno, endSeqno());
        final byte[] copy = new byte[length];
        payload.getBytes(offset, copy);
        final long digest = StoredEntry.digest(digestAt(index - 1), index, seqno, epoch, originMsb, originLsb, originSeq, kind, copy);
        final StoredEntry entry = new StoredEntry(index, seqno, epoch, originMsb, originLsb, originSeq, kind, copy, digest);
        tail.add(entry);
        observer.appended(entry);
    }

    @Override
    public void truncateAfter(final long index) {
        Check.that(index >= base.index, "the log is not truncated below its base", index, base.index);
        final long oldEnd = endIndex();
        if (index >= oldEnd) {
            return;
        }
        observer.truncated(index, oldEnd);
        tail.subList((int) (index - base.index), tail.size()).clear();
        keptCut = Math.min(keptCut, index);
        logged = Math.min(logged, index);
        syncing = Math.min(syncing, index);
    }

    @Override
    public void reset(final long index, final long seqno, final long epoch) {
        final long digest = observer.reset(index, epoch);
        tail.clear();
        base = new Base(index, seqno, epoch, digest);
        keptCut = -1;
        logged = index;
        syncing = -1;
    }

    /** Forgets what is up to {@code index}, unless a cut or a reset of this log is not durable yet. */
    void purge(final long index) {
        final boolean isKept = durability != Durability.MEMORY;
        if (index <= base.index || index > logged || isKept && (keptCut != Long.MAX_VALUE || keptBase != base)) {
            return;
        }
        final int count = (int) (index - base.index);
        final StoredEntry last = at(index);
        base = new Base(index, last.seqno(), last.epoch(), last.digest());
        tail.subList(0, count).clear();
        if (isKept) {
            keptBase = base;
            kept.subList(0, count).clear();
        }
    }

    @Override
    public boolean read(final long index, final LogEntry into) {
        final StoredEntry entry = at(index);
        if (entry == null) {
            return false;
        }
        into.index = entry.index();
        into.seqno = entry.seqno();
        into.epoch = entry.epoch();
        into.originMsb = entry.originMsb();
        into.originLsb = entry.originLsb();
        into.originSeq = entry.originSeq();
        into.kind = entry.kind();
        into.payload.wrap(entry.payload());
        return true;
    }

    /** This is the record of another log, which holds {@code entries} after the given base, and has all of it logged. */
    final void record(final long index, final long seqno, final long epoch, final long digest, final List<StoredEntry> entries) {
        base = new Base(index, seqno, epoch, digest);
        tail.clear();
        tail.addAll(entries);
        logged = endIndex();
    }

    /** The other log begins later now. */
    final void recordBase(final long index) {
        if (index > base.index) {
            final StoredEntry last = at(index);
            tail.subList(0, (int) (index - base.index)).clear();
            base = new Base(index, last.seqno(), last.epoch(), last.digest());
        }
    }

    /** The other log has entries up to {@code index} logged. */
    final void recordLogged(final long index) {
        logged = index;
    }

    /** Of the record counts what was logged. */
    final void recordEnds() {
        if (endIndex() > logged) {
            tail.subList((int) (logged - base.index), tail.size()).clear();
        }
    }

    /** The entry at {@code index}, or null. */
    StoredEntry at(final long index) {
        final long position = index - base.index - 1;
        return position < 0 || position >= tail.size() ? null : tail.get((int) position);
    }

    /** Digest of the whole history up to {@code index}, or -1 when not held. */
    long digestAt(final long index) {
        if (index == base.index) {
            return base.digest;
        }
        final StoredEntry entry = at(index);
        return entry == null ? -1 : entry.digest();
    }

    @Override
    public long epochAt(final long index) {
        if (index == base.index) {
            return base.epoch;
        }
        final StoredEntry entry = at(index);
        return entry == null ? -1 : entry.epoch();
    }

    @Override
    public long indexOfSeqno(final long seqno) {
        int low = 0;
        int high = tail.size();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (tail.get(middle).seqno() < seqno) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        final boolean found = low < tail.size() && tail.get(low).seqno() == seqno && tail.get(low).kind().counts();
        return found ? tail.get(low).index() : -1;
    }

    @Override
    public long firstIndexOf(final long epoch) {
        int low = 0;
        int high = tail.size();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (tail.get(middle).epoch() < epoch) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < tail.size() && tail.get(low).epoch() == epoch ? tail.get(low).index() : -1;
    }

    @Override
    public void flush() {
        final long end = endIndex();
        switch (durability) {
            case MEMORY -> {
                logged = end;
                listener.accept(end);
            }
            case OS -> {
                keep(end);
                listener.accept(end);
            }
            case DISK -> {
                if (syncing < 0 && end > logged) {
                    syncing = end;
                    syncStarted.accept(end);
                }
            }
        }
    }

    /** The fsync that {@link #flush} began has ended. What was truncated meanwhile does not count. */
    void synced() {
        final long reached = syncing;
        syncing = -1;
        keep(reached);
        listener.accept(logged);
        if (endIndex() > logged) {
            syncing = endIndex();
            syncStarted.accept(syncing);
        }
    }

    private void keep(final long end) {
        applyKeptCut();
        for (long index = keptBase.index + kept.size() + 1; index <= end; index++) {
            kept.add(at(index));
        }
        logged = Math.max(logged, end);
    }

    private void applyKeptCut() {
        if (keptBase != base) {
            keptBase = base;
            kept.clear();
        } else if (keptCut < keptBase.index + kept.size()) {
            kept.subList((int) Math.max(0, keptCut - keptBase.index), kept.size()).clear();
        }
        keptCut = Long.MAX_VALUE;
    }

    /**
     * The process died: what it sees next is what was kept. {@code written} more entries had reached the device
     * without having been promised; {@code cutApplied} tells whether a
     * truncation that nothing durable followed did.
     */
    void crash(final int written, final boolean cutApplied) {
        listener = index -> { };
        if (durability == Durability.MEMORY) {
            return;
        }
        final boolean pendingCut = keptCut != Long.MAX_VALUE || keptBase != base;
        if (!pendingCut) {
            keep(Math.min(endIndex(), keptBase.index + kept.size() + written));
        } else if (cutApplied) {
            applyKeptCut();
        }
        base = keptBase;
        tail.clear();
        tail.addAll(kept);
        keptCut = Long.MAX_VALUE;
        logged = endIndex();
        syncing = -1;
    }

    @Override
    public long loggedIndex() {
        return logged;
    }

    @Override
    public void onLogged(final LongConsumer newListener) {
        listener = newListener;
    }

    /** Tells whether this member could rightly acknowledge the history up to {@code index} whose digest is {@code digest}. */
    boolean holdsLogged(final long index, final long digest) {
        return index <= logged && digestAt(index) == digest;
    }
}

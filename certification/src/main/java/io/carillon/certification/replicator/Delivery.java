// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.Certifier;
import io.carillon.certification.CertifierConfig;
import io.carillon.certification.ConflictJournal;
import io.carillon.certification.Verdict;
import io.carillon.certification.VerdictWindow;
import io.carillon.certification.WriteSetFlyweight;
import io.carillon.group.Check;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.WriteSetFlags;
import java.util.Map;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The second cursor on the log: certifies stable entries one by one and hands them to the application, as fast as it
 * takes them; the rest waits in the log.
 *
 * <p>Certifying here, not when an entry becomes stable, changes no verdict (it is a function of the order), and
 * nothing has to be remembered about what waits.
 */
final class Delivery {
    /** What is not a write set. */
    interface Listener {
        /** A view after the application's position. */
        void viewDelivered(RingView view);

        /** A control entry, at its place in the order. */
        void controlDelivered(long index, long seqno, MemberId origin, Control control);

        /** Tells whether this node is the origin. */
        boolean isOwn(long originMsb, long originLsb);

        /** Takes the call of the current session off the list of those that wait. False when nobody waits. */
        boolean takeCall(long sessionMsb, long sessionLsb, long call);

        /** The log does not hold what is needed. */
        void undeliverable(String what);
    }

    /** Entries and bytes of one pass: what waits for the next one is the ring's traffic. */
    private static final int PASS_ENTRIES = 2048;
    private static final long PASS_BYTES = 4 << 20;
    private static final int PART_LENGTH = 256 << 10;
    private static final UnsafeBuffer EMPTY = new UnsafeBuffer(new byte[0]);

    private final ViewReader views;
    private final ControlCodec codec;
    private final Listener listener;
    private final AheadData ahead = new AheadData();
    private final EntryCertifier entries;
    private final LogEntry entry = new LogEntry();
    private RingLog log;
    private long cursor = -1;
    private long seqno = -1;
    private long position = -1;
    private long streamFrom;
    private long streamTo;
    private long passBytes;
    private boolean isCut;

    Delivery(final CertifierConfig config, final ViewReader views, final ControlCodec codec, final Listener listener) {
        this.views = views;
        this.codec = codec;
        this.listener = listener;
        entries = new EntryCertifier(config, ahead);
    }

    /**
     * Starts behind the entry {@code index}, which has {@code seqnoThere}: certifies from there, delivers above
     * {@code applicationPosition}.
     *
     * @param verdicts known verdicts of what follows, or null: everything before counts for nothing.
     * @param present who was present since when as of the last of these verdicts, or null.
     */
    void start(final RingLog newLog, final long index, final long seqnoThere, final VerdictWindow verdicts,
        final Map<MemberId, Long> present,
        final long applicationPosition) {
        log = newLog;
        cursor = index;
        seqno = seqnoThere;
        position = applicationPosition;
        streamFrom = 0;
        streamTo = 0;
        isCut = false;
        entries.start(newLog, seqnoThere, verdicts, present);
    }

    /** Goes on where it stopped, for an application that has everything delivered so far. */
    void resume(final RingLog newLog) {
        log = newLog;
        entries.resume(newLog);
    }

    /**
     * The application takes no more of this connection: a write set that it has only the beginning of comes again,
     * whole, with the next {@link #start}.
     */
    void cutOff() {
        if (streamFrom < streamTo) {
            streamFrom = streamTo;
            position--;
            isCut = true;
        }
    }

    /** Tells whether the application at {@code applicationPosition} has exactly what was delivered, so that {@link #resume} goes on. */
    boolean continuesFrom(final long applicationPosition) {
        return isStarted() && !isCut && position == applicationPosition;
    }

    /** Forgets the history: the log does not continue it. */
    void reset() {
        cursor = -1;
        seqno = -1;
        position = -1;
        streamTo = 0;
        streamFrom = 0;
        entries.reset();
    }

    /** Tells whether {@link #start} was called since {@link #reset}. */
    boolean isStarted() {
        return cursor >= 0;
    }

    /** Delivers up to the entry {@code limit}, as far as the application takes it and a pass allows. */
    void pass(final long limit, final ReplicatedApplication application) {
        passBytes = 0;
        ahead.connect(application);
        deliverPass(limit, application);
        ahead.flush();
    }

    private void deliverPass(final long limit, final ReplicatedApplication application) {
        for (int i = 0; i < PASS_ENTRIES && passBytes < PASS_BYTES; i++) {
            if (!finishStream(application) || cursor >= limit || application.isFeedFull()) {
                return;
            }
            if (!log.read(cursor + 1, entry)) {
                listener.undeliverable("the log does not hold the entry " + (cursor + 1) + ", its base is " + log.baseIndex());
                return;
            }
            deliver(entry, application);
        }
    }

    private void deliver(final LogEntry e, final ReplicatedApplication application) {
        passBytes += e.payload.capacity();
        cursor = e.index;
        seqno = e.seqno;
        entries.reached(e.seqno);
        switch (e.kind) {
            case VIEW -> view(e);
            case CONFIG -> {
            }
            case FRAGMENT -> fragment(e);
            case WRITE_SET -> {
                writeSet(e, application);
                entries.noteConflict(e);
            }
            case CONTROL -> {
                final Control control = codec.decode(e.payload, 0, e.payload.capacity());
                if (control instanceof Control.Withdraw w) {
                    entries.withdraw(new MemberId(e.originMsb, e.originLsb), w.call());
                } else if (control != null) {
                    listener.controlDelivered(e.index, e.seqno, new MemberId(e.originMsb, e.originLsb), control);
                }
            }
        }
    }

    private void fragment(final LogEntry e) {
        final Fragments.Run run = entries.fragment(e);
        if (run != null && !listener.isOwn(e.originMsb, e.originLsb)) {
            ahead.give(run, e);
        }
    }

    private void view(final LogEntry e) {
        final RingView view = views.read(e);
        entries.view(e.seqno, view);
        if (e.seqno > position) {
            position = e.seqno;
            listener.viewDelivered(view);
        }
    }

    private void writeSet(final LogEntry e, final ReplicatedApplication application) {
        final long at = e.seqno;
        if (!entries.certify(e)) {
            listener.undeliverable("the log does not hold the fragments of the write set " + at + "; a snapshot is needed");
            return;
        }
        if (at > position) {
            hand(at, application);
        }
        if (entries.closed() != null) {
            ahead.drop(entries.closed());
        }
    }

    private void hand(final long at, final ReplicatedApplication application) {
        Check.that(at == position + 1, "write set delivered out of order", at, position);
        position = at;
        final Verdict verdict = entries.verdict();
        final Origin origin = entries.origin();
        final WriteSetFlyweight writeSet = entries.writeSet();
        final boolean wellFormed = verdict.reason != Verdict.Reason.MALFORMED;
        if (listener.takeCall(origin.sessionMsb, origin.sessionLsb, origin.call)) {
            application.onVerdict(origin.call, at, verdict.dependsOn, verdict.commits(), verdict.conflictSeqno);
            return;
        }
        final UUID session = new UUID(origin.sessionMsb, origin.sessionLsb);
        if (!wellFormed) {
            application.onWriteSet(at, verdict.dependsOn, WriteSetFlags.TRX_START | WriteSetFlags.TRX_END, false, session,
                -1, -1, 0, EMPTY, 0, 0);
        } else if (!verdict.commits()) {
            application.onWriteSet(at, verdict.dependsOn, writeSet.flags(), false, session, writeSet.trxId(),
                writeSet.connectionId(), 0, EMPTY, 0, 0);
        } else if (writeSet.fragmentCount() == 0) {
            final int length = (int) writeSet.dataLength();
            application.onWriteSet(at, verdict.dependsOn, writeSet.flags(), true, session, writeSet.trxId(),
                writeSet.connectionId(), length,
                writeSet.buffer(), writeSet.dataOffset(), length);
        } else if (ahead.isGiven(entries.closed())) {
            application.onWriteSetAhead(at, verdict.dependsOn, writeSet.flags(), session, writeSet.trxId(), writeSet.connectionId(),
                writeSet.dataLength(), ahead.take(entries.closed()), writeSet.dataPosition());
        } else {
            streamFrom = writeSet.dataPosition();
            streamTo = streamFrom + writeSet.dataLength();
            application.onWriteSet(at, verdict.dependsOn, writeSet.flags(), true, session, writeSet.trxId(), writeSet.connectionId(),
                writeSet.dataLength(), EMPTY, 0, 0);
        }
    }

    /** Goes on with the data of a large write set. False when the application takes no more now. */
    private boolean finishStream(final ReplicatedApplication application) {
        while (streamFrom < streamTo) {
            if (application.isFeedFull() || passBytes >= PASS_BYTES) {
                return false;
            }
            final long length = Math.min(PART_LENGTH, streamTo - streamFrom);
            entries.sections().read(streamFrom, length, (at, buffer, offset, count) -> application.onWriteSetPart(buffer, offset, count));
            streamFrom += length;
            passBytes += length;
        }
        return true;
    }

    /** Index of the last entry taken. */
    long cursor() {
        return cursor;
    }

    /** Seqno as of {@link #cursor}. */
    long seqno() {
        return seqno;
    }

    /** Last seqno that the application has or was given. */
    long position() {
        return position;
    }

    /** Tells whether everything up to {@code limit} was delivered whole. */
    boolean isComplete(final long limit) {
        return cursor >= limit && streamFrom >= streamTo;
    }

    ConflictJournal conflicts() {
        return entries.conflicts();
    }

    /** Who has been present since when, as of {@link #cursor}. */
    Map<MemberId, Long> present() {
        return entries.present();
    }

    Certifier certifier() {
        return entries.certifier();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.Certifier;
import io.carillon.certification.CertifierConfig;
import io.carillon.certification.ConflictJournal;
import io.carillon.certification.FragmentedWriteSet;
import io.carillon.certification.KeySource;
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
import io.carillon.wsrep.WriteSetLayout;
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

        /** Takes the call of the current session off the list of those that wait. False when nobody waits. */
        boolean takeCall(long sessionMsb, long sessionLsb, long call);

        /** The log does not hold what is needed. */
        void undeliverable(String what);
    }

    /** Entries and bytes of one pass: what waits for the next one is the ring's traffic. */
    private static final int PASS_ENTRIES = 2048;
    private static final long PASS_BYTES = 4 << 20;
    private static final int PART_LENGTH = 256 << 10;

    private final ViewReader views;
    private final ControlCodec codec;
    private final Listener listener;
    private final Certifier certifier;
    private final Verdict verdict = new Verdict();
    private final WriteSetFlyweight writeSet = new WriteSetFlyweight();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[WriteSetLayout.HEADER_LENGTH]);
    private final Fragments fragments;
    private final Presence presence = new Presence();
    private final Origin origin = new Origin();
    private final LogEntry entry = new LogEntry();
    private final LogEntry other = new LogEntry();
    private final ConflictJournal conflicts = new ConflictJournal();
    private FragmentedWriteSet sections;
    private VerdictWindow known;
    private RingLog log;
    private long cursor = -1;
    private long seqno = -1;
    private long position = -1;
    private Verdict.Reason refusal = Verdict.Reason.REFUSED;
    private long streamFrom;
    private long streamTo;
    private long passBytes;
    private boolean isCut;

    Delivery(final CertifierConfig config, final ViewReader views, final ControlCodec codec, final Listener listener) {
        this.views = views;
        this.codec = codec;
        this.listener = listener;
        fragments = new Fragments(config.window());
        certifier = new Certifier(config);
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
        known = verdicts;
        streamFrom = 0;
        streamTo = 0;
        isCut = false;
        fragments.clear();
        presence.start(seqnoThere, present);
        certifier.reset(seqnoThere);
    }

    /** Goes on where it stopped, for an application that has everything delivered so far. */
    void resume(final RingLog newLog) {
        log = newLog;
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
        fragments.clear();
    }

    /** Tells whether {@link #start} was called since {@link #reset}. */
    boolean isStarted() {
        return cursor >= 0;
    }

    /** Delivers up to the entry {@code limit}, as far as the application takes it and a pass allows. */
    void pass(final long limit, final ReplicatedApplication application) {
        passBytes = 0;
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
        fragments.reached(e.seqno);
        switch (e.kind) {
            case VIEW -> view(e);
            case CONFIG -> {
            }
            case FRAGMENT -> fragments.add(e, log);
            case WRITE_SET -> {
                writeSet(e, application);
                noteConflict(e);
            }
            case CONTROL -> {
                final Control control = codec.decode(e.payload, 0, e.payload.capacity());
                if (control instanceof Control.Withdraw w) {
                    fragments.close(new MemberId(e.originMsb, e.originLsb), w.call());
                } else if (control != null) {
                    listener.controlDelivered(e.index, e.seqno, new MemberId(e.originMsb, e.originLsb), control);
                }
            }
        }
    }

    private void view(final LogEntry e) {
        final RingView view = views.read(e);
        certifier.skip(e.seqno);
        fragments.view(view);
        presence.view(view);
        if (e.seqno > position) {
            position = e.seqno;
            listener.viewDelivered(view);
        }
    }

    private void writeSet(final LogEntry e, final ReplicatedApplication application) {
        final long at = e.seqno;
        if (!certify(e)) {
            return;
        }
        if (at <= position) {
            return;
        }
        Check.that(at == position + 1, "write set delivered out of order", at, position);
        position = at;
        final boolean wellFormed = verdict.reason != Verdict.Reason.MALFORMED;
        if (listener.takeCall(origin.sessionMsb, origin.sessionLsb, origin.call)) {
            application.onVerdict(origin.call, at, verdict.dependsOn, verdict.commits(), verdict.conflictSeqno);
            return;
        }
        final UUID session = new UUID(origin.sessionMsb, origin.sessionLsb);
        if (!wellFormed) {
            application.onWriteSet(at, verdict.dependsOn, WriteSetFlags.TRX_START | WriteSetFlags.TRX_END, false, session,
                -1, -1, 0, header, 0, 0);
        } else if (!verdict.commits()) {
            application.onWriteSet(at, verdict.dependsOn, writeSet.flags(), false, session, writeSet.trxId(),
                writeSet.connectionId(), 0, header, 0, 0);
        } else if (writeSet.fragmentCount() == 0) {
            final int length = (int) writeSet.dataLength();
            application.onWriteSet(at, verdict.dependsOn, writeSet.flags(), true, session, writeSet.trxId(),
                writeSet.connectionId(), length,
                writeSet.buffer(), writeSet.dataOffset(), length);
        } else {
            streamFrom = writeSet.dataPosition();
            streamTo = streamFrom + writeSet.dataLength();
            application.onWriteSet(at, verdict.dependsOn, writeSet.flags(), true, session, writeSet.trxId(), writeSet.connectionId(),
                writeSet.dataLength(), header, 0, 0);
        }
    }

    /** After the application was told: reading the other write set moves the log on from {@code e}. */
    private void noteConflict(final LogEntry e) {
        if (verdict.reason != Verdict.Reason.KEY_CONFLICT || verdict.seqno != e.seqno) {
            return;
        }
        final int number = verdict.conflictTable;
        final String table = writeSet.fragmentCount() == 0 ? writeSet.tableName(number) : sections.tableName(writeSet, number);
        final ConflictJournal.Party failed = party(e.seqno);
        final long index = log.indexOfSeqno(verdict.conflictSeqno);
        final boolean isHeld = index > 0 && log.read(index, other) && origin.read(other.payload)
            && other.payload.capacity() >= WriteSetLayout.HEADER_LENGTH + Origin.LENGTH;
        writeSet.wrap(isHeld ? other.payload : header, 0, WriteSetLayout.HEADER_LENGTH);
        final long at = verdict.conflictSeqno;
        conflicts.add(table, verdict, failed, isHeld ? party(at) : ConflictJournal.Party.unknown(at));
    }

    private ConflictJournal.Party party(final long at) {
        return new ConflictJournal.Party(at, new UUID(origin.sessionMsb, origin.sessionLsb), writeSet.trxId(), writeSet.connectionId());
    }

    /** Sets {@link #verdict}. False when the node cannot go on. */
    private boolean certify(final LogEntry e) {
        origin.sessionMsb = 0;
        origin.sessionLsb = 0;
        origin.call = Offers.NOBODY;
        if (!origin.read(e.payload)) {
            certifier.refuse(e.seqno, Verdict.Reason.MALFORMED, verdict);
            return true;
        }
        writeSet.wrap(e.payload, 0, e.payload.capacity() - Origin.LENGTH);
        if (!writeSet.isValid()) {
            certifier.refuse(e.seqno, Verdict.Reason.MALFORMED, verdict);
            return true;
        }
        final KeySource keys = writeSet.fragmentCount() == 0 ? writeSet.keys() : fragmentedKeys(e);
        final boolean isKnown = known != null && e.seqno <= known.position();
        if (!isKnown && keys != null && isOrphaned(e)) {
            certifier.refuse(e.seqno, Verdict.Reason.REFUSED, verdict);
        } else if (!isKnown && keys == null) {
            certifier.refuse(e.seqno, refusal, verdict);
        } else if (!isKnown) {
            certifier.certify(e.seqno, origin.sessionMsb, origin.sessionLsb, writeSet, keys, verdict);
        } else if (e.seqno < known.first() || !known.commits(e.seqno)) {
            certifier.preload(e.seqno, origin.sessionMsb, origin.sessionLsb, writeSet, KeySource.EMPTY, false, verdict);
        } else if (keys != null) {
            certifier.preload(e.seqno, origin.sessionMsb, origin.sessionLsb, writeSet, keys, true, verdict);
        } else {
            listener.undeliverable("the log does not hold the fragments of the write set " + e.seqno + "; a snapshot is needed");
            return false;
        }
        return true;
    }

    /** A fragment of a streaming transaction that the servers rolled back when its origin was absent. */
    private boolean isOrphaned(final LogEntry e) {
        return writeSet.previousSeqno() >= 0 && presence.wasAbsentSince(new MemberId(e.originMsb, e.originLsb), writeSet.previousSeqno());
    }

    /**
     * Keys of a write set that travelled as fragments; null when the fragments are not what its header says, or began
     * so many seqnos ago that a member's log need not reach back to them.
     */
    private KeySource fragmentedKeys(final LogEntry e) {
        final Fragments.Run run = fragments.close(new MemberId(e.originMsb, e.originLsb), origin.call);
        header.putBytes(0, writeSet.buffer(), 0, WriteSetLayout.HEADER_LENGTH);
        writeSet.wrap(header, 0, WriteSetLayout.HEADER_LENGTH);
        if (run == null || !run.sections.isValid(writeSet)) {
            refusal = run == null ? Verdict.Reason.REFUSED : Verdict.Reason.MALFORMED;
            return null;
        }
        sections = run.sections;
        return sections;
    }

    /** Goes on with the data of a large write set. False when the application takes no more now. */
    private boolean finishStream(final ReplicatedApplication application) {
        while (streamFrom < streamTo) {
            if (application.isFeedFull() || passBytes >= PASS_BYTES) {
                return false;
            }
            final long length = Math.min(PART_LENGTH, streamTo - streamFrom);
            sections.read(streamFrom, length, (at, buffer, offset, count) -> application.onWriteSetPart(buffer, offset, count));
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
        return conflicts;
    }

    /** Who has been present since when, as of {@link #cursor}. */
    Map<MemberId, Long> present() {
        return presence.copy();
    }

    Certifier certifier() {
        return certifier;
    }
}

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
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.WriteSetLayout;
import java.util.Map;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Comes to the verdict on each WRITE_SET entry of the log, in order: its bytes or its fragments, the origin's presence, verdicts
 * known from an earlier life or from a donor, and the certifier for all others.
 */
final class EntryCertifier {
    private final int window;
    private final Certifier certifier;
    private final Verdict verdict = new Verdict();
    private final WriteSetFlyweight writeSet = new WriteSetFlyweight();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[WriteSetLayout.HEADER_LENGTH]);
    private final Fragments fragments;
    private final Presence presence = new Presence();
    private final Origin origin = new Origin();
    private final LogEntry other = new LogEntry();
    private final ConflictJournal conflicts = new ConflictJournal();
    private FragmentedWriteSet sections;
    private Fragments.Run closed;
    private VerdictWindow known;
    private RingLog log;
    private Verdict.Reason refusal = Verdict.Reason.REFUSED;

    EntryCertifier(final CertifierConfig config, final AheadData ahead) {
        window = config.window();
        fragments = new Fragments(window, ahead);
        certifier = new Certifier(config);
    }

    /**
     * Starts behind {@code seqno}.
     *
     * @param verdicts known verdicts of what follows, or null: everything before counts for nothing.
     * @param present who was present since when as of the last of these verdicts, or null.
     */
    void start(final RingLog newLog, final long seqno, final VerdictWindow verdicts, final Map<MemberId, Long> present) {
        log = newLog;
        known = verdicts;
        fragments.clear();
        presence.start(seqno, present);
        certifier.reset(seqno);
    }

    /** Goes on in another log of the same history. */
    void resume(final RingLog newLog) {
        log = newLog;
    }

    /** Forgets what is incomplete: the log does not continue this history. */
    void reset() {
        fragments.clear();
    }

    /** The order is at {@code seqno}. */
    void reached(final long seqno) {
        fragments.reached(seqno);
    }

    /** What the fragment belongs to; null if to nothing. */
    Fragments.Run fragment(final LogEntry e) {
        return fragments.add(e, log);
    }

    /** The fragments of that call will have no end. */
    void withdraw(final MemberId member, final long call) {
        fragments.withdraw(member, call);
    }

    void view(final long seqno, final RingView view) {
        certifier.skip(seqno);
        fragments.view(view);
        presence.view(view);
    }

    /** Sets {@link #verdict}. False: the log does not hold the fragments of one that is known to commit. */
    boolean certify(final LogEntry e) {
        closed = null;
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
        closed = run;
        header.putBytes(0, writeSet.buffer(), 0, WriteSetLayout.HEADER_LENGTH);
        writeSet.wrap(header, 0, WriteSetLayout.HEADER_LENGTH);
        if (run == null || !run.sections.isValid(writeSet)) {
            refusal = run == null ? Verdict.Reason.REFUSED : Verdict.Reason.MALFORMED;
            return null;
        }
        sections = run.sections;
        return sections;
    }

    /** After the application was told of the verdict: reading the other write set moves the log on from {@code e}. */
    void noteConflict(final LogEntry e) {
        if (verdict.reason == Verdict.Reason.BEHIND_INDEX && verdict.seqno == e.seqno) {
            conflicts.addBehind(party(e.seqno), writeSet.lastSeen(), certifier.floor(), window);
        }
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

    /** On the latest entry; reused. */
    Verdict verdict() {
        return verdict;
    }

    /** The latest entry's, only its header where it {@link #sections travelled as fragments}; reused. */
    WriteSetFlyweight writeSet() {
        return writeSet;
    }

    /** The latest entry's; reused. */
    Origin origin() {
        return origin;
    }

    /** Keys and data of the latest write set that travelled as fragments. */
    FragmentedWriteSet sections() {
        return sections;
    }

    /** The fragments that the latest entry closed; null if none. */
    Fragments.Run closed() {
        return closed;
    }

    ConflictJournal conflicts() {
        return conflicts;
    }

    /** Who has been present since when. */
    Map<MemberId, Long> present() {
        return presence.copy();
    }

    Certifier certifier() {
        return certifier;
    }
}

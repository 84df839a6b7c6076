// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.VerdictWindow;
import io.carillon.certification.log.VerdictFile;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * From where a node that enters can certify. Certification must continue exactly where a synced member is. Three sources
 * serve: the log from the very first entry on; the node's own verdicts of last time; a synced member's verdict window,
 * asked for in the order (docs/replicator.md, section 3).
 */
final class KnownVerdicts {
    /** Between two requests for verdicts. */
    private static final long RETRY_NS = 1_000_000_000L;

    private final Node node;
    private final Delivery delivery;
    private final int window;
    private VerdictFile file;
    private VerdictWindow remote;
    private Map<MemberId, Long> remotePresent;
    /** What this process began with, or null: until it has certified as far again, its own verdicts say less. */
    private VerdictWindow begunWith;
    private boolean asked;
    /** Who is to answer; {@link MemberId#NONE} before that is known. */
    private MemberId from = MemberId.NONE;
    private long retryAtNs;

    KnownVerdicts(final Node node, final Delivery delivery) {
        this.node = node;
        this.delivery = delivery;
        window = node.config.certifier().window();
    }

    /** Where an earlier process kept them. */
    void file(final VerdictFile newFile) {
        file = newFile;
    }

    /** A new connection begins. */
    void begin() {
        asked = false;
        remote = null;
    }

    void ask() {
        asked = true;
        from = MemberId.NONE;
        node.send(new Control.VerdictsRequest(), Offers.NOBODY);
    }

    /** Asks again where nobody is to answer. */
    void tick(final long nowNs) {
        if (!asked && nowNs - retryAtNs >= 0) {
            retryAtNs = nowNs + RETRY_NS;
            ask();
        }
    }

    /** The own request is ordered, and {@code chosen} is to answer; null: nobody can now. */
    void requestOrdered(final MemberState chosen) {
        asked = chosen != null;
        from = chosen == null ? MemberId.NONE : chosen.id();
    }

    /** Nobody is going to answer what was asked. */
    void requestLost() {
        asked = false;
    }

    /** Whoever was to answer may be gone, or its server. */
    void membersChanged() {
        final MemberState answers = node.state.member(from);
        if (!from.equals(MemberId.NONE) && (answers == null || !answers.hasData())) {
            from = MemberId.NONE;
            asked = false;
        }
    }

    /** The answer; false when it is none. */
    boolean answered(final Control.Verdicts verdicts) {
        final VerdictWindow decoded = new VerdictWindow(window);
        if (!decoded.decode(new UnsafeBuffer(verdicts.window()), 0, verdicts.window().length)) {
            asked = false;
            return false;
        }
        remote = decoded;
        remotePresent = verdicts.present();
        return true;
    }

    /** Tells whether what follows {@code seqno} can be certified now. */
    boolean suffice(final long seqno) {
        return continues(seqno) || usable(remote, seqno) || usable(own(), seqno) || node.log().baseIndex() == 0;
    }

    /** Tells whether they may come: {@code viewSeqno} is the entry's, {@code seqno} the application's. */
    boolean canBeHad(final long viewSeqno, final long seqno) {
        return reaches(viewSeqno) && seqno > viewSeqno - window / 2;
    }

    /** Delivers what follows {@code seqno}; {@link #suffice} held. */
    void deliverAfter(final long seqno) {
        if (continues(seqno)) {
            delivery.resume(node.log());
            return;
        }
        final VerdictWindow own = own();
        final VerdictWindow verdicts = usable(remote, seqno) ? remote : usable(own, seqno) ? copy(own) : null;
        begunWith = verdicts;
        final long start = verdicts == null ? 0 : Math.max(node.baseSeqno(), verdicts.position() - 2L * window);
        final long index = start <= node.baseSeqno() ? node.log().baseIndex() : node.log().indexOfSeqno(start);
        delivery.start(node.log(), index, Math.max(start, node.baseSeqno()), verdicts,
            verdicts != null && verdicts == remote ? remotePresent : null, seqno);
    }

    /** The application has exactly what this process gave it. */
    private boolean continues(final long seqno) {
        return delivery.continuesFrom(seqno) && delivery.cursor() >= node.log().baseIndex();
    }

    /** Tells whether the verdicts of this process reach as far as those that it began with. */
    boolean areRegained() {
        return begunWith == null || delivery.certifier().verdicts().position() >= begunWith.position();
    }

    /** Verdicts of this process, or those that an earlier one kept of this very history; null for none. */
    private VerdictWindow own() {
        if (delivery.isStarted()) {
            return areRegained() ? delivery.certifier().verdicts() : begunWith;
        }
        final VerdictWindow kept = new VerdictWindow(window);
        return file != null && file.load(kept) && file.epoch() == epochAt(node.log(), kept.position()) ? kept : null;
    }

    /** Epoch of the entry that took {@code seqno}, or -1 when it is not held. */
    static long epochAt(final RingLog log, final long seqno) {
        final long index = log.indexOfSeqno(seqno);
        return index < 0 ? -1 : log.epochAt(index);
    }

    private boolean usable(final VerdictWindow verdicts, final long seqno) {
        return verdicts != null && verdicts.position() >= 0 && verdicts.first() <= seqno + 1 && reaches(verdicts.position())
            && verdicts.position() <= node.log().endSeqno();
    }

    /**
     * The log holds what an index as of {@code seqno} is built from: a window, and a second one for the fragments of
     * large write sets in the first.
     */
    private boolean reaches(final long seqno) {
        return node.baseSeqno() <= Math.max(0, seqno - 2L * window);
    }

    private VerdictWindow copy(final VerdictWindow live) {
        final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer(live.encodedLength());
        final int length = live.encode(bytes, 0);
        final VerdictWindow copy = new VerdictWindow(window);
        return copy.decode(bytes, 0, length) ? copy : null;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.EntryKind;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** The puller's side of PULL and ENTRIES: repairs a gap, brings a returning member up to date (docs/ring.md, section 5). */
final class CatchUp {
    /** Fragments of a write set may precede the entry of the seqno before it; a joiner asks this much earlier. */
    private static final int FRAGMENT_MARGIN = 256;
    /** Asked for at first, and after an answer that did not come: who asks a slow link for more fills it with answers too late. */
    private static final int FIRST_BUDGET = 64 << 10;
    private static final int DOUBLINGS_MAX = 16;
    /** What an answer took is forgotten by this part with each packet that came sooner. */
    private static final int FORGET = 32;

    private final RingMachine machine;
    private final PullSources sources;
    private final GivenUpLog former;
    /** The log is replaced by the group's from this seqno on; -1 when it is kept. */
    private long resetFrom = -1;
    private String resetWhy;
    private long gapSinceNs = Long.MAX_VALUE;
    private long gapEnd;
    private long pulledNs;
    private boolean pulling;
    /** How long an answer may take; longer each time that none came, since it may be on its way over a slow link. */
    private long patienceNs;
    /** Questions since something came last of which nothing came in time. */
    private int silences;
    /** Bytes asked for: more each time that all came. */
    private int budget;
    /** Questions that went to whoever's turn it was, since something came last. */
    private int turns;
    /** Nobody was known to hold what is asked for when it was asked for. */
    private boolean blind;
    /** Members that said of what was asked for that they have purged it, each once for each question. */
    private long told;

    CatchUp(final RingMachine machine) {
        this.machine = machine;
        this.sources = new PullSources(machine);
        this.former = new GivenUpLog(machine);
    }

    void onInstalled() {
        resetFrom = -1;
        former.onInstalled();
        pulling = false;
        silences = 0;
        budget = FIRST_BUDGET;
        turns = 0;
        sources.onInstalled();
        gapSinceNs = Long.MAX_VALUE;
    }

    /** This member's log shares nothing with the group's: it starts at the seqno that it needs. */
    void startOver(final String why) {
        final long viewSeqno = machine.ring.install.winnerSeqno() + 1;
        final long window = Math.max(viewSeqno - machine.config.certificationWindow(), 1);
        final long wanted = machine.wantedSeqno > 0 ? Math.min(machine.wantedSeqno, window) : window;
        resetFrom = Math.max(wanted - FRAGMENT_MARGIN, 1);
        resetWhy = why;
    }

    /** The first seqno that this member cannot do without. */
    private long neededSeqno() {
        return machine.wantedSeqno > 0 ? Math.min(machine.wantedSeqno, resetFrom + FRAGMENT_MARGIN) : resetFrom + FRAGMENT_MARGIN;
    }

    boolean startsOver() {
        return resetFrom >= 0;
    }

    /** The present ring is left. */
    void onPromise() {
        former.onPromise(startsOver());
    }

    private boolean isBehind() {
        return machine.orders() && (startsOver() || machine.tail.end() < machine.rotation.askThrough());
    }

    /** Notices a gap, or that it closed; called once a batch. */
    void update() {
        if (startsOver()) {
            former.note();
        }
        if (startsOver() && !pulling && former.mayGo()) {
            pull();
        }
        if (!isBehind() || startsOver() && !former.mayGo()) {
            gapSinceNs = Long.MAX_VALUE;
            pulling = false;
            turns = 0;
        } else if (gapSinceNs == Long.MAX_VALUE || machine.tail.end() != gapEnd && !pulling) {
            gapSinceNs = machine.nowNs;
            gapEnd = machine.tail.end();
        } else if (pulling && blind) {
            askWhoHasIt();
        }
    }

    /** Somebody acknowledged meanwhile what nobody was known to hold: who was asked may lack it, and would not say so. */
    private void askWhoHasIt() {
        sources.ask(question());
        if (sources.isHolderKnown()) {
            silences = 0;
            pull();
        }
    }

    long deadlineNs() {
        if (!isBehind() || gapSinceNs == Long.MAX_VALUE || startsOver() && !former.mayGo()) {
            return Long.MAX_VALUE;
        }
        return pulling ? pulledNs + patienceNs : gapSinceNs + machine.config.joinNs();
    }

    void onTimer() {
        if (deadlineNs() <= machine.nowNs) {
            if (pulling) {
                silences = Math.min(silences + 1, DOUBLINGS_MAX);
                budget = FIRST_BUDGET;
                sources.onSilence();
            }
            pull();
        }
    }

    /** Grows with what one learns of who has purged what: that leads on, too, but no entry comes of it. */
    long told() {
        return told;
    }

    /** Bytes that the latest question asks for, while its answer is not here. */
    int asked() {
        return pulling ? budget : 0;
    }

    /** Asks at once. */
    void pull() {
        if (!isBehind() || startsOver() && !former.mayGo()) {
            return;
        }
        pulling = true;
        pulledNs = machine.nowNs;
        sources.ask(question());
        final Peer source = source();
        patienceNs = patienceNs(source);
        if (source == null) {
            return;
        }
        final long from = startsOver() ? 0 : machine.tail.end() + 1;
        final ExpandableArrayBuffer request = machine.transmitter.begin(PacketType.PULL);
        request.putLong(RingPacket.PULL_INDEX_OFFSET, from, LITTLE_ENDIAN);
        request.putLong(RingPacket.PULL_SEQNO_OFFSET, Math.max(resetFrom, 0), LITTLE_ENDIAN);
        request.putInt(RingPacket.PULL_BUDGET_OFFSET, budget, LITTLE_ENDIAN);
        request.putInt(RingPacket.PULL_NUMBER_OFFSET, sources.onAsked(source.slot), LITTLE_ENDIAN);
        machine.transmitter.send(source, RingPacket.PULL_LENGTH, TrafficClass.CONTROL);
        machine.trace(TraceEvent.PULLED, from, source.slot, machine.ring.knownEnd);
    }

    /**
     * How long an answer of {@code source} may take before it is asked for again. Where the round trip is known it is twice that, or twice
     * what answers took lately, as on a narrow link, and some: an answer that comes after all costs a link more than one that is
     * waited for too long. What answers took counts where it is not known, too, but never for less than is usual there. Twice as much
     * after each silence.
     */
    private long patienceNs(final Peer source) {
        final long leastNs = source == null || source.roundTripNs < 0 ? 5 * machine.config.joinNs() : 0;
        final long tookNs = source == null ? 0 : Math.max(source.roundTripNs, source.answerNs);
        final long firstNs = Math.max(leastNs, machine.config.answerNs(tookNs));
        return Math.min(firstNs << silences, Math.max(firstNs, machine.config.installNs() / 2));
    }

    /** Something came of {@code source} in answer to question {@code number}, and more may be under way. */
    private void onProgress(final Peer source, final int number) {
        if (source != null) {
            source.answerNs = Math.max(sources.waitedNs(source.slot, number), source.answerNs - source.answerNs / FORGET);
        }
        turns = 0;
        blind = false;
        // To ask again would only lengthen the queue before what follows.
        pulledNs = machine.nowNs;
        silences = 0;
        patienceNs = patienceNs(source);
    }

    /**
     * Whoever acknowledged what is asked for, each once; then, for one question, the winner or the holder, and each in turn. What
     * is known of others' logs is old, or nothing, and the way from who is known to hold it may carry no long packets.
     */
    private Peer source() {
        final Ring ring = machine.ring;
        final int winner = ring.slotOf(ring.install.winner());
        final int first = machine.tail.end() < ring.viewIndex ? winner : ring.holder;
        blind = !sources.isHolderKnown();
        final Peer holder = sources.nextHolder(first);
        if (holder != null) {
            turns = Math.max(turns, 1);
            return holder;
        }
        turns++;
        return sources.next(first + turns / 2);
    }

    /** What this member asks for: an index, or the first seqno of a log that starts over, which is told from an index by its sign. */
    private long question() {
        return startsOver() ? -resetFrom : machine.tail.end() + 1;
    }

    /** The member in {@code slot} no longer holds what was asked for. True if that must do, since nobody does. */
    private boolean onPurged(final int slot) {
        sources.ask(question());
        if (sources.isLastResort()) {
            return true;
        }
        told += sources.onPurged(slot) ? 1 : 0;
        pull();
        return false;
    }

    /** The member in {@code slot} cannot serve either. */
    private void onRefused(final int slot) {
        sources.ask(question());
        sources.onLacking(slot);
        if (sources.isAnyLeft()) {
            pull();
        }
    }

    void onEntries(final int slot, final DirectBuffer buffer, final int offset, final int length) {
        if (!machine.orders() || machine.ring.holds) {
            return;
        }
        final long base = RingPacket.i64(buffer, offset + RingPacket.ENTRIES_BASE_INDEX_OFFSET);
        final long baseSeqno = RingPacket.i64(buffer, offset + RingPacket.ENTRIES_BASE_SEQNO_OFFSET);
        final long baseEpoch = RingPacket.i64(buffer, offset + RingPacket.ENTRIES_BASE_EPOCH_OFFSET);
        if (!isWellFormed(base, buffer, offset, length)) {
            machine.trace(TraceEvent.PACKET_DROPPED, PacketType.ENTRIES, ~slot, length);
            return;
        }
        final int flags = buffer.getByte(offset + RingPacket.ENTRIES_FLAGS_OFFSET);
        final long askedIndex = RingPacket.i64(buffer, offset + RingPacket.ENTRIES_ASKED_INDEX_OFFSET);
        final boolean begins = (flags & RingPacket.ENTRIES_BEGIN) != 0;
        if (RingPacket.i32(buffer, offset + RingPacket.ENTRIES_COUNT_OFFSET) == 0) {
            if (isAnswer(buffer, offset, askedIndex)) {
                onRefused(slot);
            }
            return;
        }
        if (startsOver()) {
            if (!begins || !isAnswer(buffer, offset, askedIndex)) {
                return;
            }
            if (baseSeqno >= neededSeqno() && !onPurged(slot)) {
                return;
            }
            if (base >= machine.ring.viewIndex) {
                // Without the ring's VIEW nobody knows who is in it and what was offered before: a new ring has a new one.
                machine.gatherer.enter(GatherReason.VIEW_PURGED);
                return;
            }
            startOverAt(base, baseSeqno, baseEpoch);
        } else if (begins && askedIndex == machine.tail.end() + 1 && base > machine.tail.end()) {
            // The answer begins later than asked: what lies between is purged. If it is everywhere, the log starts over.
            if (onPurged(slot)) {
                startOver("the group purged what follows the own log's end");
                pull();
            }
            return;
        }
        final long end = machine.tail.end();
        if (base <= end) {
            appendAll(slot, base, buffer, offset);
        }
        if (machine.tail.end() == end) {
            return; // an answer to an earlier question: asking once more for each of them would never end
        }
        onProgress(machine.ring.peers[slot], RingPacket.i32(buffer, offset + RingPacket.ENTRIES_ASKED_NUMBER_OFFSET));
        machine.orderReceiver.drain();
        if ((flags & RingPacket.ENTRIES_END) != 0 && isBehind()) {
            budget = Math.min(2 * budget, Math.max(FIRST_BUDGET, machine.config.pullBytes()));
            pull();
        }
    }

    /** Tells whether an answer is one to what is asked now. */
    private boolean isAnswer(final DirectBuffer buffer, final int offset, final long askedIndex) {
        return startsOver() ? askedIndex == 0 && RingPacket.i64(buffer, offset + RingPacket.ENTRIES_ASKED_SEQNO_OFFSET) == resetFrom
            : askedIndex == machine.tail.end() + 1;
    }

    private void startOverAt(final long base, final long baseSeqno, final long baseEpoch) {
        final boolean held = machine.tail.end() > 0;
        final long wanted = machine.wantedSeqno;
        machine.tail.reset(base, baseSeqno, baseEpoch);
        resetFrom = -1;
        if (held) {
            // What was offered in the history given up is of no meaning in this one.
            machine.ordering.onPrimaryLost();
            machine.effects.historyDiffers(resetWhy);
        } else if (wanted > 0 && baseSeqno >= wanted) {
            machine.effects.historyDiffers("seqno " + wanted + " is wanted, the group kept those after " + baseSeqno);
        }
    }

    private boolean isWellFormed(final long base, final DirectBuffer buffer, final int offset, final int length) {
        final int count = RingPacket.i32(buffer, offset + RingPacket.ENTRIES_COUNT_OFFSET);
        long at = RingPacket.ENTRIES_FIRST_OFFSET;
        long epoch = 0;
        for (int nth = 0; nth < count; nth++) {
            if (at + RingPacket.ENTRY_LENGTH > length) {
                return false;
            }
            final int entryAt = offset + (int) at;
            final int payload = RingPacket.i32(buffer, entryAt + RingPacket.ENTRY_LENGTH_OFFSET);
            final int kind = buffer.getByte(entryAt + RingPacket.ENTRY_KIND_OFFSET);
            final long entryEpoch = RingPacket.i64(buffer, entryAt + RingPacket.ENTRY_EPOCH_OFFSET);
            if (payload < 0 || at + RingPacket.ENTRY_LENGTH + payload > length || kind < 0 || kind > EntryKind.CONTROL.code()
                || entryEpoch < epoch || entryEpoch > machine.ring.epoch) {
                return false;
            }
            epoch = entryEpoch;
            at += RingPacket.ENTRY_LENGTH + payload;
        }
        return count >= 0 && at == length && base >= 0;
    }

    private void appendAll(final int slot, final long base, final DirectBuffer buffer, final int offset) {
        final int count = RingPacket.i32(buffer, offset + RingPacket.ENTRIES_COUNT_OFFSET);
        int at = offset + RingPacket.ENTRIES_FIRST_OFFSET;
        long index = base;
        for (int nth = 0; nth < count; nth++) {
            index++;
            final int payload = RingPacket.i32(buffer, at + RingPacket.ENTRY_LENGTH_OFFSET);
            if (index == machine.tail.end() + 1) {
                final long msb = RingPacket.i64(buffer, at + RingPacket.ENTRY_ORIGIN_MSB_OFFSET);
                final long lsb = RingPacket.i64(buffer, at + RingPacket.ENTRY_ORIGIN_LSB_OFFSET);
                final long seq = RingPacket.i64(buffer, at + RingPacket.ENTRY_SEQ_OFFSET);
                final long epoch = RingPacket.i64(buffer, at + RingPacket.ENTRY_EPOCH_OFFSET);
                final EntryKind kind = EntryKind.of(buffer.getByte(at + RingPacket.ENTRY_KIND_OFFSET));
                if (epoch < machine.tail.log().endEpoch()
                    || !machine.tail.append(epoch, msb, lsb, seq, kind, buffer, at + RingPacket.ENTRY_LENGTH, payload)) {
                    machine.trace(TraceEvent.PACKET_DROPPED, PacketType.ENTRIES, ~slot, index);
                    return;
                }
                machine.ordering.onAppended(machine.ring.slotOf(msb, lsb), seq, payload);
            }
            at += RingPacket.ENTRY_LENGTH + payload;
        }
    }
}

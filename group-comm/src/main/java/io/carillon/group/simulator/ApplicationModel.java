// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import java.util.function.Consumer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The layer above one member: what it offered and what became of it, what it has applied, whether it may vote.
 * Survives the process as far as a database server does.
 */
final class ApplicationModel implements Application {
    /** From here on a payload has room for its node and number. */
    static final int NUMBERED_LENGTH = 16;
    private static final long NOTHING = Long.MIN_VALUE;

    private final int node;
    private final Simulator simulator;
    private final GroupHistory history;
    private final Long2LongHashMap pending = new Long2LongHashMap(NOTHING);
    /** What was delivered when it was offered. */
    private final Long2LongHashMap offeredAfter = new Long2LongHashMap(NOTHING);
    private final Long2LongHashMap barriers = new Long2LongHashMap(NOTHING);
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[1 << 17]);
    private MemberId self;
    private long appliedIndex;
    private long appliedSeqno;
    private long firstOfLife;
    private boolean snapshot;
    /** The log was replaced in this life: own offers of it may be delivered again, or lie before what is delivered. */
    private boolean replaced;
    private final Long2LongHashMap delivered = new Long2LongHashMap(NOTHING);
    private RingView view;
    private long promoteAfter;
    private boolean askedForVote;
    private long offers;
    private long acknowledged;
    private final LargeMessages large;

    ApplicationModel(final int node, final Simulator simulator) {
        this.node = node;
        this.simulator = simulator;
        this.history = simulator.history();
        large = new LargeMessages(node);
    }

    /** {@code keepApplied} tells whether the server's data is still there, else it starts from a snapshot. */
    @Override
    public void start(final MemberId id, final boolean keepApplied) {
        self = id;
        large.interrupt();
        pending.clear();
        barriers.clear();
        offeredAfter.clear();
        delivered.clear();
        replaced = false;
        firstOfLife = NOTHING;
        view = null;
        promoteAfter = 0;
        askedForVote = false;
        // Who died before the snapshot came has nothing, and waits for one again.
        if (!keepApplied || snapshot) {
            takeSnapshot();
        }
        simulator.node(node).join(simulator.founds(node), snapshot ? -1 : appliedSeqno + 1, new byte[] {(byte) node});
    }

    /** What lies before the new log comes with a snapshot. */
    @Override
    public void historyDiffers(final String what) {
        replaced = true;
        large.interrupt();
        takeSnapshot();
    }

    /** The server's data comes from another node: it goes on wherever the log begins. */
    private void takeSnapshot() {
        snapshot = true;
        appliedIndex = 0;
        appliedSeqno = 0;
    }

    /**
     * Offers a payload that nobody else offers, and nobody else's looks like unless it is too short for its number; the core's answer.
     */
    @Override
    public long offer(final RingCore core, final long now, final Xoshiro256 random, final int length) {
        final int kinds = random.below(8);
        final EntryKind kind = kinds == 0 ? EntryKind.FRAGMENT : kinds == 1 ? EntryKind.CONTROL : EntryKind.WRITE_SET;
        final int least = simulator.options().tiny() > 0 ? 1 : NUMBERED_LENGTH;
        return offer(core, now, kind, Math.max(least, length), part -> { });
    }

    private long offer(final RingCore core, final long now, final EntryKind kind, final int size, final Consumer<UnsafeBuffer> describe) {
        offers++;
        payload.putLong(0, node);
        payload.putLong(8, offers);
        for (int at = size < NUMBERED_LENGTH ? 0 : NUMBERED_LENGTH; at < size; at++) {
            payload.putByte(at, (byte) (offers + at + (size < NUMBERED_LENGTH ? node << 5 : 0)));
        }
        describe.accept(payload);
        final byte[] content = new byte[size];
        payload.getBytes(0, content);
        final long result = core.offer(now, kind, payload, 0, size);
        payload.setMemory(0, size, (byte) 0xAB);
        if (result > 0) {
            if (firstOfLife == NOTHING) {
                firstOfLife = result;
            }
            final long known = pending.put(result, StoredEntry.payloadDigest(content));
            Check.that(known == NOTHING, "an offer gets a number of its own", result, known);
            offeredAfter.put(result, appliedIndex);
        }
        return result;
    }

    /** Asks for a barrier; it must not answer less than what is stable anywhere now. */
    @Override
    public void barrier(final RingCore core, final long now) {
        final long stableNow = history.stableIndex();
        final long number = core.barrier(now);
        if (number > 0) {
            barriers.put(number, stableNow);
        }
    }

    @Override
    public void barrierAnswered(final long number, final long index) {
        final long asked = barriers.remove(number);
        Check.that(asked != NOTHING, "a barrier is answered once", number, index);
        simulator.marks().hit(index < 0 ? Mark.BARRIER_FAILED : Mark.BARRIER_ANSWERED);
        Check.that(index < 0 || index >= asked, "a barrier is not older than what was stable when it was asked for", index, asked);
    }

    @Override
    public void rejected(final long originSeq, final long reason) {
        say("rejected");
        simulator.marks().hit(Mark.OFFER_REJECTED);
        large.interrupt();
        final long digest = pending.remove(originSeq);
        Check.that(digest != NOTHING, "only a pending offer is rejected", originSeq, firstOfLife);
        history.rejected(self, originSeq, digest);
    }

    @Override
    public void stable(final SimulatedLog log, final long before, final long index) {
        if (replaced) {
            pending.entrySet().removeIf(offer -> history.isOrderedBy(self, offer.getKey(), log.baseIndex()));
        }
        for (long i = before + 1; i <= index; i++) {
            final StoredEntry entry = log.at(i);
            if (entry.originMsb() == self.msb() && entry.originLsb() == self.lsb() && !entry.kind().isConfiguration()) {
                ownDelivered(entry);
            }
            if (entry.kind().isConfiguration()) {
                view = ConfigurationReader.read(entry);
                promoteAfter = i;
                if (i > appliedIndex && simulator.narrator() != Narrator.NOBODY) {
                    say("view " + describe(view));
                }
            }
            if (i > appliedIndex) {
                // A log that begins with the next seqno has all that the server lacks.
                final boolean begins = i == log.baseIndex() + 1 && entry.seqno() - (entry.kind().counts() ? 1 : 0) == appliedSeqno;
                Check.that(snapshot || begins || i == appliedIndex + 1, "the server is fed without gap", i, appliedIndex);
                snapshot = false;
                appliedIndex = i;
                appliedSeqno = entry.seqno();
                if (simulator.narrator() != Narrator.NOBODY && !entry.kind().isConfiguration()) {
                    say("delivers " + label(entry));
                }
            }
        }
    }

    /** Members with weight by letter, joiners in brackets. */
    private String describe(final RingView of) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < simulator.nodeCount(); i++) {
            for (final RingMember member : of.members()) {
                if (member.id().equals(simulator.node(i).self())) {
                    text.append(text.isEmpty() ? "" : " ").append(member.weight() > 0 ? letter(i) : "(" + letter(i) + ")");
                    text.append(member.weight() > 1 ? "=" + member.weight() : "");
                }
            }
        }
        return text.toString();
    }

    static String letter(final int node) {
        return String.valueOf((char) ('a' + node));
    }

    static String label(final StoredEntry entry) {
        if (entry.payload().length < NUMBERED_LENGTH) {
            return entry.payload().length + " bytes";
        }
        final UnsafeBuffer content = new UnsafeBuffer(entry.payload());
        return letter(content.getInt(0)) + content.getLong(8);
    }

    private void say(final String what) {
        simulator.narrator().happened(node, what);
    }

    private void ownDelivered(final StoredEntry entry) {
        final long digest = pending.remove(entry.originSeq());
        if (digest == NOTHING) {
            Check.that(firstOfLife == NOTHING || entry.originSeq() < firstOfLife
                || replaced && delivered.get(entry.originSeq()) == StoredEntry.payloadDigest(entry.payload()),
                "an own offer is delivered once", entry.originSeq(), entry.index());
            return;
        }
        delivered.put(entry.originSeq(), digest);
        Check.that(entry.index() > offeredAfter.remove(entry.originSeq()), "what follows from a delivery is ordered after it",
            entry.index(), entry.originSeq());
        Check.that(digest == StoredEntry.payloadDigest(entry.payload()), "an own offer is delivered as offered",
            entry.originSeq(), entry.index());
        acknowledged++;
        if (simulator.narrator() != Narrator.NOBODY) {
            say("acknowledges " + label(entry));
        }
    }

    @Override
    public void beginLarge(final int parts, final int partLength) {
        if (!large.isUnderWay()) {
            large.begin(parts, partLength);
        }
    }

    /** Goes on with a large message, promotes a joiner whose log has caught up. */
    @Override
    public void pump(final RingCore core, final long now) {
        large.pump((kind, length, content) -> offer(core, now, kind, length, content));
        if (promoteAfter > 0 && view != null && GroupHistory.isMember(view, self) && weight() == 0) {
            if (lacksWhatIsPurged()) {
                return;
            }
            core.promote(now);
            askedForVote = true;
        }
        promoteAfter = 0;
    }

    /** Who will have to start over must not vote: a voter's log is never emptied. */
    private boolean lacksWhatIsPurged() {
        final long end = simulator.node(node).log().endIndex();
        for (int i = 0; i < simulator.nodeCount(); i++) {
            if (simulator.node(i).running() && simulator.node(i).log().baseIndex() > end) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean askedForVote() {
        return askedForVote;
    }

    @Override
    public void leave(final RingCore core, final long now) {
        core.leave(now);
    }

    @Override
    public void notPrimary(final RingView nonPrimary) {
        view = null;
        say("not primary");
    }

    int weight() {
        return view == null ? 0 : GroupHistory.weight(view, self);
    }

    @Override
    public RingView view() {
        return view;
    }

    @Override
    public int pendingOffers() {
        return pending.size();
    }

    @Override
    public long acknowledged() {
        return acknowledged;
    }

    @Override
    public long purgeable() {
        return view == null ? 0 : Math.min(appliedIndex, view.index() - 1);
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public void wipe() {
        appliedIndex = 0;
        appliedSeqno = 0;
    }

    @Override
    public void loseApplied(final Xoshiro256 random, final SimulatedLog log) {
        final long back = Math.max(log.baseIndex(), appliedIndex - random.below(20));
        if (back < appliedIndex && (back == 0 || log.at(back) != null)) {
            appliedIndex = back;
            appliedSeqno = back == 0 ? 0 : log.at(back).seqno();
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingEffects;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.wire.PacketType;
import org.agrona.DirectBuffer;

/** What the core of one node asks for and says, and what it does to its log: checked, told to the observer, carried out. */
final class MemberEffects implements RingEffects, SimulatedLog.Observer {
    /** Entries that the holder numbers before they are stable (docs/ring.md, section 10). */
    static final int UNSTABLE_MAX = 8_192;

    private final Simulator simulator;
    private final SimulatedNode node;
    private final SentPackets sent = new SentPackets();
    private final InstalledRing installed;
    private final SentOnVisits visits;
    private boolean departed;
    private long reportedStable;

    MemberEffects(final Simulator simulator, final SimulatedNode node) {
        this.simulator = simulator;
        this.node = node;
        visits = new SentOnVisits(simulator.options().rotation().of(node.number()));
        installed = new InstalledRing(node, simulator.history());
    }

    /** A new process. */
    void begin() {
        departed = false;
        sent.begin();
        installed.begin();
        visits.begin();
        reportedStable = node.log().baseIndex();
    }

    /** A token that goes round came. */
    void visited(final DirectBuffer token) {
        visits.arrived(token);
    }

    /** The core has left. */
    boolean departed() {
        return departed;
    }

    /** What the core called stable in this life. */
    long reportedStable() {
        return reportedStable;
    }

    /** What the core buffers is bounded: own offers, with those that a change of ring gave back, and one origin's payloads per member. */
    void checkBounds(final SwarmOptions options) {
        final long offered = options.ring().offeredBytesMax();
        final long perOrigin = offered + options.ring().entryLengthMax();
        Check.that(node.core().offeredBytes() <= 6 * offered, "own offers held are bounded", node.core().offeredBytes(), offered);
        Check.that(node.core().heldBytes() <= perOrigin * 2 * options.nodes(), "payloads held of others are bounded",
            node.core().heldBytes(), perOrigin);
        // What the ring promises for these three is fixed, and one change of configuration is numbered beside any load.
        Check.that(node.core().numberedUnstable() <= UNSTABLE_MAX + 1, "entries numbered and not stable are bounded",
            node.core().numberedUnstable(), UNSTABLE_MAX);
        Check.that(node.core().heldOrders() <= 16_384, "order records held are bounded", node.core().heldOrders(), 16_384);
        Check.that(node.core().askedBytes() <= Math.max(64 << 10, options.ring().pullBytes()), "bytes asked for are bounded",
            node.core().askedBytes(), options.ring().pullBytes());
    }

    @Override
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        sent.check(packet, offset, length, node.states().kept().promisedEpoch(), node.log(), reportedStable,
            node.core().holdsToken());
        if (node.core().rotates() && !PacketType.isControl(packet.getByte(offset))) {
            visits.sent(packet, offset, installed.ownSlot());
        }
        simulator.moments().sent(node, peer, packet, offset, length);
        simulator.network().send(node.number(), peer, packet, offset, length, trafficClass == TrafficClass.BULK);
    }

    @Override
    public void persist(final long ticket, final RingState state) {
        if (node.hosted() != null) {
            node.hosted().persist(ticket, state);
            return;
        }
        final long doneAt = node.states().write(state, simulator.now());
        simulator.schedule(doneAt - simulator.now(), EventKind.PERSISTED, node.number(), node.life(), ticket, null);
    }

    @Override
    public void ordered(final long index) {
        Check.that(index <= node.log().endIndex(), "what is ordered is in the log", index, node.log().endIndex());
    }

    @Override
    public void stable(final long index) {
        Check.that(index > reportedStable, "the stable horizon ascends", index, reportedStable);
        Check.that(index <= node.log().endIndex(), "what is stable is in the log", index, node.log().endIndex());
        node.trace().add(simulator.now(), simulator.eventNumber(), "stable", index, node.log().epochAt(index), node.log().endIndex());
        simulator.history().stable(node.log(), reportedStable, index);
        checkContained(reportedStable + 1, index);
        node.application().stable(node.log(), reportedStable, index);
        reportedStable = index;
    }

    /** Views of a member's own ring contain it; those of rings before it came need not, nor those after it left. */
    private void checkContained(final long first, final long last) {
        for (long index = first; index <= last; index++) {
            final StoredEntry entry = node.log().at(index);
            if (entry.kind().isConfiguration() && entry.epoch() == node.core().epoch()) {
                Check.that(ConfigurationReader.read(entry).contains(node.self()) || hasAskedToLeave(entry), "a view contains its members",
                    node.number(), index);
            }
        }
    }

    /** Never by the view that begins its ring. */
    private boolean hasAskedToLeave(final StoredEntry view) {
        return node.log().epochAt(view.index() - 1) == view.epoch() && (node.leaving() || node.hosted() != null);
    }

    @Override
    public void notPrimary(final RingView view) {
        Check.that(!view.primary(), "a view that is not primary says so", view.epoch(), view.index());
        Check.that(view.contains(node.self()), "a view contains whoever is told of it", node.number(), view.epoch());
        simulator.note(node.number(), "not-primary", view.epoch(), view.members().size(), 0);
        node.application().notPrimary(view);
    }

    @Override
    public void rejected(final long originSeq, final long reason) {
        simulator.note(node.number(), "rejected", originSeq, reason, 0);
        node.application().rejected(originSeq, reason);
    }

    @Override
    public void barrier(final long barrier, final long index) {
        node.application().barrierAnswered(barrier, index);
    }

    @Override
    public void left() {
        departed = true;
        simulator.narrator().happened(node.number(), "left");
    }

    @Override
    public void historyDiffers(final String what) {
        simulator.note(node.number(), "history-differs", node.log().baseIndex(), node.log().endIndex(), 0);
        final RingView view = simulator.history().configuration();
        if (view == null || GroupHistory.weight(view, node.self()) > 0) {
            throw new GroupHistory.Violated("voter " + node.number() + " lost common history with the group: " + what);
        }
        node.application().historyDiffers(what);
    }

    @Override
    public void trace(final TraceEvent event, final long a, final long b, final long c) {
        simulator.count(node.number(), event, a, c);
        installed.traced(event, a, b, c);
        node.trace().add(simulator.now(), simulator.eventNumber(), event.name(), a, b, c);
    }

    @Override
    public void appended(final StoredEntry entry) {
        simulator.history().appended(entry, node.log().epochAt(entry.index() - 1));
        simulator.moments().appended(node, entry);
    }

    @Override
    public void truncated(final long index, final long oldEnd) {
        Check.that(index >= reportedStable, "what this node called stable is not cut off", index, reportedStable);
        simulator.note(node.number(), "truncate", index, oldEnd, node.log().epochAt(oldEnd));
        for (long i = index + 1; i <= oldEnd; i++) {
            final StoredEntry cut = node.log().at(i);
            if (!cut.kind().isConfiguration() && node.self().equals(new MemberId(cut.originMsb(), cut.originLsb()))) {
                simulator.marks().hit(Mark.OWN_ENTRY_CUT);
                break;
            }
        }
        simulator.history().truncated(node.log(), index);
    }

    @Override
    public long reset(final long index, final long epoch) {
        simulator.note(node.number(), "reset", index, epoch, node.log().endIndex());
        reportedStable = index;
        sent.onReset();
        if (holdsConfiguration(node.log())) {
            simulator.history().givenUp(node.core().epoch());
        }
        return simulator.history().reset(node.self(), index, epoch);
    }

    /** Only such a log can be a voter's. */
    private static boolean holdsConfiguration(final SimulatedLog log) {
        for (long index = log.endIndex(); index > log.baseIndex(); index--) {
            if (log.at(index).kind().isConfiguration()) {
                return true;
            }
        }
        return false;
    }
}

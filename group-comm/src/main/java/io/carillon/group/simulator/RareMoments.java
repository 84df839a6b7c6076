// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.MemberId;
import io.carillon.group.ring.ControlMessage;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.wire.ControlCodec;
import io.carillon.group.wire.PacketChecksum;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;

/** Recognises each {@link Mark} that no node can tell of by itself: what several of them, or packets between them, make together. */
final class RareMoments {
    private final Simulator simulator;
    private final Marks marks;
    private final int nodes;
    private final long pullMax;
    /** By node: bytes of the answer to PULL that it is sending. */
    private final long[] answerBytes;
    /** By node: epoch and number of the token lost last on its way there. */
    private final long[] lostTokenEpoch;
    private final int[] lostTokenSeq;
    /** By direction: epoch of the last COMMIT and of the last INSTALL. */
    private final long[] committed;
    private final long[] installed;
    /** What a node is taking, or null. */
    private Packet taken;
    private boolean heldBefore;
    private boolean noneIsPrimary;

    RareMoments(final Simulator simulator, final Marks marks, final SwarmOptions options) {
        this.simulator = simulator;
        this.marks = marks;
        nodes = options.nodes();
        pullMax = Math.max(64 << 10, options.ring().pullBytes());
        answerBytes = new long[nodes];
        lostTokenEpoch = new long[nodes];
        lostTokenSeq = new int[nodes];
        committed = new long[nodes * nodes];
        installed = new long[nodes * nodes];
    }

    /** A protocol event at {@code node}, whose core is in the middle of it. */
    void traced(final SimulatedNode node, final TraceEvent event, final long first) {
        switch (event) {
            case SUSPECTED -> lost(node, (int) first);
            case NOT_PRIMARY -> findSplit();
            case OPERATIONAL -> {
                if (noneIsPrimary) {
                    noneIsPrimary = false;
                    marks.hit(Mark.PRIMARY_AFTER_NONE);
                }
            }
            default -> { }
        }
    }

    /** {@code node} does not hear {@code peer} any more, and has not drawn anything from that yet. */
    void lost(final SimulatedNode node, final int peer) {
        final RingCore core = node.core();
        final MemberId holder = core.holder();
        if (holder == null || !holder.equals(simulator.node(peer).self())) {
            return;
        }
        switch (core.state()) {
            case "OPERATIONAL" -> marks.hit(Mark.HOLDER_LOST_WHEN_OPERATIONAL);
            case "GATHER" -> marks.hit(Mark.HOLDER_LOST_IN_GATHER);
            case "RECOVERY" -> marks.hit(Mark.HOLDER_LOST_IN_RECOVERY);
            default -> { }
        }
    }

    /** Members without a ring are parts of one. */
    private void findSplit() {
        int parts = 0;
        for (int i = 0; i < nodes; i++) {
            final SimulatedNode node = simulator.node(i);
            if (node.running()) {
                if (node.paused() || !node.core().state().equals("NOT_PRIMARY")) {
                    return;
                }
                parts += node.core().epoch() == 0 || isFirstOfItsRing(i) ? 1 : 0;
            }
        }
        if (parts > 1 && simulator.history().stableIndex() > 0) {
            noneIsPrimary = true;
            marks.hit(Mark.SPLIT_WITHOUT_PRIMARY);
        }
    }

    private boolean isFirstOfItsRing(final int number) {
        for (int i = 0; i < number; i++) {
            final SimulatedNode node = simulator.node(i);
            if (node.running() && node.core().epoch() == simulator.node(number).core().epoch()) {
                return false;
            }
        }
        return true;
    }

    /** A node sends a packet. */
    void sent(final SimulatedNode node, final int peer, final DirectBuffer packet, final int offset, final int length) {
        final int type = packet.getByte(offset);
        if (type == PacketType.ENTRIES) {
            answers(node, packet, offset, length);
        } else if (type == PacketType.COMMIT || type == PacketType.INSTALL) {
            final ControlMessage message = ControlCodec.decode(packet, offset, length - PacketChecksum.LENGTH);
            final int direction = node.number() * nodes + peer;
            if (message instanceof ControlMessage.Commit commit && isAgain(committed, direction, commit.epoch())) {
                marks.hit(Mark.COMMIT_REPEATED);
            } else if (message instanceof ControlMessage.Install install && isAgain(installed, direction, install.epoch())) {
                marks.hit(Mark.INSTALL_REPEATED);
            }
        }
    }

    private static boolean isAgain(final long[] last, final int direction, final long epoch) {
        final boolean again = last[direction] == epoch;
        last[direction] = epoch;
        return again;
    }

    private void answers(final SimulatedNode node, final DirectBuffer packet, final int offset, final int length) {
        final int flags = packet.getByte(offset + RingPacket.ENTRIES_FLAGS_OFFSET);
        final int number = node.number();
        answerBytes[number] = length + ((flags & RingPacket.ENTRIES_BEGIN) != 0 ? 0 : answerBytes[number]);
        if ((flags & RingPacket.ENTRIES_END) != 0 && answerBytes[number] >= pullMax && lastOf(packet, offset) < node.log().endIndex()) {
            marks.hit(Mark.PULL_LIMITED);
        }
    }

    private static long firstOf(final DirectBuffer entries, final int offset) {
        return RingPacket.i64(entries, offset + RingPacket.ENTRIES_BASE_INDEX_OFFSET) + 1;
    }

    private static long lastOf(final DirectBuffer entries, final int offset) {
        return firstOf(entries, offset) - 1 + RingPacket.i32(entries, offset + RingPacket.ENTRIES_COUNT_OFFSET);
    }

    /** A packet to {@code node} gets lost, and nobody hears of that. */
    void dropped(final int node, final DirectBuffer packet, final int offset) {
        if (packet.getByte(offset) == PacketType.TOKEN) {
            lostTokenEpoch[node] = RingPacket.i64(packet, offset + RingPacket.EPOCH_OFFSET);
            lostTokenSeq[node] = RingPacket.i32(packet, offset + RingPacket.TOKEN_SEQ_OFFSET);
        }
    }

    /** {@code node} begins to take {@code packet}. */
    void takes(final SimulatedNode node, final Packet packet) {
        taken = packet;
        heldBefore = node.core().holdsToken();
    }

    /** {@code node} has taken it. */
    void took(final SimulatedNode node) {
        final RingCore core = node.core();
        if (taken.bytes[0] == PacketType.TOKEN && !heldBefore && core.holdsToken()) {
            if (core.rotates()) {
                node.visited(taken);
            }
            if (lostTokenEpoch[node.number()] == core.epoch() && Integer.toUnsignedLong(lostTokenSeq[node.number()]) == core.tokenSeq()) {
                marks.hit(core.rotates() ? Mark.ROUND_TOKEN_LOST : Mark.PASSED_TOKEN_LOST);
            }
            if (RingPacket.i64(taken.buffer, RingPacket.TOKEN_LAST_OFFSET) > node.log().endIndex()) {
                marks.hit(Mark.TOKEN_BEFORE_ENTRIES);
            }
        }
        taken = null;
    }

    /** {@code entry} was appended to the log of {@code node}. */
    void appended(final SimulatedNode node, final StoredEntry entry) {
        if (taken == null || taken.to != node.number() || taken.bytes[0] != PacketType.ENTRIES || entry.kind().isConfiguration()
            || entry.index() < firstOf(taken.buffer, 0) || entry.index() > lastOf(taken.buffer, 0)) {
            return;
        }
        final MemberId origin = new MemberId(entry.originMsb(), entry.originLsb());
        final MemberId holder = node.core().holder();
        if (!origin.equals(node.self()) && !couldGive(origin, node, entry) && !couldGive(holder, node, entry)) {
            marks.hit(Mark.ENTRY_ONLY_FROM_THIRD);
        }
    }

    private boolean couldGive(final MemberId id, final SimulatedNode to, final StoredEntry entry) {
        for (int i = 0; i < nodes; i++) {
            final SimulatedNode node = simulator.node(i);
            if (node.self() != null && node.self().equals(id)) {
                return node.running() && !node.paused() && node.log().digestAt(entry.index()) == entry.digest()
                    && simulator.network().isLinked(to.number(), i);
            }
        }
        return false;
    }

    /** The core of {@code node} answered an offer of {@code length} bytes. */
    void answered(final SimulatedNode node, final int length, final long result) {
        if (result != RingResult.BACK_PRESSURED || node.hosted() != null) {
            return;
        }
        final RingCore core = node.core();
        if (core.offeredBytes() + length > simulator.options().ring().offeredBytesMax()) {
            marks.hit(Mark.OFFERS_FULL);
        } else if (core.offeredBytes() > 0) {
            marks.hit(Mark.TOO_MANY_OFFERS);
        } else {
            final long unstable = node.log().endIndex() - node.reportedStable();
            marks.hit(unstable >= MemberEffects.UNSTABLE_MAX ? Mark.HOLDER_FULL : Mark.HOLDER_FULL_OF_BYTES);
        }
    }
}

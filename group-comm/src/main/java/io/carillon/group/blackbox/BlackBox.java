// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * The last 102,400 events of the protocol, and the last 8,192 packets one by one. Among the events packets are summed by peer over 5 ms,
 * or until
 * something else happens, and of what happens more than a few times within that the rest is counted: so it reaches back minutes on a busy
 * node,
 * and nobody empties it by sending garbage. Nothing is allocated for an event, but for every 4,096th until the box is full.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class BlackBox {
    /** No linked peer has this handle. */
    public static final int NO_PEER = -1;
    /** Longest time over which packets are summed. */
    private static final long WINDOW_NS = 5_000_000;
    private static final long LATE_NS = 5_000_000;
    private static final int EVENT_CHUNKS = 25;
    private static final int PACKET_CHUNKS = 2;
    private static final byte FEW = 4;
    private static final byte MANY = 32;

    private final long startNs;
    private final EventRing events = new EventRing(EVENT_CHUNKS);
    private final EventRing packets = new EventRing(PACKET_CHUNKS);
    private final MemberNumbers numbers = new MemberNumbers();
    private final TrafficSums in = new TrafficSums(BlackBoxEvent.PACKETS_IN);
    private final TrafficSums out = new TrafficSums(BlackBoxEvent.PACKETS_OUT);
    /** How many records of a code a window may have one by one. */
    private final byte[] budget = new byte[BlackBoxEvent.CODES];
    private final int[] seen = new int[BlackBoxEvent.CODES];
    /** The codes seen in this window. */
    private final int[] codes = new int[BlackBoxEvent.CODES];
    private int touched;
    private boolean crowded;
    private boolean summed;
    private long windowNs = Long.MIN_VALUE;
    private long nowNs;
    private long end;
    private long logged;
    private long stable;
    private boolean moved;

    /** An empty box; its times are relative to {@code startNs}. */
    public BlackBox(final long startNs) {
        this.startNs = startNs;
        nowNs = startNs;
        Arrays.fill(budget, FEW);
        for (final BlackBoxEvent event : new BlackBoxEvent[] {BlackBoxEvent.PEER_UP, BlackBoxEvent.PEER_DOWN, BlackBoxEvent.CONTROL_IN,
            BlackBoxEvent.CONTROL_OUT}) {
            budget[event.ordinal()] = MANY;
        }
        budget[BlackBoxEvent.code(TraceEvent.MEMBER)] = Byte.MAX_VALUE;
    }

    // ---- what is recorded

    /** A membership began. */
    public void started(final long timeNs, final MemberId self, final String name, final long promisedEpoch, final long logEnd,
        final long stableIndex) {
        numbers.name(self, name);
        end = logEnd;
        logged = logEnd;
        stable = stableIndex;
        record(timeNs, BlackBoxEvent.STARTED, promisedEpoch, logEnd, stableIndex);
    }

    /** It ended. */
    public void ended(final long timeNs) {
        record(timeNs, BlackBoxEvent.ENDED, 0, 0, 0);
    }

    /** {@code peer} is the handle of {@code id} from now on. */
    public void peerUp(final long timeNs, final int peer, final MemberId id, final String name) {
        numbers.name(id, name);
        numbers.handle(peer, numbers.of(id));
        in.begin(peer, timeNs);
        record(timeNs, BlackBoxEvent.PEER_UP, numbers.of(id), peer, 0);
    }

    /** The handle is nobody's. */
    public void peerDown(final long timeNs, final int peer) {
        record(timeNs, BlackBoxEvent.PEER_DOWN, numbers.ofHandle(peer), peer, 0);
        numbers.handle(peer, MemberNumbers.NOBODY);
    }

    /** The name of a member became known. */
    public void name(final MemberId id, final String name) {
        numbers.name(id, name);
    }

    /** A packet came. */
    public void packetIn(final long timeNs, final int peer, final DirectBuffer packet, final int offset, final int length) {
        clock(timeNs);
        in.heard(peer, timeNs);
        packet(BlackBoxEvent.PACKET_IN, BlackBoxEvent.CONTROL_IN, in, peer, packet, offset, length);
    }

    /** A packet goes out, at the time of the last event. */
    public void packetOut(final int peer, final DirectBuffer packet, final int offset, final int length) {
        packet(BlackBoxEvent.PACKET_OUT, BlackBoxEvent.CONTROL_OUT, out, peer, packet, offset, length);
    }

    private void packet(final BlackBoxEvent single, final BlackBoxEvent control, final TrafficSums sums, final int peer,
        final DirectBuffer packet, final int offset, final int length) {
        final int type = length == 0 ? 0 : packet.getByte(offset) & 0xFF;
        final int min = RingPacket.lengthMin(type);
        final boolean flat = min >= 0 && length >= min;
        final long peerLogged = flat ? RingPacket.i64(packet, offset + RingPacket.LOGGED_OFFSET) : 0;
        packets.add(single.ordinal(), nowNs - startNs, (long) numbers.ofHandle(peer) << 40 | (long) length << 8 | type,
            flat ? number(type, packet, offset) : 0, peerLogged);
        if (flat) {
            sums.add(peer, length, peerLogged, RingPacket.i64(packet, offset + RingPacket.HORIZON_OFFSET));
            summed = true;
        } else if (PacketType.isControl(type)) {
            add(control.ordinal(), numbers.ofHandle(peer), type, length);
        }
    }

    /** What a packet is about: with how many records or entries it is, below 16 bits, where it has several. */
    private static long number(final int type, final DirectBuffer packet, final int offset) {
        return switch (type) {
            case PacketType.DATA -> RingPacket.i64(packet, offset + RingPacket.DATA_SEQ_OFFSET);
            case PacketType.ORDER -> RingPacket.i64(packet, offset + RingPacket.ORDER_FIRST_OFFSET) << 16
                | RingPacket.u16(packet, offset + RingPacket.ORDER_COUNT_OFFSET);
            case PacketType.TOKEN -> RingPacket.i64(packet, offset + RingPacket.TOKEN_LAST_OFFSET);
            case PacketType.PULL -> RingPacket.i64(packet, offset + RingPacket.PULL_INDEX_OFFSET);
            case PacketType.ENTRIES -> RingPacket.i64(packet, offset + RingPacket.ENTRIES_BASE_INDEX_OFFSET) + 1 << 16
                | RingPacket.i32(packet, offset + RingPacket.ENTRIES_COUNT_OFFSET) & 0xFFFF;
            case PacketType.BARRIER_REQUEST, PacketType.BARRIER_REPLY ->
                RingPacket.i64(packet, offset + RingPacket.BARRIER_ROUND_OFFSET);
            case PacketType.REQUEST -> RingPacket.u16(packet, offset + RingPacket.REQUEST_WEIGHT_OFFSET);
            default -> RingPacket.i64(packet, offset + RingPacket.HORIZON_OFFSET);
        };
    }

    /** An event of the ring. Handles and slots in it become members here. */
    public void trace(final long timeNs, final TraceEvent event, final long a, final long b, final long c) {
        clock(timeNs);
        final int code = BlackBoxEvent.code(event);
        switch (event) {
            case MEMBER -> {
                final int number = numbers.of(new MemberId(b, c));
                numbers.slot((int) a, number);
                add(code, number, a, 0);
            }
            case SUSPECTED, HEARD_AGAIN -> add(code, numbers.ofHandle(a), b, 0);
            case PACKET_DROPPED -> add(code, a, b < 0 ? numbers.ofSlot(~b) : numbers.ofHandle(b), c);
            case TOKEN_SENT, TOKEN_REPEATED, TOKEN_SEEN, TOKEN_WOKEN, WAKE_REPEATED -> add(code, a, b, numbers.ofSlot(c));
            case PULLED -> add(code, a, numbers.ofSlot(b), c);
            default -> add(code, a, b, c);
        }
    }

    /** The log ends at {@code index}. */
    public void ordered(final long index) {
        end = index;
        moved = true;
    }

    /** The log is durable up to {@code index}. */
    public void logged(final long index) {
        logged = index;
        moved = true;
    }

    /** All up to {@code index} is stable. */
    public void stable(final long index) {
        stable = index;
        moved = true;
    }

    /** A timer was due {@code lateNs} ago. Recorded from 5 ms on. */
    public void timer(final long timeNs, final long lateNs) {
        if (lateNs >= LATE_NS) {
            record(timeNs, BlackBoxEvent.TIMER_LATE, lateNs, 0, 0);
        }
    }

    /** The log was written in {@code tookNs}. Recorded from 5 ms on. */
    public void logWritten(final long timeNs, final long tookNs) {
        if (tookNs >= LATE_NS) {
            record(timeNs, BlackBoxEvent.LOG_SLOW, tookNs, 0, 0);
        }
    }

    /** An own offer was rejected. */
    public void rejected(final long timeNs, final long originSeq, final long reason) {
        record(timeNs, BlackBoxEvent.REJECTED, originSeq, reason, 0);
    }

    /** A view was reported to the layer above. */
    public void view(final long timeNs, final boolean primary, final long epoch, final long seqno, final int members) {
        record(timeNs, primary ? BlackBoxEvent.VIEW_PRIMARY : BlackBoxEvent.VIEW_NOT_PRIMARY, epoch, seqno, members);
    }

    private void record(final long timeNs, final BlackBoxEvent event, final long a, final long b, final long c) {
        clock(timeNs);
        add(event.ordinal(), a, b, c);
    }

    // ---- what was heard last

    /** Greatest index that this node knows to be stable. */
    public long stableIndex() {
        return stable;
    }

    /** Handle of a linked member, or {@link #NO_PEER}. */
    public int peer(final MemberId id) {
        return numbers.handleOf(id);
    }

    /** When the last packet of the peer came, or it was linked. */
    public long heardNs(final int peer) {
        return in.lastNs(peer);
    }

    /** Index that the peer of this handle said to have logged; 0 before it said so. */
    public long peerLogged(final int peer) {
        return in.logged(peer);
    }

    /** Index that it said to know as stable. */
    public long peerHorizon(final int peer) {
        return in.horizon(peer);
    }

    // ---- windows

    private void clock(final long timeNs) {
        if (windowNs == Long.MIN_VALUE || timeNs - windowNs >= WINDOW_NS) {
            closeWindow();
            windowNs = timeNs;
        }
        nowNs = Math.max(nowNs, timeNs);
    }

    private void add(final int code, final long a, final long b, final long c) {
        if (seen[code] == 0) {
            codes[touched++] = code;
        }
        seen[code]++;
        if (seen[code] > budget[code]) {
            crowded = true;
            return;
        }
        flush();
        events.add(code, nowNs - startNs, a, b, c);
    }

    /** Records the sums: what comes next comes after them. */
    private void flush() {
        if (summed) {
            summed = false;
            in.flush(events, nowNs - startNs, numbers);
            out.flush(events, nowNs - startNs, numbers);
        }
        if (moved) {
            moved = false;
            events.add(BlackBoxEvent.HORIZONS.ordinal(), nowNs - startNs, end, logged, stable);
        }
    }

    private void closeWindow() {
        flush();
        if (crowded) {
            crowded = false;
            for (int nth = 0; nth < touched; nth++) {
                final int code = codes[nth];
                if (seen[code] > budget[code]) {
                    events.add(BlackBoxEvent.MORE.ordinal(), nowNs - startNs, code, seen[code] - budget[code], 0);
                }
            }
        }
        for (; touched > 0; touched--) {
            seen[codes[touched - 1]] = 0;
        }
    }

    // ---- what a dump takes

    /** Everything up to now is in the rings. */
    void settle() {
        closeWindow();
    }

    long startNs() {
        return startNs;
    }

    EventRing events() {
        return events;
    }

    EventRing packets() {
        return packets;
    }

    MemberNumbers numbers() {
        return numbers;
    }
}

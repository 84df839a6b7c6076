// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.ring.TokenRotation;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;

/**
 * What one process sends while a token goes round: on a visit no more than its personal window, in a round no more than the window is
 * for all, and no more than it counts in the token (docs/ring.md, section 2a). Counted are packets that announce its own offers only;
 * others' and changes of configuration are in no window, nor is what a parked token lets through.
 */
final class SentOnVisits {
    /** Also where less is left: one offer. */
    private static final int LEAST = 1;

    private final TokenRotation windows;
    private long epoch;
    /** Packets of all in the epoch: as the token said when it came, and when this process last let it go, or -1. */
    private long arrived;
    private long sentBefore;
    private int tokenSeq;
    /** Packets of this visit, by what was seen, and by the token once it has left, else -1. */
    private int packets;
    private long counted;
    private boolean isExempt;
    private long announced;

    SentOnVisits(final TokenRotation windows) {
        this.windows = windows;
    }

    /** A new process. */
    void begin() {
        epoch = -1;
    }

    private void begin(final long newEpoch) {
        epoch = newEpoch;
        arrived = -1;
        sentBefore = -1;
        tokenSeq = 0;
        packets = 0;
        counted = -1;
        isExempt = true;
        announced = 0;
    }

    /** The token came. */
    void arrived(final DirectBuffer token) {
        final long tokenEpoch = RingPacket.i64(token, RingPacket.EPOCH_OFFSET);
        if (tokenEpoch != epoch) {
            begin(tokenEpoch);
        }
        arrived = RingPacket.i64(token, RingPacket.TOKEN_SENT_OFFSET);
        packets = 0;
        counted = -1;
        isExempt = false;
    }

    /** A packet leaves to one of its receivers; {@code ownSlot}: this process's in the ring. */
    void sent(final DirectBuffer packet, final int offset, final int ownSlot) {
        final int type = packet.getByte(offset);
        final long packetEpoch = RingPacket.i64(packet, offset + RingPacket.EPOCH_OFFSET);
        if (packetEpoch != epoch) {
            begin(packetEpoch);
        }
        isExempt |= (RingPacket.u16(packet, offset + RingPacket.HOLDER_OFFSET) & RingPacket.PARKED) != 0;
        if (type == PacketType.ORDER) {
            ordered(packet, offset, ownSlot);
        } else if (type == PacketType.TOKEN) {
            passed(packet, offset);
        }
    }

    private void ordered(final DirectBuffer packet, final int offset, final int ownSlot) {
        final long first = RingPacket.i64(packet, offset + RingPacket.ORDER_FIRST_OFFSET);
        final int count = RingPacket.u16(packet, offset + RingPacket.ORDER_COUNT_OFFSET);
        if (first <= announced) {
            return;
        }
        announced = first + count - 1;
        int at = offset + RingPacket.ORDER_RECORDS_OFFSET;
        for (int nth = 0; nth < count; nth++) {
            final int payload = RingPacket.i32(packet, at + RingPacket.RECORD_LENGTH_OFFSET);
            isExempt |= RingPacket.u16(packet, at + RingPacket.RECORD_SLOT_OFFSET) != ownSlot || payload < 0;
            at += RingPacket.RECORD_LENGTH + Math.max(payload, 0);
        }
        packets++;
        check();
    }

    private void passed(final DirectBuffer token, final int offset) {
        final int seq = RingPacket.i32(token, offset + RingPacket.TOKEN_SEQ_OFFSET);
        if (seq == tokenSeq) {
            return;
        }
        tokenSeq = seq;
        final long sent = RingPacket.i64(token, offset + RingPacket.TOKEN_SENT_OFFSET);
        counted = arrived < 0 ? -1 : sent - arrived;
        Check.that(counted <= Math.max(windows.personal(), LEAST), "a visit is within the personal window", counted, windows.personal());
        Check.that(counted <= 0 || sentBefore < 0 || sent - sentBefore < windows.window() + LEAST, "a round is within the window",
            sent - sentBefore, windows.window());
        sentBefore = sent;
        check();
    }

    private void check() {
        if (!isExempt) {
            Check.that(packets <= Math.max(windows.personal(), LEAST), "a visit sends no more than the personal window", packets,
                windows.personal());
            Check.that(counted < 0 || packets <= counted, "the token counts what a visit sends", packets, counted);
        }
    }
}

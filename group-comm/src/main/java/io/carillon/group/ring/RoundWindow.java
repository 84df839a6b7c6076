// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * How many packets a member may send on a visit of the token: its personal window, what the others left of the round's in the
 * round that ends here, and of that its share by what waits everywhere. The token tells it all: a count of every packet sent in
 * the epoch, and what waits at each member.
 */
final class RoundWindow {
    private static final int BACKLOG_MAX = 0xFFFF;

    private final TokenRotation settings;
    private int[] backlogs = {};
    private int self;
    private long sent;
    /** {@link #sent} when this member last let the token go. */
    private long sentBefore;
    private int allowed;
    private int used;
    /** Bytes in the packet that is being filled; none is when it is full. */
    private int filled;

    RoundWindow(final TokenRotation settings) {
        this.settings = settings;
    }

    void onInstalled(final Ring ring) {
        backlogs = new int[ring.size()];
        self = ring.self;
        sent = 0;
        sentBefore = 0;
        open(0);
    }

    /** Length of a token that goes round among so many members. */
    static int tokenLength(final int members) {
        return RingPacket.TOKEN_BACKLOG_OFFSET + 2 * members;
    }

    void read(final DirectBuffer buffer, final int offset) {
        // A damaged count does no harm but to the share of this round.
        sent = Math.max(RingPacket.i64(buffer, offset + RingPacket.TOKEN_SENT_OFFSET), sentBefore);
        for (int slot = 0; slot < backlogs.length; slot++) {
            backlogs[slot] = RingPacket.u16(buffer, offset + RingPacket.TOKEN_BACKLOG_OFFSET + 2 * slot);
        }
    }

    void write(final MutableDirectBuffer buffer) {
        buffer.putLong(RingPacket.TOKEN_SENT_OFFSET, sent, LITTLE_ENDIAN);
        for (int slot = 0; slot < backlogs.length; slot++) {
            buffer.putShort(RingPacket.TOKEN_BACKLOG_OFFSET + 2 * slot, (short) backlogs[slot], LITTLE_ENDIAN);
        }
    }

    /** A visit begins with about so many packets to be sent. */
    void open(final int waiting) {
        backlogs[self] = Math.min(waiting, BACKLOG_MAX);
        final long left = Math.max(settings.window() - (sent - sentBefore), 0);
        final long all = waiting + othersBacklog();
        // Whoever has anything gets one packet at least of what is left: a small backlog beside large ones must not starve.
        final long share = all == 0 ? settings.window() : (settings.window() * (long) backlogs[self] + all - 1) / all;
        allowed = (int) Math.min(Math.min(settings.personal(), left), Math.max(share, 1));
        used = 0;
        filled = Announcer.PACKET_LENGTH;
    }

    /** What the others have to send, in packets, as of the token's last visit there. */
    long othersBacklog() {
        long sum = 0;
        for (int slot = 0; slot < backlogs.length; slot++) {
            sum += slot == self ? 0 : backlogs[slot];
        }
        return sum;
    }

    /** Who has no vote has no visits, and so nobody to correct its number. */
    void forget(final int slot) {
        backlogs[slot] = 0;
    }

    /** Takes an entry of so many bytes into the packets of this visit; false when none is left. */
    boolean take(final int length) {
        final boolean alone = length > Transmitter.BULK_LENGTH;
        final int packets = alone || filled >= Announcer.PACKET_LENGTH ? 1 : 0;
        if (used > 0 && used + packets > allowed || allowed == 0 && packets > 0) {
            return false;
        }
        used += packets;
        filled = alone ? Announcer.PACKET_LENGTH
            : (packets > 0 ? RingPacket.ORDER_RECORDS_OFFSET : filled) + RingPacket.RECORD_LENGTH + length;
        return true;
    }

    /** What was taken has left, and the token stays: what follows is in another packet. */
    void onAnnounced() {
        filled = Announcer.PACKET_LENGTH;
    }

    /** Packets of this visit that go before the token. */
    int beforeToken() {
        return settings.personal() - settings.accelerated();
    }

    /** The token leaves; {@code waiting} packets stay. */
    void close(final int waiting) {
        sent += used;
        sentBefore = sent;
        used = 0;
        allowed = 0;
        filled = Announcer.PACKET_LENGTH;
        backlogs[self] = Math.min(waiting, BACKLOG_MAX);
    }
}

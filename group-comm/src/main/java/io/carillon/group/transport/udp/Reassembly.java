// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.BadFrame;
import io.carillon.group.transport.NumberWindow;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Messages of one peer that come in fragments. What is held is bounded: the message that began first gives way, and one
 * that gets nothing for long is forgotten.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Reassembly {
    static final int MESSAGES_MAX = 64;
    static final long IDLE_NS = 10_000_000_000L;
    private static final int ACK_WORDS = 8;
    /** Sequences that one acknowledgement tells of. */
    static final int ACKED = ACK_WORDS * Long.SIZE;
    /** u64 latest sequence, bitmap of those before it, u32 bytes that may be under way. */
    static final int ACK_LENGTH = Long.BYTES * (1 + ACK_WORDS) + Integer.BYTES;

    private static final class Message {
        private final int length;
        private final int kind;
        private final ReceivedRanges received = new ReceivedRanges();
        private byte[] bytes = new byte[0];
        private long touchedNs;

        Message(final int length, final int kind) {
            this.length = length;
            this.kind = kind;
        }
    }

    /** Takes whole messages. */
    interface Sink {
        /** The buffer is valid during the call. */
        void onMessage(int kind, DirectBuffer buffer, int offset, int length) throws BadFrame;
    }

    private final int lengthMax;
    private final int heldMax;
    private final Sink sink;
    private final Map<Integer, Message> messages = new LinkedHashMap<>();
    private final NumberWindow completed = new NumberWindow();
    private long newest;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    /** Bit 0 of word 0 is the latest sequence, bit i of word j the one before it by 64 j + i. */
    private final long[] bitmap = new long[ACK_WORDS];
    private long latest = -1;
    private int held;
    private boolean ackDue;
    private long evicted;

    Reassembly(final int lengthMax, final int heldMax, final Sink sink) {
        this.lengthMax = lengthMax;
        this.heldMax = heldMax;
        this.sink = sink;
    }

    /** A FRAGMENT's body. */
    void onFragment(final DirectBuffer in, final int offset, final int length, final long nowNs) throws BadFrame {
        if (length <= Datagrams.FRAGMENT_HEADER_LENGTH) {
            throw new BadFrame("fragment of " + length + " bytes");
        }
        final long sequence = in.getLong(offset, java.nio.ByteOrder.LITTLE_ENDIAN);
        final int id = in.getInt(offset + 8, java.nio.ByteOrder.LITTLE_ENDIAN);
        final int total = in.getInt(offset + 12, java.nio.ByteOrder.LITTLE_ENDIAN);
        final int at = in.getInt(offset + 16, java.nio.ByteOrder.LITTLE_ENDIAN);
        final int kind = in.getByte(offset + 20) & 0xff;
        final int bytes = length - Datagrams.FRAGMENT_HEADER_LENGTH;
        if (sequence < 0 || id < 0 || total <= 0 || total > lengthMax || at < 0 || at > total - bytes) {
            throw new BadFrame("fragment " + sequence + " of message " + id + ": bytes " + at + " to " + ((long) at + bytes) + " of "
                + total);
        }
        note(sequence);
        if (completed.isNew(numberOf(id))) {
            add(id, total, kind, at, in, offset + Datagrams.FRAGMENT_HEADER_LENGTH, bytes, nowNs);
        }
    }

    private void add(final int id, final int total, final int kind, final int at, final DirectBuffer in, final int from, final int bytes,
        final long nowNs) throws BadFrame {
        Message message = messages.get(id);
        if (message == null) {
            message = new Message(total, kind);
            messages.put(id, message);
        } else if (message.length != total || message.kind != kind) {
            throw new BadFrame("message " + id + " of " + message.length + " and of " + total + " bytes");
        }
        if (message.bytes.length < at + bytes) {
            grow(message, Math.min(total, Math.max(2 * message.bytes.length, at + bytes)));
        }
        in.getBytes(from, message.bytes, at, bytes);
        message.received.add(at, at + bytes);
        message.touchedNs = nowNs;
        if (message.received.isWhole(total)) {
            forget(id, message);
            final long number = numberOf(id);
            completed.take(number);
            newest = Math.max(newest, number);
            view.wrap(message.bytes);
            sink.onMessage(kind, view, 0, total);
        } else {
            evict(message);
        }
    }

    /** The sender's count of messages, of which {@code id} is the lower 31 bits: the one next to the newest that came. */
    private long numberOf(final int id) {
        return newest + (id - (int) newest << 1 >> 1);
    }

    private void grow(final Message message, final int capacity) {
        held += capacity - message.bytes.length;
        message.bytes = java.util.Arrays.copyOf(message.bytes, capacity);
    }

    private void evict(final Message spared) {
        final Iterator<Map.Entry<Integer, Message>> oldest = messages.entrySet().iterator();
        while ((held > heldMax || messages.size() > MESSAGES_MAX) && oldest.hasNext()) {
            final Map.Entry<Integer, Message> entry = oldest.next();
            if (entry.getValue() != spared) {
                held -= entry.getValue().bytes.length;
                oldest.remove();
                evicted++;
            }
        }
    }

    private void forget(final int id, final Message message) {
        messages.remove(id);
        held -= message.bytes.length;
    }

    /** Forgets what got nothing for long. */
    void expire(final long nowNs) {
        messages.values().removeIf(message -> {
            final boolean idle = nowNs - message.touchedNs > IDLE_NS;
            held -= idle ? message.bytes.length : 0;
            evicted += idle ? 1 : 0;
            return idle;
        });
    }

    /** Bytes held. */
    int heldBytes() {
        return held;
    }

    /** Messages given up. */
    long evicted() {
        return evicted;
    }

    // ---- acknowledgements

    private void note(final long sequence) {
        ackDue = true;
        if (sequence > latest) {
            shift(latest < 0 ? ACKED : sequence - latest);
            latest = sequence;
            bitmap[0] |= 1;
        } else if (latest - sequence < ACKED) {
            final int back = (int) (latest - sequence);
            bitmap[back >> 6] |= 1L << back;
        }
    }

    private void shift(final long by) {
        if (by >= ACKED) {
            java.util.Arrays.fill(bitmap, 0);
            return;
        }
        final int words = (int) by >> 6;
        final int bits = (int) by & 63;
        for (int i = ACK_WORDS - 1; i >= 0; i--) {
            final long low = i - words >= 0 ? bitmap[i - words] : 0;
            final long lower = i - words - 1 >= 0 ? bitmap[i - words - 1] : 0;
            bitmap[i] = bits == 0 ? low : low << bits | lower >>> Long.SIZE - bits;
        }
    }

    /** Tells whether fragments came since the last {@link #writeAck}. */
    boolean isAckDue() {
        return ackDue;
    }

    /** Writes the body of FRAGMENTS_RECEIVED. */
    void writeAck(final UnsafeBuffer out, final int offset, final int window) {
        ackDue = false;
        out.putLong(offset, latest, java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ACK_WORDS; i++) {
            out.putLong(offset + Long.BYTES * (1 + i), bitmap[i], java.nio.ByteOrder.LITTLE_ENDIAN);
        }
        out.putInt(offset + Long.BYTES * (1 + ACK_WORDS), window, java.nio.ByteOrder.LITTLE_ENDIAN);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.BadFrame;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;

/**
 * Messages for one peer that do not fit into a datagram. Their fragments are sent as the {@link Congestion} window allows, lost ones again
 * under a new sequence; without that a message of a megabyte would hardly ever arrive whole where one datagram in a
 * hundred is lost. A message that takes too long is given up: the ring asks again, for what it still needs.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class FragmentSender {
    static final long GIVE_UP_NS = 10_000_000_000L;
    private static final int IN_FLIGHT_MAX = 8192;
    private static final int REORDERED = 3;

    private static final class Message {
        private final int id;
        private final int kind;
        private final byte[] bytes;
        private final TrafficClass trafficClass;
        /** Fragments to be sent again: offset in the upper half, length in the lower. */
        private final LongArrayList lost = new LongArrayList();
        private int sent;
        private int acknowledged;
        private long startNs;
        private boolean over;

        Message(final int id, final int kind, final byte[] bytes, final TrafficClass trafficClass) {
            this.id = id;
            this.kind = kind;
            this.bytes = bytes;
            this.trafficClass = trafficClass;
        }

        boolean hasMore() {
            return !over && (sent < bytes.length || !lost.isEmpty());
        }
    }

    /** Sends a fragment in a datagram of its own. */
    interface Sink {
        void send(long sequence, int message, int total, int offset, int kind, byte[] bytes, int length);
    }

    private final int controlMax;
    private final int bulkMax;
    private final Sink sink;
    private final Congestion congestion = new Congestion();
    private final ArrayDeque<Message> control = new ArrayDeque<>();
    private final ArrayDeque<Message> bulk = new ArrayDeque<>();
    private final Message[] inFlight = new Message[IN_FLIGHT_MAX];
    private final long[] fragments = new long[IN_FLIGHT_MAX];
    private final long[] sentNs = new long[IN_FLIGHT_MAX];
    private int controlBytes;
    private int bulkBytes;
    private int nextMessage;
    private long nextSequence;
    /** Everything before is acknowledged or taken for lost. */
    private long settled;
    private int inFlightBytes;
    private long silenceNs;
    private long resent;
    private long givenUp;

    FragmentSender(final int controlMax, final int bulkMax, final Sink sink) {
        this.controlMax = controlMax;
        this.bulkMax = bulkMax;
        this.sink = sink;
    }

    /** Takes a message. False: too much waits already, and it is lost. */
    boolean offer(final int kind, final long number, final DirectBuffer in, final int offset, final int length,
        final TrafficClass trafficClass) {
        final boolean isBulk = trafficClass == TrafficClass.BULK;
        final int prefix = number == 0 ? 0 : Long.BYTES;
        if ((isBulk ? bulkBytes : controlBytes) + length > (isBulk ? bulkMax : controlMax)) {
            return false;
        }
        final byte[] bytes = new byte[prefix + length];
        for (int i = 0; i < prefix; i++) {
            bytes[i] = (byte) (number >>> 8 * i);
        }
        in.getBytes(offset, bytes, prefix, length);
        (isBulk ? bulk : control).add(new Message(nextMessage, kind, bytes, trafficClass));
        nextMessage = nextMessage + 1 & Integer.MAX_VALUE;
        account(trafficClass, bytes.length);
        return true;
    }

    private void account(final TrafficClass trafficClass, final int bytes) {
        if (trafficClass == TrafficClass.BULK) {
            bulkBytes += bytes;
        } else {
            controlBytes += bytes;
        }
    }

    /** Sends what the window allows, in fragments of {@code size} bytes. */
    void pump(final int size, final long nowNs) {
        pump(control, size, nowNs);
        pump(bulk, size, nowNs);
    }

    private void pump(final ArrayDeque<Message> queue, final int size, final long nowNs) {
        while (!queue.isEmpty()) {
            final Message message = queue.peek();
            while (message.hasMore()) {
                if (inFlightBytes >= congestion.window() || nextSequence - settled >= IN_FLIGHT_MAX) {
                    return;
                }
                sendOne(message, size, nowNs);
            }
            // It comes back when a fragment of it is lost.
            queue.poll();
        }
    }

    private void sendOne(final Message message, final int size, final long nowNs) {
        if (message.sent == 0) {
            message.startNs = nowNs;
        }
        int offset = message.sent;
        int length = Math.min(size, message.bytes.length - offset);
        if (message.lost.isEmpty()) {
            message.sent += length;
        } else {
            final long fragment = message.lost.removeAt(message.lost.size() - 1);
            offset = (int) (fragment >>> 32);
            length = Math.min(size, (int) fragment);
            if (length < (int) fragment) {
                message.lost.addLong((long) (offset + length) << 32 | (int) fragment - length);
            }
        }
        final int slot = (int) nextSequence & IN_FLIGHT_MAX - 1;
        inFlight[slot] = message;
        fragments[slot] = (long) offset << 32 | length;
        sentNs[slot] = nowNs;
        if (inFlightBytes == 0) {
            silenceNs = nowNs + congestion.patienceNs();
        }
        inFlightBytes += length;
        sink.send(nextSequence++, message.id, message.bytes.length, offset, message.kind, message.bytes, length);
    }

    /** The body of FRAGMENTS_RECEIVED. */
    void onReceived(final DirectBuffer in, final int offset, final int length, final long nowNs) throws BadFrame {
        if (length != Reassembly.ACK_LENGTH) {
            throw new BadFrame("acknowledgement of " + length + " bytes");
        }
        final long latest = in.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        if (latest < 0 || latest >= nextSequence) {
            throw new BadFrame("acknowledgement of fragment " + latest + ", " + nextSequence + " were sent");
        }
        congestion.receiverWindow(in.getInt(offset + length - Integer.BYTES, ByteOrder.LITTLE_ENDIAN));
        int acknowledged = 0;
        for (long sequence = settled; sequence <= latest; sequence++) {
            final int slot = (int) sequence & IN_FLIGHT_MAX - 1;
            final long back = latest - sequence;
            final boolean came = back < Reassembly.ACKED
                && (in.getLong(offset + Long.BYTES * (1 + (int) (back >> 6)), ByteOrder.LITTLE_ENDIAN) & 1L << back) != 0;
            if (inFlight[slot] != null && came) {
                acknowledged += onArrived(slot, back == 0, nowNs);
            } else if (inFlight[slot] != null && back >= REORDERED) {
                onLost(slot, nowNs);
                congestion.onLost(sequence, nextSequence);
            }
        }
        settle();
        if (acknowledged > 0) {
            congestion.onAcknowledged(acknowledged);
            silenceNs = nowNs + congestion.patienceNs();
        }
    }

    private int onArrived(final int slot, final boolean isLatest, final long nowNs) {
        final Message message = inFlight[slot];
        final int length = (int) fragments[slot];
        inFlight[slot] = null;
        inFlightBytes -= length;
        if (isLatest) {
            congestion.onRoundTrip(nowNs - sentNs[slot]);
        }
        message.acknowledged += length;
        if (!message.over && message.acknowledged >= message.bytes.length) {
            end(message);
        }
        return length;
    }

    private void onLost(final int slot, final long nowNs) {
        final Message message = inFlight[slot];
        final long fragment = fragments[slot];
        inFlight[slot] = null;
        inFlightBytes -= (int) fragment;
        if (message.over) {
            return;
        }
        if (nowNs - message.startNs > GIVE_UP_NS) {
            givenUp++;
            end(message);
            return;
        }
        resent++;
        final boolean queued = message.hasMore();
        message.lost.addLong(fragment);
        if (!queued) {
            (message.trafficClass == TrafficClass.BULK ? bulk : control).addFirst(message);
        }
    }

    /** Gives up every message that has more to send. */
    void discard() {
        discard(control);
        discard(bulk);
    }

    private void discard(final ArrayDeque<Message> queue) {
        for (final Message message : queue) {
            if (!message.over) {
                end(message);
            }
        }
        queue.clear();
    }

    private void end(final Message message) {
        message.over = true;
        message.lost.clear();
        account(message.trafficClass, -message.bytes.length);
    }

    private void settle() {
        while (settled < nextSequence && inFlight[(int) settled & IN_FLIGHT_MAX - 1] == null) {
            settled++;
        }
    }

    /** Everything under way is lost when nothing of it is acknowledged for long. */
    void onTimer(final long nowNs) {
        if (inFlightBytes == 0 || nowNs - silenceNs < 0) {
            return;
        }
        for (long sequence = settled; sequence < nextSequence; sequence++) {
            final int slot = (int) sequence & IN_FLIGHT_MAX - 1;
            if (inFlight[slot] != null) {
                onLost(slot, nowNs);
            }
        }
        settle();
        congestion.onSilence(nextSequence);
    }

    /** When {@link #onTimer} has something to do, or {@code Long.MAX_VALUE}. */
    long deadlineNs() {
        return inFlightBytes == 0 ? Long.MAX_VALUE : silenceNs;
    }

    /** Bytes of messages not acknowledged. */
    int unsentBytes() {
        return controlBytes + bulkBytes;
    }

    /** Fragments sent again. */
    long resent() {
        return resent;
    }

    /** Messages given up. */
    long givenUp() {
        return givenUp;
    }

    Congestion congestion() {
        return congestion;
    }
}

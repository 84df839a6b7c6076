// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.ring.RingResult;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Messages larger than an entry, as the layer above sends them: a sequence of FRAGMENT entries, as fast as the ring
 * takes them and between everybody else's, then the WRITE_SET that closes it. One that is interrupted is never closed.
 */
final class LargeMessages {
    /** Bytes that say which part of which message an entry is. */
    static final int HEADER_LENGTH = 40;
    private static final int HUGE_LENGTH = 1 << 20;
    /** In the first number of a payload, above that of the node. */
    private static final long PART = 1L << 32;
    /** Offered at most before others have their turn. */
    private static final int TURN = 4;

    /** How far each message of each origin is ordered, by node and message: parts, without gap. */
    static final class Order {
        private final Map<Long, Long> parts = new HashMap<>();
        private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);

        /**
         * A payload became stable: it follows the part before it, whatever of others is between. True for the last part
         * of a huge message.
         */
        boolean stable(final byte[] content, final EntryKind kind) {
            payload.wrap(content);
            if (content.length < HEADER_LENGTH || (payload.getLong(0) & PART) == 0) {
                return false;
            }
            final long message = (payload.getLong(0) & PART - 1) << 48 | payload.getLong(16);
            final long part = payload.getLong(24);
            final long count = payload.getLong(32);
            final long before = parts.getOrDefault(message, 0L);
            Check.that(part == before + 1, "the parts of a large message are ordered without gap", part, before);
            Check.that((kind == EntryKind.WRITE_SET) == (part == count), "a large message is closed by its last part", part, count);
            parts.put(message, part);
            return part == count && count * content.length >= HUGE_LENGTH;
        }
    }

    private final int node;
    private long messages;
    private long count;
    private long next;
    private int length;

    LargeMessages(final int node) {
        this.node = node;
    }

    boolean isUnderWay() {
        return next <= count && count > 0;
    }

    void begin(final int parts, final int partLength) {
        messages++;
        count = parts;
        next = 1;
        length = Math.max(HEADER_LENGTH, partLength);
    }

    /** What is under way is not gone on with: the process died, or some of it was rejected. */
    void interrupt() {
        count = 0;
    }

    /** Says what part {@code into} is, whose first numbers are already those of any offer. */
    private void describe(final UnsafeBuffer into) {
        into.putLong(0, node | PART);
        into.putLong(16, messages);
        into.putLong(24, next);
        into.putLong(32, count);
    }

    /** Makes one offer of the given kind and length out of what {@link #describe} writes; the core's answer. */
    interface Offering {
        long offer(EntryKind kind, int length, Consumer<UnsafeBuffer> content);
    }

    /** Goes on with the message under way as far as the ring takes it. */
    void pump(final Offering offering) {
        for (int offered = 0; isUnderWay() && offered < TURN; offered++) {
            final EntryKind kind = next == count ? EntryKind.WRITE_SET : EntryKind.FRAGMENT;
            final long result = offering.offer(kind, length, this::describe);
            if (result == RingResult.BACK_PRESSURED || result == RingResult.VIEW_CHANGING) {
                return;
            }
            if (result < 0) {
                interrupt();
                return;
            }
            next++;
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.EntryKind;
import io.carillon.group.Group;
import io.carillon.group.ring.RingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Own entries on their way into the order. What the ring does not take at once waits here, in order, and is offered
 * again with the next batch.
 */
final class Offers {
    /** Told of offers that will not be ordered. */
    interface Listener {
        /** {@code tag} will never be ordered, for {@code reason} of {@link RingResult}. */
        void rejected(Tag tag, long reason);
    }

    /** What an offer is for. */
    sealed interface Tag {
        /** A write set. */
        record WriteSet(long call) implements Tag {
        }

        /** A fragment of one. */
        record Fragment(long call, int number) implements Tag {
        }

        /** A control message; {@code call} is whoever waits for it, or {@link #NOBODY}. */
        record Message(Control control, long call) implements Tag {
        }
    }

    static final long NOBODY = 0;

    private record Waiting(Tag tag, EntryKind kind, WaitingPayloads.Payload payload) {
    }

    private static final Logger LOG = LoggerFactory.getLogger(Offers.class);
    /** Bytes that wait in memory; what is beyond waits in a file. */
    private static final long MEMORY_MAX = 64 << 20;

    private final Listener listener;
    private final Long2ObjectHashMap<Tag> underWay = new Long2ObjectHashMap<>();
    private final ArrayDeque<Waiting> messages = new ArrayDeque<>();
    private final ArrayDeque<Waiting> writeSets = new ArrayDeque<>();
    private final UnsafeBuffer again = new UnsafeBuffer(0, 0);
    private final WaitingPayloads payloads = new WaitingPayloads(MEMORY_MAX);
    private Group group;
    /** It was said that the file cannot be used, and nothing was kept in it since. */
    private boolean fileFails;

    Offers(final Listener listener) {
        this.listener = listener;
    }

    /** Where the file of what waits is made when it is needed. */
    void directory(final Path directory) {
        payloads.directory(directory);
    }

    void group(final Group newGroup) {
        group = newGroup;
    }

    /**
     * Offers a payload, or lets it wait. Messages do not wait for write sets.
     *
     * @param hold it must wait.
     * @return own count of the offer, or negative when it waits or was rejected.
     */
    long offer(final Tag tag, final EntryKind kind, final DirectBuffer buffer, final int offset, final int length, final boolean hold) {
        final ArrayDeque<Waiting> queue = queueOf(tag);
        final long result = queue.isEmpty() && !hold ? group.offer(kind, buffer, offset, length) : RingResult.BACK_PRESSURED;
        if (result >= 0) {
            underWay.put(result, tag);
        } else if (!mayRetry(result)) {
            listener.rejected(tag, result);
        } else {
            await(queue, tag, kind, buffer, offset, length);
        }
        return result;
    }

    private void await(final ArrayDeque<Waiting> queue, final Tag tag, final EntryKind kind, final DirectBuffer buffer, final int offset,
        final int length) {
        try {
            final WaitingPayloads.Payload kept = queue == messages ? payloads.keepInMemory(buffer, offset, length)
                : payloads.keep(buffer, offset, length);
            fileFails &= !kept.isInFile();
            queue.add(new Waiting(tag, kind, kept));
        } catch (final IOException e) {
            notKept(tag, length, e);
        }
    }

    private void notKept(final Tag tag, final int length, final IOException why) {
        if (!fileFails) {
            LOG.error("Write sets that the group does not take now are rejected, from one of {} bytes on: they cannot be kept on disk: {}",
                length, why.toString());
        }
        fileFails = true;
        listener.rejected(tag, RingResult.BACK_PRESSURED);
    }

    /** Offers again the messages that wait. */
    void retryMessages() {
        retry(messages);
    }

    /** Offers again the write sets that wait. */
    void retryWriteSets() {
        retry(writeSets);
    }

    private void retry(final ArrayDeque<Waiting> queue) {
        while (!queue.isEmpty()) {
            final Waiting first = queue.peek();
            try {
                again.wrap(payloads.read(first.payload));
            } catch (final IOException e) {
                queue.poll();
                payloads.release(first.payload);
                notKept(first.tag, first.payload.length(), e);
                continue;
            }
            final long result = group.offer(first.kind, again, 0, again.capacity());
            if (mayRetry(result)) {
                return;
            }
            queue.poll();
            payloads.release(first.payload);
            if (result >= 0) {
                underWay.put(result, first.tag);
            } else {
                listener.rejected(first.tag, result);
            }
        }
    }

    private ArrayDeque<Waiting> queueOf(final Tag tag) {
        return tag instanceof Tag.Message ? messages : writeSets;
    }

    /** The own entry {@code originSeq} is ordered and stable. What it was for, or null when that is not known any more. */
    Tag ordered(final long originSeq) {
        return underWay.remove(originSeq);
    }

    /** The ring will never order {@code originSeq}. */
    void rejected(final long originSeq, final long reason) {
        final Tag tag = underWay.remove(originSeq);
        if (tag != null) {
            listener.rejected(tag, reason);
        }
    }

    /** Rejects everything that was not sent. */
    void rejectWaiting(final long reason) {
        rejectWaiting(messages, reason);
        rejectWaiting(writeSets, reason);
    }

    private void rejectWaiting(final ArrayDeque<Waiting> queue, final long reason) {
        while (!queue.isEmpty()) {
            final Waiting first = queue.poll();
            payloads.release(first.payload);
            listener.rejected(first.tag, reason);
        }
    }

    /** Drops what waits of a large write set. */
    void withdraw(final long call) {
        writeSets.removeIf(w -> {
            final boolean dropped = w.tag instanceof Tag.Fragment f && f.call == call;
            if (dropped) {
                payloads.release(w.payload);
            }
            return dropped;
        });
    }

    /** Drops the write set of {@code call} if it waits. Its length, or -1 when it does not wait. */
    int revoke(final long call) {
        final Iterator<Waiting> waiting = writeSets.iterator();
        while (waiting.hasNext()) {
            final Waiting w = waiting.next();
            if (w.tag instanceof Tag.WriteSet s && s.call == call) {
                waiting.remove();
                payloads.release(w.payload);
                return w.payload.length();
            }
        }
        return -1;
    }

    /** Forgets what is under way; its fate is not known. {@code unanswered} hears of each call that waits for a message of it. */
    void forgetUnderWay(final LongConsumer unanswered) {
        final List<Tag> forgotten = List.copyOf(underWay.values());
        underWay.clear();
        for (final Tag tag : forgotten) {
            if (tag instanceof Tag.Message m && m.call() != NOBODY) {
                unanswered.accept(m.call());
            }
        }
    }

    /** Calls whose write sets are under way or wait. */
    LongHashSet writeSetCalls() {
        final LongHashSet calls = new LongHashSet();
        underWay.values().forEach(tag -> addCall(tag, calls));
        writeSets.forEach(waiting -> addCall(waiting.tag, calls));
        return calls;
    }

    private static void addCall(final Tag tag, final LongHashSet calls) {
        if (tag instanceof Tag.WriteSet w && w.call() != NOBODY) {
            calls.add(w.call());
        }
    }

    int waitingCount() {
        return writeSets.size();
    }

    private static boolean mayRetry(final long result) {
        return result == RingResult.BACK_PRESSURED || result == RingResult.VIEW_CHANGING;
    }
}

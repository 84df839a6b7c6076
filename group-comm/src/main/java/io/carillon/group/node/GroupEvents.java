// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.GroupListener;
import io.carillon.group.ring.RingView;
import java.util.ArrayDeque;

/**
 * What the ring reported during a pass, kept until the pass's end, because a listener may call back and the ring must
 * not be called from within an effect. Order is kept;
 * consecutive growth of the horizons is one event.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class GroupEvents {
    private static final long NONE = -1;

    private sealed interface Event permits Ordered, Stable, NotPrimary, Rejected, Barrier, HistoryDiffers, Left {
    }

    private record Ordered(long index) implements Event {
    }

    private record Stable(long index) implements Event {
    }

    private record NotPrimary(RingView view) implements Event {
    }

    private record Rejected(long originSeq, long reason) implements Event {
    }

    private record Barrier(long barrier, long index) implements Event {
    }

    private record HistoryDiffers(String what) implements Event {
    }

    private record Left() implements Event {
    }

    private final ArrayDeque<Event> events = new ArrayDeque<>();
    private long ordered = NONE;
    private long stable = NONE;

    /** The log grew up to {@code index}. */
    public void ordered(final long index) {
        ordered = index;
    }

    /** Everything up to {@code index} is stable. */
    public void stable(final long index) {
        stable = index;
    }

    /** This member is not in a primary view. */
    public void notPrimary(final RingView view) {
        add(new NotPrimary(view));
    }

    /** An own offer will never be ordered. */
    public void rejected(final long originSeq, final long reason) {
        add(new Rejected(originSeq, reason));
    }

    /** Answer to a barrier. */
    public void barrier(final long barrier, final long index) {
        add(new Barrier(barrier, index));
    }

    /** The log was replaced by the group's. */
    public void historyDiffers(final String what) {
        // The entries that undelivered horizons speak of are gone with the log.
        ordered = NONE;
        stable = NONE;
        events.removeIf(event -> event instanceof Stable || event instanceof Ordered);
        add(new HistoryDiffers(what));
    }

    /** The member has left. */
    public void left() {
        add(new Left());
    }

    /** Forgets everything. */
    public void clear() {
        events.clear();
        ordered = NONE;
        stable = NONE;
    }

    /** Tells whether there is nothing to deliver. */
    public boolean isEmpty() {
        return events.isEmpty() && ordered == NONE && stable == NONE;
    }

    /** Gives everything to {@code listener}, also what it causes meanwhile. */
    public void deliver(final GroupListener listener) {
        Event event = events.poll();
        while (event != null) {
            deliver(event, listener);
            event = events.poll();
        }
        if (ordered != NONE) {
            final long index = ordered;
            ordered = NONE;
            listener.onOrdered(index);
        }
        if (stable != NONE) {
            final long index = stable;
            stable = NONE;
            listener.onStable(index);
        }
    }

    private void add(final Event event) {
        if (ordered != NONE) {
            events.add(new Ordered(ordered));
            ordered = NONE;
        }
        if (stable != NONE) {
            events.add(new Stable(stable));
            stable = NONE;
        }
        events.add(event);
    }

    private static void deliver(final Event event, final GroupListener listener) {
        switch (event) {
            case Ordered e -> listener.onOrdered(e.index);
            case Stable e -> listener.onStable(e.index);
            case NotPrimary e -> listener.onNotPrimary(e.view);
            case Rejected e -> listener.onRejected(e.originSeq, e.reason);
            case Barrier e -> listener.onBarrier(e.barrier, e.index);
            case HistoryDiffers e -> listener.onHistoryDiffers(e.what);
            case Left e -> listener.onLeft();
        }
    }
}

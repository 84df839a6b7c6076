// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.EntryKind;
import io.carillon.group.GroupListener;
import io.carillon.group.LogEntry;
import io.carillon.group.RingStateStore;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.TransportConfig;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A member with messages under way over a log in memory: what the measurements of a group have in common. */
abstract class LoadMember implements GroupListener, RingStateStore {
    final EngineLoop loop;
    final GroupNode node;
    final ArenaLog log = new ArenaLog();
    final UnsafeBuffer payload;
    /** Own messages that are not stable yet. */
    int underWay;
    private final LogEntry entry = new LogEntry();
    private long index;
    private long promotedView;
    private RingState kept;

    /** Messages have {@code length} bytes. Nothing happens before {@link #join}. */
    LoadMember(final RingConfig ring, final TransportConfig transport, final int length) {
        payload = new UnsafeBuffer(new byte[length]);
        loop = EngineLoop.start(ring.name());
        node = new GroupNode(loop, ring, transport, log, this, this::fails);
    }

    /** Joins the group of {@code seeds}, or founds it; {@code joined} runs on the loop's thread then. Any thread; returns at once. */
    final void join(final List<String> seeds, final boolean founds, final Runnable joined) {
        loop.execute(() -> {
            node.listener(this);
            node.join("load", seeds, founds, -1, new byte[0]);
            joined.run();
        });
    }

    /** Something happened that makes the measurement worthless. */
    abstract void fails(String what);

    /** Offers as many as may be under way now. */
    abstract void offerMore();

    /** A message is stable; {@code own}: this member's, offered as {@code originSeq}. */
    abstract void delivered(long nowNs, boolean own, long originSeq);

    /** Everything up to {@code to} was {@link #delivered}. */
    void deliveredUpTo(final long to) {
    }

    /** A primary view, or other weights in it. */
    void viewed(final RingView view, final long nowNs) {
    }

    /** Offers a message; its originSeq, or why not. */
    final long offer() {
        final long seq = node.offer(EntryKind.WRITE_SET, payload, 0, payload.capacity());
        underWay += seq >= 0 ? 1 : 0;
        return seq;
    }

    @Override
    public final void onOrdered(final long to) {
        // Only what is stable counts.
    }

    @Override
    public final void onStable(final long to) {
        final long nowNs = System.nanoTime();
        while (index < to && log.read(++index, entry)) {
            if (entry.kind == EntryKind.WRITE_SET) {
                final boolean own = entry.originMsb == node.self().msb() && entry.originLsb == node.self().lsb();
                underWay -= own ? 1 : 0;
                delivered(nowNs, own, entry.originSeq);
            }
        }
        deliveredUpTo(to);
        final RingView view = node.view();
        if (view != null && view.primary() && view.index() != promotedView) {
            promotedView = view.index();
            node.promote();
            viewed(view, nowNs);
        }
    }

    @Override
    public final void onNotPrimary(final RingView view) {
        if (promotedView > 0) {
            fails("not primary: " + view.reason());
        }
    }

    @Override
    public final void onRejected(final long originSeq, final long reason) {
        underWay--;
        fails("rejected: " + originSeq + ", " + reason);
    }

    @Override
    public final void onBarrier(final long barrier, final long at) {
        throw new IllegalStateException("no barrier was asked for");
    }

    @Override
    public final void onHistoryDiffers(final String what) {
        fails(what);
    }

    @Override
    public final void onLeft() {
        fails("left");
    }

    @Override
    public void onBatchEnd() {
        offerMore();
    }

    @Override
    public final RingState load() {
        return kept;
    }

    @Override
    public final void persist(final RingState state, final Runnable done) {
        kept = state;
        done.run();
    }
}

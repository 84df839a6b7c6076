// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.EntryKind;
import io.carillon.group.GroupListener;
import io.carillon.group.LogEntry;
import io.carillon.group.RingStateStore;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TokenRotation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/** One member of {@link GroupBenchmark}: offers what it is told to, so many at a time, and says how much is stable. */
final class BenchmarkedMember implements GroupListener, RingStateStore, AutoCloseable {
    private static final int UNDER_WAY_MAX = 256;

    final EngineLoop loop;
    private final GroupNode node;
    private final ArenaLog log = new ArenaLog();
    private final LogEntry entry = new LogEntry();
    private final UnsafeBuffer payload;
    private long index;
    private volatile long stable;
    private volatile long awaited;
    private volatile Thread waiting;
    private volatile String failure;
    private int toOffer;
    private int underWay;
    private long promotedView;
    private RingState kept;

    BenchmarkedMember(final String name, final boolean rotates, final int length) {
        loop = EngineLoop.start(name);
        payload = new UnsafeBuffer(new byte[length]);
        final RingConfig config = RingConfig.defaults(name).withRotation(rotates ? TokenRotation.rotating() : TokenRotation.PARKED);
        node = new GroupNode(loop, config, MeshNode.loopback(), log, this, this::fail);
        node.listener(this);
    }

    /** Joins the group of {@code seeds}, or founds it; returns once all of them and this one are in. */
    void join(final BenchmarkedMember... seeds) throws Exception {
        final List<String> addresses = new ArrayList<>();
        for (final BenchmarkedMember seed : seeds) {
            addresses.add("127.0.0.1:" + new LoopProbe(seed.loop).on(seed.node::port));
        }
        loop.execute(() -> node.join("benchmark", addresses, seeds.length == 0, -1, new byte[0]));
        new LoopProbe(loop).until(() -> node.port() != 0 && node.view() != null && node.view().primary()
            && node.view().members().stream().filter(member -> member.weight() > 0).count() == seeds.length + 1);
    }

    /** Where the log is now. Any thread but the loop's. */
    long end() throws Exception {
        return new LoopProbe(loop).on(log::endIndex);
    }

    /** Offers {@code count} more; returns at once. Any thread. */
    void offer(final int count) {
        loop.execute(() -> {
            toOffer += count;
            offerMore();
        });
    }

    /** Returns when {@code index} is stable. Of one thread, and not the loop's; allocates nothing. */
    void await(final long index) {
        awaited = index;
        waiting = Thread.currentThread();
        while (stable < index && failure == null) {
            LockSupport.park(this);
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    private void fail(final String what) {
        failure = what;
        LockSupport.unpark(waiting);
    }

    private void offerMore() {
        while (toOffer > 0 && underWay < UNDER_WAY_MAX && node.offer(EntryKind.WRITE_SET, payload, 0, payload.capacity()) >= 0) {
            toOffer--;
            underWay++;
        }
    }

    @Override
    public void onOrdered(final long to) {
        // Only what is stable counts.
    }

    @Override
    public void onStable(final long to) {
        while (index < to && log.read(++index, entry)) {
            if (entry.kind == EntryKind.WRITE_SET && entry.originLsb == node.self().lsb() && entry.originMsb == node.self().msb()) {
                underWay--;
            }
        }
        stable = to;
        if (to >= awaited) {
            LockSupport.unpark(waiting);
        }
        final RingView view = node.view();
        if (view != null && view.primary() && view.index() != promotedView) {
            promotedView = view.index();
            node.promote();
        }
    }

    @Override
    public void onNotPrimary(final RingView view) {
        if (promotedView > 0) {
            fail("not primary: " + view.reason());
        }
    }

    @Override
    public void onRejected(final long originSeq, final long reason) {
        fail("rejected: " + originSeq + ", " + reason);
    }

    @Override
    public void onBarrier(final long barrier, final long at) {
        fail("no barrier was asked for");
    }

    @Override
    public void onHistoryDiffers(final String what) {
        fail(what);
    }

    @Override
    public void onLeft() {
        fail("left");
    }

    @Override
    public void onBatchEnd() {
        offerMore();
    }

    @Override
    public RingState load() {
        return kept;
    }

    @Override
    public void persist(final RingState state, final Runnable done) {
        kept = state;
        done.run();
    }

    @Override
    public void close() {
        loop.execute(node::abandon);
        loop.close();
    }
}

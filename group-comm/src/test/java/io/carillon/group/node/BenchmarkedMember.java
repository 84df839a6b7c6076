// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.Check;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.TokenRotation;
import io.carillon.group.transport.LoopProbe;
import io.carillon.group.transport.tcp.MeshNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** One member of {@link GroupBenchmark}: offers what it is told to, so many at a time, and says when it is stable. */
final class BenchmarkedMember extends LoadMember implements AutoCloseable {
    private static final int UNDER_WAY_MAX = 256;
    private static final long HANG_NS = LoopProbe.HANG_S * 1_000_000_000L;

    private volatile String failure;
    private volatile long stable;
    private volatile long awaited;
    private volatile Thread waiting;
    private int toOffer;

    BenchmarkedMember(final String name, final boolean rotates, final int length) {
        super(RingConfig.defaults(name).withRotation(rotates ? TokenRotation.rotating() : TokenRotation.PARKED), MeshNode.loopback(),
            length);
    }

    @Override
    void fails(final String what) {
        failure = what;
        LockSupport.unpark(waiting);
    }

    /** Joins the group of {@code seeds}, or founds it; returns once all of them and this one are in. */
    void join(final BenchmarkedMember... seeds) throws Exception {
        final List<String> addresses = new ArrayList<>();
        for (final BenchmarkedMember seed : seeds) {
            addresses.add("127.0.0.1:" + new LoopProbe(seed.loop).on(seed.node::port));
        }
        join(addresses, seeds.length == 0, () -> { });
        final boolean joined = new LoopProbe(loop).until(() -> node.port() != 0 && node.view() != null && node.view().primary()
            && node.view().members().stream().filter(member -> member.weight() > 0).count() == seeds.length + 1);
        Check.that(joined, "a group of members in one process forms within a minute");
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
        final long hangsAtNs = System.nanoTime() + HANG_NS;
        while (stable < index && failure == null) {
            LockSupport.parkNanos(this, HANG_NS);
            if (System.nanoTime() - hangsAtNs > 0) {
                failure = "after a minute " + index + " is not stable: " + stable;
            }
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    void offerMore() {
        while (toOffer > 0 && underWay < UNDER_WAY_MAX && offer() >= 0) {
            toOffer--;
        }
    }

    @Override
    void delivered(final long nowNs, final boolean own, final long originSeq) {
        // All that counts is up to where.
    }

    @Override
    void deliveredUpTo(final long to) {
        stable = to;
        if (to >= awaited) {
            LockSupport.unpark(waiting);
        }
    }

    @Override
    public void close() {
        loop.execute(node::abandon);
        loop.close();
    }
}

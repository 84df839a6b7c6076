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
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One member of the ring in {@code bench/ring}, over a log in memory. A message counts when it is <em>stable</em>.
 *
 * <p>Arguments: number, addresses of all by commas, own messages under way (0: none), bytes, pause after each own one in
 * us, seconds to warm up, seconds to measure.
 */
public final class MeasuredMember implements GroupListener, RingStateStore {
    private static final int PORT = 7801;
    private static final int TRACKED = 1 << 16;

    private final EngineLoop loop;
    private final GroupNode node;
    private final ArenaLog log = new ArenaLog();
    private final LogEntry entry = new LogEntry();
    private final UnsafeBuffer payload;
    private final long[] sentNs = new long[TRACKED];
    private final DeliveryMeter meter;
    private final int members;
    private final int window;
    private final long pauseNs;
    private LoopTimer pause;
    private LoopTimer end;
    private long notBeforeNs;
    private int underWay;
    private long index;
    private long promotedView;
    private RingState kept;

    private MeasuredMember(final String[] args) {
        final int number = Integer.parseInt(args[0]);
        final String[] addresses = args[1].split(",");
        members = addresses.length;
        window = Integer.parseInt(args[2]);
        payload = new UnsafeBuffer(new byte[Integer.parseInt(args[3])]);
        pauseNs = Long.parseLong(args[4]) * 1000;
        meter = new DeliveryMeter(Integer.parseInt(args[5]), Integer.parseInt(args[6]));
        loop = EngineLoop.start("n" + number);
        final TransportConfig transport = TransportConfig.defaults().withListen(new PeerAddress(addresses[number - 1], PORT));
        node = new GroupNode(loop, RingConfig.defaults("n" + number), transport, log, this, MeasuredMember::fail);
        node.listener(this);
        final List<String> seeds = new ArrayList<>();
        for (int other = 0; number > 1 && other < members; other++) {
            if (other != number - 1) {
                seeds.add(addresses[other] + ":" + PORT);
            }
        }
        loop.execute(() -> {
            node.join("measured", seeds, number == 1, -1, new byte[0]);
            pause = loop.timer(this::offerMore);
            end = loop.timer(this::endWhenOver);
            end.deadline(loop.nowNs());
        });
    }

    public static void main(final String[] args) {
        new MeasuredMember(args);
    }

    private static void fail(final String what) {
        System.err.println(what);
        System.exit(1);
    }

    private void endWhenOver() {
        if (meter.isOver(System.nanoTime())) {
            node.describe().forEach(System.err::println);
            System.out.println(meter.result());
            System.out.flush();
            System.exit(0);
        }
        offerMore();
        end.deadline(loop.nowNs() + 50_000_000L);
    }

    private void offerMore() {
        while (underWay < window) {
            final long nowNs = System.nanoTime();
            if (!meter.maySend(nowNs)) {
                return;
            }
            if (nowNs < notBeforeNs) {
                pause.deadline(loop.nowNs() + notBeforeNs - nowNs);
                return;
            }
            final long seq = node.offer(EntryKind.WRITE_SET, payload, 0, payload.capacity());
            if (seq < 0) {
                return;
            }
            sentNs[(int) seq & TRACKED - 1] = nowNs;
            underWay++;
        }
    }

    @Override
    public void onOrdered(final long to) {
        // Only what is stable counts.
    }

    @Override
    public void onStable(final long to) {
        final long nowNs = System.nanoTime();
        while (index < to && log.read(++index, entry)) {
            if (entry.kind == EntryKind.WRITE_SET) {
                meter.delivered(nowNs);
                if (entry.originMsb == node.self().msb() && entry.originLsb == node.self().lsb()) {
                    underWay--;
                    notBeforeNs = nowNs + pauseNs;
                    meter.own(nowNs, sentNs[(int) entry.originSeq & TRACKED - 1]);
                }
            }
        }
        follow(node.view(), nowNs);
    }

    private void follow(final RingView view, final long nowNs) {
        if (view == null || !view.primary()) {
            return;
        }
        if (view.index() != promotedView) {
            promotedView = view.index();
            node.promote();
        }
        if (!meter.hasBegun() && view.members().size() == members && view.members().stream().allMatch(member -> member.weight() > 0)) {
            meter.begin(nowNs);
        }
    }

    @Override
    public void onNotPrimary(final RingView view) {
        if (meter.hasBegun()) {
            fail("not primary: " + view.reason());
        }
    }

    @Override
    public void onRejected(final long originSeq, final long reason) {
        fail("rejected: " + originSeq + ", " + reason);
    }

    @Override
    public void onBarrier(final long barrier, final long at) {
        throw new IllegalStateException("no barrier was asked for");
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
}

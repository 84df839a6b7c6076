// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingView;
import io.carillon.group.transport.LoopTimer;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * One member of the ring in {@code bench/ring}, over a log in memory. A message counts when it is <em>stable</em>.
 *
 * <p>Arguments: number, addresses of all by commas, own messages under way (0: none), bytes, pause after each own one in
 * us, seconds to warm up, seconds to measure.
 */
public final class MeasuredMember extends LoadMember {
    private static final int PORT = 7801;
    private static final int TRACKED = 1 << 16;

    private final long[] sentNs = new long[TRACKED];
    private final DeliveryMeter meter;
    private final int members;
    private final int window;
    private final long pauseNs;
    private LoopTimer pause;
    private LoopTimer end;
    private long notBeforeNs;

    private MeasuredMember(final String[] args) {
        super(RingConfig.defaults("n" + args[0]), TransportConfig.defaults().withListen(new PeerAddress(
            args[1].split(",")[Integer.parseInt(args[0]) - 1], PORT)), Integer.parseInt(args[3]));
        final int number = Integer.parseInt(args[0]);
        final String[] addresses = args[1].split(",");
        members = addresses.length;
        window = Integer.parseInt(args[2]);
        pauseNs = Long.parseLong(args[4]) * 1000;
        meter = new DeliveryMeter(Integer.parseInt(args[5]), Integer.parseInt(args[6]));
        final List<String> seeds = new ArrayList<>();
        for (int other = 0; number > 1 && other < members; other++) {
            if (other != number - 1) {
                seeds.add(addresses[other] + ":" + PORT);
            }
        }
        join(seeds, number == 1, () -> {
            pause = loop.timer(this::offerMore);
            end = loop.timer(this::endWhenOver);
            end.deadline(loop.nowNs());
        });
    }

    public static void main(final String[] args) {
        new MeasuredMember(args);
    }

    @Override
    void fails(final String what) {
        if (meter.isMeasured(System.nanoTime())) {
            ends(); // the others have ended a little before
        }
        System.err.println(what);
        System.exit(1);
    }

    private void endWhenOver() {
        if (meter.isOver(System.nanoTime())) {
            ends();
        }
        offerMore();
        end.deadline(loop.nowNs() + 50_000_000L);
    }

    private void ends() {
        node.describe().forEach(System.err::println);
        System.out.println(meter.result());
        System.out.flush();
        System.exit(0);
    }

    @Override
    void offerMore() {
        while (underWay < window) {
            final long nowNs = System.nanoTime();
            if (!meter.maySend(nowNs)) {
                return;
            }
            if (nowNs < notBeforeNs) {
                pause.deadline(loop.nowNs() + notBeforeNs - nowNs);
                return;
            }
            final long seq = offer();
            if (seq < 0) {
                return;
            }
            sentNs[(int) seq & TRACKED - 1] = nowNs;
        }
    }

    @Override
    void delivered(final long nowNs, final boolean own, final long originSeq) {
        meter.delivered(nowNs);
        if (own) {
            notBeforeNs = nowNs + pauseNs;
            meter.own(nowNs, sentNs[(int) originSeq & TRACKED - 1]);
        }
    }

    @Override
    void viewed(final RingView view, final long nowNs) {
        if (view.members().size() == members && view.members().stream().allMatch(member -> member.weight() > 0)) {
            meter.begin(nowNs);
        }
    }
}

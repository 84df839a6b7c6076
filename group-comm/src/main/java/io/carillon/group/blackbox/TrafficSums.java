// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import java.util.Arrays;

/** Packets in one direction, summed by peer until they are recorded. */
final class TrafficSums {
    private static final long PACKETS_MAX = 0xFFFF;
    private static final long BYTES_MAX = 0xFFFF_FFFFL;

    private final int code;
    private int[] packets = new int[16];
    private long[] bytes = new long[16];
    private long[] logged = new long[16];
    private long[] horizon = new long[16];
    private long[] lastNs = new long[16];
    private int end;

    TrafficSums(final BlackBoxEvent event) {
        code = event.ordinal();
    }

    void add(final int peer, final int length, final long peerLogged, final long peerHorizon) {
        reserve(peer);
        packets[peer]++;
        bytes[peer] += length;
        logged[peer] = peerLogged;
        horizon[peer] = peerHorizon;
        end = Math.max(end, peer + 1);
    }

    private void reserve(final int peer) {
        if (peer >= packets.length) {
            final int size = Math.max(peer + 1, 2 * packets.length);
            packets = Arrays.copyOf(packets, size);
            bytes = Arrays.copyOf(bytes, size);
            logged = Arrays.copyOf(logged, size);
            horizon = Arrays.copyOf(horizon, size);
            lastNs = Arrays.copyOf(lastNs, size);
        }
    }

    /** Somebody else has this handle from now on. */
    void begin(final int peer, final long nowNs) {
        heard(peer, nowNs);
        logged[peer] = 0;
        horizon[peer] = 0;
    }

    /** A packet of the peer is here, of any kind. */
    void heard(final int peer, final long nowNs) {
        reserve(peer);
        lastNs[peer] = nowNs;
    }

    long lastNs(final int peer) {
        return peer < lastNs.length ? lastNs[peer] : 0;
    }

    long logged(final int peer) {
        return peer < logged.length ? logged[peer] : 0;
    }

    long horizon(final int peer) {
        return peer < horizon.length ? horizon[peer] : 0;
    }

    /** Records what was summed, and begins anew. */
    void flush(final EventRing into, final long timeNs, final MemberNumbers numbers) {
        for (int peer = 0; peer < end; peer++) {
            if (packets[peer] > 0) {
                final long a = (long) numbers.ofHandle(peer) << 48 | Math.min(packets[peer], PACKETS_MAX) << 32
                    | Math.min(bytes[peer], BYTES_MAX);
                into.add(code, timeNs, a, logged[peer], horizon[peer]);
                packets[peer] = 0;
                bytes[peer] = 0;
            }
        }
        end = 0;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import org.agrona.DirectBuffer;

/**
 * What the ring asks of its owner. Called synchronously on the owner's thread; must not call back into the ring.
 */
public interface RingEffects {
    /**
     * Sends a packet to a linked peer. It may be lost; packets of one class to one peer that arrive are in order only
     * if the transport says so. The buffer is reused after return.
     */
    void send(int peer, DirectBuffer packet, int offset, int length, TrafficClass trafficClass);

    /** Sends a packet to the first {@code count} of {@code peers}; each may get it or not, as by {@link #send}. */
    default void broadcast(final int[] peers, final int count, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        for (int nth = 0; nth < count; nth++) {
            send(peers[nth], packet, offset, length, trafficClass);
        }
    }

    /** Makes {@code state} durable and calls {@link RingCore#onPersisted} with {@code ticket}, later and in order. */
    void persist(long ticket, RingState state);

    /**
     * The log was appended to up to {@code index}: write it, then call {@link RingCore#onLogged}. Payloads may be
     * prefetched and hashed.
     */
    void ordered(long index);

    /** Every entry up to {@code index} is stable: deliver it. Ascending. */
    void stable(long index);

    /** A view that is not primary, at once; primary ones come as stable entries. */
    void notPrimary(RingView view);

    /** An own offer will never be ordered, for {@code reason} of {@link RingResult}. */
    void rejected(long originSeq, long reason);

    /**
     * Everything acknowledged before {@link RingCore#barrier} returned {@code barrier} is at or below {@code index};
     * a negative {@link RingResult} when the group cannot say.
     */
    void barrier(long barrier, long index);

    /** This member has left in order. */
    void left();

    /**
     * This member's log and the group's have no common history, or it applied what the group does not have: only a
     * snapshot helps. The log was reset. Of open own offers, those that the group ordered before the new base are in
     * that snapshot, and nothing more is said of them.
     */
    void historyDiffers(String what);

    /** Protocol event, for the black box and the simulator. */
    void trace(TraceEvent event, long a, long b, long c);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import org.agrona.DirectBuffer;

/**
 * The ring protocol of one member as a pure state machine (docs/ring.md): no clock, socket, disk, thread, random number or logger inside, so that the same code
 * runs in production and under the simulator.
 *
 * <p><b>Threading:</b> one owner thread. Every call may produce effects before it returns; {@link #flush} ends a batch of calls and sends what was coalesced.
 */
public final class RingCore {
    public RingCore(final RingConfig config, final RingState restored, final RingLog log, final RingEffects effects) {
        throw new UnsupportedOperationException("built next");
    }

    /** Begins: with {@code found} it starts a new group, or continues the one of its log, alone; else it gathers with the peers that get linked. {@code wantedSeqno} is the first seqno that the server lacks, or -1. */
    public void start(final long nowNs, final boolean found, final long wantedSeqno, final byte[] info) {
    }

    /** A peer can be reached under the handle {@code peer} (small, reused only after {@link #onPeerDown}). */
    public void onPeerUp(final long nowNs, final int peer, final MemberId id) {
    }

    /** The peer's connections closed. */
    public void onPeerDown(final long nowNs, final int peer) {
    }

    /** A packet of a linked peer. Garbage is dropped and traced. */
    public void onPacket(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
    }

    /** To be called when {@code nowNs >= nextDeadlineNs()}. */
    public void onTimer(final long nowNs) {
    }

    /** When {@link #onTimer} is due; {@code Long.MAX_VALUE} for never. */
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    /** A {@link RingEffects#persist} is durable, and all before it. */
    public void onPersisted(final long nowNs, final long ticket) {
    }

    /** The log is durable, at the configured durability, up to {@code index}. */
    public void onLogged(final long nowNs, final long index) {
    }

    /** Has a payload ordered. Its own count (originSeq, positive), or a negative {@link RingResult}. The buffer is copied. */
    public long offer(final long nowNs, final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        return RingResult.CLOSED;
    }

    /** Starts a read barrier, or joins the one that starts next. Its number; answered by {@link RingEffects#barrier}. */
    public long barrier(final long nowNs) {
        return RingResult.CLOSED;
    }

    /** Asks to become a voter with the configured weight: base and log are complete. No effect on a voter. */
    public void promote(final long nowNs) {
    }

    /** Changes this member's weight by an ordered record. */
    public void weight(final long nowNs, final int weight) {
    }

    /** What the layer above says about this member from the next view on. */
    public void info(final long nowNs, final byte[] info) {
    }

    /** Leaves by an ordered record where that is possible within {@code installNs}, else at once. {@link RingEffects#left} follows. */
    public void leave(final long nowNs) {
    }

    /** Ends a batch: sends coalesced order records, acknowledgements and horizons. */
    public void flush(final long nowNs) {
    }
}

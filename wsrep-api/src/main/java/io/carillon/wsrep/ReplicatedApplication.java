// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

import java.util.UUID;
import org.agrona.DirectBuffer;

/**
 * What the engine tells a replicated application (a server behind its provider, or an embedded store).
 *
 * <p><b>Threading:</b> every method is called by the engine's thread and must neither block nor throw. Buffers are
 * valid only during the call.
 *
 * <p><b>Order:</b> {@link #onVerdict}, {@link #onWriteSet}, {@link #onSkip} and {@link #onView} with a primary view
 * carry every seqno after the
 * application's position exactly once, ascending.
 */
public interface ReplicatedApplication {
    /**
     * A write set of this application has its place and its verdict.
     *
     * @param call number given to {@link ReplicationEngine#certify}.
     * @param seqno its seqno.
     * @param dependsOn highest earlier seqno that must be committed before it.
     * @param conflict seqno that it conflicts with, or {@link Seqno#UNDEFINED} if it commits.
     */
    void onVerdict(long call, long seqno, long dependsOn, boolean commit, long conflict);

    /**
     * A write set of another member, or of an earlier session of this one. The data of a large one follows in {@link #onWriteSetPart}.
     *
     * @param origin session of the origin's provider.
     * @param flags {@link WriteSetFlags}.
     * @param certified false: it takes its place without effect.
     * @param dataLength whole length of the data, bytes.
     * @param data the data, or its first part.
     */
    void onWriteSet(long seqno, long dependsOn, int flags, boolean certified, UUID origin, long trxId, long connectionId,
        long dataLength, DirectBuffer data, int offset, int length);

    /** The next part of the data of the write set last given to {@link #onWriteSet}. */
    void onWriteSetPart(DirectBuffer data, int offset, int length);

    /**
     * Tells whether {@link #onDataAhead} has a use for what comes before its verdict. What was given ahead is the application's to keep
     * until {@link #onWriteSetAhead} or {@link #onDataDropped}.
     */
    default boolean takesDataAhead() {
        return false;
    }

    /** The next bytes of a large write set of another member, which may never be decided, under a number of its own. */
    default void onDataAhead(final long stream, final DirectBuffer bytes, final int offset, final int length) {
        throw new IllegalStateException("data of a write set before its verdict: nobody asked for it");
    }

    /** Nothing comes of what was given ahead as {@code stream}. */
    default void onDataDropped(final long stream) {
        throw new IllegalStateException("data was dropped that was never given");
    }

    /**
     * As {@link #onWriteSet}, for one that commits and whose data is in what was given ahead as {@code stream}, from
     * {@code dataPosition} on, bytes.
     */
    default void onWriteSetAhead(final long seqno, final long dependsOn, final int flags, final UUID origin, final long trxId,
        final long connectionId, final long dataLength, final long stream, final long dataPosition) {
        throw new IllegalStateException("write set " + seqno + " without its data");
    }

    /** A seqno that needs no work here. */
    void onSkip(long seqno);

    /**
     * The group has a new configuration, or this node is not in a primary one any more. A node that does not need its
     * own view yet hears of it in two steps:
     * {@link ViewUse#CONNECTED_ONLY} with the view that it joined in, so that it knows how far it has to come, then
     * either a snapshot, or {@link ViewUse#SYNTHETIC} with its own position,
     * after which it is fed everything up to that view and beyond.
     */
    void onView(View view, ViewUse use);

    /** What the application makes of a view. */
    enum ViewUse {
        /** A change of the configuration, in order. */
        CHANGE,
        /** The same, and the first of this connection or of another group than before. */
        CONNECTED,
        /** The view in which this node joined, in order to know itself; its place in the order comes later. */
        CONNECTED_ONLY,
        /** The members, with {@code stateId} being the application's own position; takes no place in the order. */
        SYNTHETIC
    }

    /** What the log lacks can only come as a snapshot: answer with {@link ReplicationEngine#stateRequest}. */
    void onStateRequestNeeded();

    /** This node was chosen as donor: give a snapshot to whoever sent {@code request}, or only the position when {@code bypass}. */
    void onDonate(Gtid position, byte[] request, boolean bypass);

    /** This node has caught up with the group. */
    void onSynced();

    /** The node's state changed, for display. */
    void onState(NodeState state, String comment);

    /** A large write set's fragment is ordered; one more may be given. */
    void onFragmentOrdered(long call, int number);

    /** The write set of {@code call} has no verdict and will get none. */
    void onRejected(long call, RejectReason reason, String text);

    /** Answer to {@link ReplicationEngine#syncPoint}: {@code seqno}, or negative when the group cannot say. */
    void onSyncPoint(long call, long seqno);

    /** Answer to the calls that have no answer of their own. */
    void onResult(long call, WsrepStatus status, long value, String text);

    /** The node may not go on with its state (it lost a vote, or its history differs). */
    void onInconsistent(String reason);

    /** Last event after {@link ReplicationEngine#disconnect}. */
    void onFinal();

    /**
     * Tells whether the feed must wait, because too much of it was given and is not consumed. The engine asks before
     * each write set and each part; {@link ReplicationEngine#progress} makes it ask again.
     */
    default boolean isFeedFull() {
        return false;
    }
}

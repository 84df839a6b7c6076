// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

import org.agrona.DirectBuffer;

/**
 * What a replicated application asks of the engine. Answers come through {@link ReplicatedApplication}.
 *
 * <p><b>Threading:</b> every method is called on the engine's thread and returns at once. {@code call} numbers are
 * the application's, unique within a session.
 */
public interface ReplicationEngine {
    /** Joins the group named {@code clusterName}, or starts it. Answered by {@code onResult} when a view is known, or it failed. */
    void connect(long call, String clusterName, String url, String donor, boolean bootstrap);

    /**
     * The application's connection to the engine broke and is back, and the application still takes itself for a member:
     * goes on as one, or where that cannot be, connects. Not answered.
     */
    void reconnect(String clusterName, String url, String donor);

    /** Leaves in order. {@code onFinal}, then {@code onResult}. */
    void disconnect(long call);

    /** Orders and certifies a write set (see {@code docs/write-set.md}). The buffer is copied. */
    void certify(long call, DirectBuffer writeSet, int offset, int length);

    /** Orders one fragment of the sections of a large write set; {@code certify} with its header alone closes it. */
    void fragment(long call, int number, DirectBuffer bytes, int offset, int length);

    /** The fragments of {@code call} will not be closed. */
    void withdraw(long call);

    /**
     * Takes the write set of {@code call} back if it still waits to be offered to the group; {@code onRejected}
     * answers it then, nothing otherwise.
     */
    void revoke(long call);

    /**
     * How far the application is.
     *
     * @param released every seqno up to it is committed.
     * @param queueLength write sets received and not yet applied.
     */
    void progress(long released, int queueLength);

    /** Asks for the seqno that a causal read must wait for. Answered by {@code onSyncPoint}. */
    void syncPoint(long call);

    /** Answers {@code onStateRequestNeeded}: the server's position, and what a donor needs to know. A negative {@code code} gives up. */
    void stateRequest(int code, byte[] request, Gtid position);

    /** The snapshot arrived ({@code code} 0) and brought the application to {@code position}. */
    void snapshotReceived(long call, Gtid position, int code);

    /** The snapshot was sent, or failed ({@code code} negative). */
    void snapshotSent(long call, Gtid position, int code);

    /** Takes the node out of flow control and donor choice, or back. Calls nest. */
    void desync(long call, boolean desync);

    /** This node's result of applying {@code seqno}: 0 or a hash of the error, for the group to vote on. */
    void vote(long seqno, long hash, String error);

    /** Sets options from text as in {@code wsrep_provider_options}. */
    void setOptions(long call, String text);
}

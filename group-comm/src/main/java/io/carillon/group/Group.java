// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import io.carillon.group.ring.RingView;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;

/**
 * Membership of one process in a group, as the layer above uses it.
 *
 * <p><b>Threading:</b> the engine's thread only.
 */
public interface Group {
    /**
     * Joins.
     *
     * @param clusterName peers of another name are refused.
     * @param addresses host:port of whom to look for; others are learnt from them.
     * @param found start a new group (or continue the own log alone).
     * @param wantedSeqno first seqno that the server lacks, or -1.
     * @param info what the layer above says about this member.
     */
    void join(String clusterName, List<String> addresses, boolean found, long wantedSeqno, byte[] info);

    /**
     * For the next {@link #join}: the history that a founder without entries of its own continues behind its log's base;
     * null for a new one.
     */
    void foundAs(UUID history);

    /** See {@link io.carillon.group.ring.RingCore#offer}. */
    long offer(EntryKind kind, DirectBuffer buffer, int offset, int length);

    /** See {@link io.carillon.group.ring.RingCore#barrier}. */
    long barrier();

    /** See {@link io.carillon.group.ring.RingCore#promote}. */
    void promote();

    /** See {@link io.carillon.group.ring.RingCore#weight}. */
    void weight(int weight);

    /** See {@link io.carillon.group.ring.RingCore#info}. */
    void info(byte[] info);

    /** Leaves in order; {@link GroupListener#onLeft} follows. {@link #join} may be called again. */
    void leave();

    /** Own incarnation. */
    MemberId self();

    /** The ordered log. Read only. */
    RingLog log();

    /** Last view reported, primary or not; null before the first. */
    RingView view();

    /** Round-trip and traffic figures, states of ring and links, for people: one line each. */
    List<String> describe();
}

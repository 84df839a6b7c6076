// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/**
 * The decision rules that the explorer runs: who is primary, whose log wins, what is stable. Logs are {@link
 * ExploredLog} codes, configurations two bits of weight per node.
 */
interface ExploredRules {
    /** No primary component. */
    int NOT_PRIMARY = -1;

    /**
     * The decision of a new ring.
     *
     * @param members bit set of those present, all of which sent their state.
     * @param logs of the nodes, by node.
     * @param stable index known stable, by node.
     * @return the winner, or {@link #NOT_PRIMARY}.
     */
    int winner(int members, long[] logs, int[] stable);

    /**
     * The stable index of a node.
     *
     * @param log its log, which holds the VIEW of ring {@code ring}.
     * @param known what it knew to be stable.
     * @param acked the index up to which each node logged it in that ring, 0 for not beyond the VIEW.
     */
    int stable(long log, int ring, int known, int[] acked);

    /** Tells whether a member goes on logging in its old ring after it promised a newer one. */
    default boolean logsAfterPromise() {
        return false;
    }
}

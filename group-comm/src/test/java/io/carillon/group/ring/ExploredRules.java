// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/**
 * The decision rules that the explorer runs: who is primary, whose log wins, what is cut, what is stable. Logs are {@link
 * ExploredLog} codes, configurations two bits of weight per node, {@code epochs} the epoch of each ring by its number.
 */
interface ExploredRules {
    /** No primary component. */
    int NOT_PRIMARY = -1;

    /**
     * What a representative decides.
     *
     * @param winner or {@link #NOT_PRIMARY}.
     * @param configuration of the new view.
     * @param previous configurations of which each must hold the VIEW by majority, too; six bits each, none of them 0.
     */
    record Decision(int winner, int configuration, long previous) {
        static final Decision NONE = new Decision(NOT_PRIMARY, 0, 0);
    }

    /**
     * The decision of a new ring.
     *
     * @param members bit set of those present, all of which sent their state; in the next three bits those of them that
     *     lost their memory and are new incarnations.
     * @param logs of the nodes, by node.
     * @param stable index known stable, by node.
     */
    Decision decide(int members, long[] logs, int[] stable, int[] epochs);

    /** Length of what a member keeps of its log {@code own} when that of {@code winner} becomes everybody's. */
    int common(long own, long winner, int[] epochs);

    /**
     * The stable index of a node.
     *
     * @param log its log, which holds the VIEW of ring {@code ring}.
     * @param known what it knew to be stable.
     * @param acked the index up to which each node logged it in that ring, 0 for not beyond the VIEW.
     * @param previous of the decision for that ring.
     */
    int stable(long log, int ring, int known, int[] acked, long previous, int[] epochs);

    /** Tells whether a member that lost its memory is taken for who it was. */
    default boolean trustsWhoForgot() {
        return false;
    }

    /** Tells whether a member goes on logging in its old ring after it promised a newer one. */
    default boolean logsAfterPromise() {
        return false;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.List;
import java.util.UUID;

/** Messages of a change of ring (docs/ring.md, section 4). They are rare; protobuf carries them. */
public sealed interface ControlMessage {
    /**
     * Gathering, or, with {@code gathering} unset, merely a sign of life to a peer outside the sender's ring.
     *
     * @param promisedEpoch that the sender promised.
     * @param ringEpoch of the sender's ring, 0 if it has none.
     * @param gathering whether the sender is in GATHER.
     * @param primary whether its ring is primary.
     * @param group of the sender's log; zero when unknown.
     * @param weight of the sender in the latest configuration that it knows.
     * @param reach whom the sender hears, itself included, sorted.
     * @param heardBy who of these hears the sender, as far as it knows, sorted.
     * @param choice gathering: whom it would make a ring with, sorted, empty while it still waits for answers; else who is in its ring.
     * @param reason why it gathers.
     * @param overrides its operator's word.
     * @param stableKnown whether the first of {@code electorates} is known stable.
     * @param electorates of the latest stable configuration and of the newer ones in the sender's log, of the same votes the newest.
     */
    record Join(long promisedEpoch, long ringEpoch, boolean gathering, boolean primary, UUID group, int weight,
        List<MemberId> reach, List<MemberId> heardBy, List<MemberId> choice, GatherReason reason, Overrides overrides,
        boolean stableKnown, List<Electorate> electorates) implements ControlMessage {
        /** The same, but hearing others. */
        Join withReach(final List<MemberId> other) {
            return new Join(promisedEpoch, ringEpoch, gathering, primary, group, weight, other, heardBy, choice, reason, overrides,
                stableKnown, electorates);
        }
    }

    /** The representative's word for a ring of {@code epoch}: promise it and state your log. */
    record Commit(long epoch, List<MemberId> members) implements ControlMessage {
    }

    /**
     * What a member holds, stated after the promise.
     *
     * @param epoch promised.
     * @param member itself; the weight is the one it would like.
     * @param logEnd last index.
     * @param endSeqno seqno as of the last entry.
     * @param stableIndex known stable.
     * @param table epochs of the log.
     * @param stableKnown whether the first of {@code configurations} is known stable.
     * @param configurations the latest stable and the newer ones in the log, of the same votes the newest.
     * @param overrides its operator's word.
     * @param rotates whether it would have the token go round.
     */
    record State(long epoch, RingMember member, long logEnd, long endSeqno, long stableIndex, EpochTable table,
        boolean stableKnown, List<Configuration> configurations, Overrides overrides, boolean rotates) implements ControlMessage {
        /** The state of a member that would have the token parked. */
        State(final long epoch, final RingMember member, final long logEnd, final long endSeqno, final long stableIndex,
            final EpochTable table, final boolean stableKnown, final List<Configuration> configurations, final Overrides overrides) {
            this(epoch, member, logEnd, endSeqno, stableIndex, table, stableKnown, configurations, overrides, false);
        }

        long lastEpoch() {
            return table.runs().isEmpty() ? 0 : table.runs().getLast().epoch();
        }

        /** The newest configuration of its log, or null. */
        Configuration latest() {
            return configurations.isEmpty() ? null : configurations.getLast();
        }
    }

    /**
     * The representative's decision.
     *
     * @param epoch of the ring.
     * @param primary whether it may order.
     * @param winner whose log becomes everybody's.
     * @param winnerEnd last index of that log.
     * @param winnerSeqno its seqno.
     * @param table its epochs.
     * @param view what the VIEW entry will say; marks are filled in by the winner.
     * @param rotates whether the token goes round.
     */
    record Install(long epoch, boolean primary, MemberId winner, long winnerEnd, long winnerSeqno, EpochTable table,
        Configuration view, boolean rotates) implements ControlMessage {
    }
}

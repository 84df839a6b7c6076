// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** An ordered message among replicators, the payload of a CONTROL entry. Its sender is the entry's origin. */
sealed interface Control {
    /**
     * The sender needs a snapshot and tells a donor what its server wants; {@code position} is what it has,
     * {@code failed} are donors that could not give one, to be asked again only when nobody else can be.
     */
    record StateRequest(UUID stateUuid, long position, String donors, List<MemberId> failed, byte[] request) implements Control {
    }

    /**
     * The sender is complete (it was JOINER), or has finished, {@code code} 0, or failed giving {@code joiner}, whose server has
     * {@code session}, a snapshot.
     */
    record Joined(int code, MemberId joiner, UUID session) implements Control {
        static final Joined COMPLETE = new Joined(0, MemberId.NONE, Gtid.UNDEFINED_UUID);
    }

    /**
     * The sender gives {@code joiner}, whose server has {@code session}, a snapshot ({@link #UNDER_WAY}), gave it (0) or failed
     * (below 0): said again after each view, since either side's process may be another one by now. Changes nobody's state.
     * Without a joiner: the process that knew it is gone; it is whoever waits for the sender.
     */
    record Gives(MemberId joiner, UUID session, int outcome) implements Control {
        static final int UNDER_WAY = 1;

        boolean isUnderWay() {
            return outcome == UNDER_WAY;
        }

        Gives ended(final int code) {
            return new Gives(joiner, session, code);
        }
    }

    /** The sender has caught up. */
    record Synced() implements Control {
    }

    /** The sender leaves flow control and donor choice, or comes back. Nests. */
    record Desync(boolean on) implements Control {
    }

    /** Result of applying {@code seqno} at the sender: 0, or a hash of its error. */
    record Vote(long seqno, long hash) implements Control {
    }

    /** Everything up to {@code released} is committed at the sender. */
    record Position(long released) implements Control {
    }

    /** The sender's state is not what the view says of it. */
    record StateIs(NodeState state, int desyncCount) implements Control {
    }

    /** The large write set {@code call} of the sender will not be closed. */
    record Withdraw(long call) implements Control {
    }

    /** The sender, with a complete log, needs a verdict window (docs/replicator.md, section 3). */
    record VerdictsRequest() implements Control {
    }

    /** A verdict window for {@code joiner}, and who was present since which seqno at its end. */
    record Verdicts(MemberId joiner, byte[] window, Map<MemberId, Long> present) implements Control {
    }

    /** The sender's apply queue holds {@code queueLength} write sets: slow down for {@code leaseMs}; 0 ends it. */
    record Flow(int queueLength, int leaseMs) implements Control {
    }

    /** What the group agreed on for {@code seqno}, for a member that was not there and votes late. */
    record VoteResult(long seqno, long result) implements Control {
    }
}

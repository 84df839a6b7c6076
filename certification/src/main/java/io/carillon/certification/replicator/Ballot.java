// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.wsrep.NodeState;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's part in {@link Votes}: says its own results, and stops it when the group's differs. */
final class Ballot {
    private static final Logger LOG = LoggerFactory.getLogger(Ballot.class);
    private static final int KEPT_MAX = 1024;

    private record Own(long hash, String error) {
    }

    private final Node node;
    private final Votes votes = new Votes();
    private final Map<Long, Own> own = new LinkedHashMap<>();
    private final Set<Long> said = new LinkedHashSet<>();
    /** Late votes of this view that were, or are being, answered. */
    private final Set<Long> answered = new LinkedHashSet<>();
    /** Decided elsewhere before this node had a result. */
    private final Map<Long, Long> awaited = new LinkedHashMap<>();

    Ballot(final Node node) {
        this.node = node;
    }

    /** The application's result for {@code seqno}. */
    void cast(final long seqno, final long hash, final String error) {
        own.put(seqno, new Own(hash, error));
        bound(own);
        if (hash != Votes.SUCCESS) {
            node.saved.doubt(seqno);
        }
        final Long decision = awaited.containsKey(seqno) ? awaited.remove(seqno) : votes.decision(seqno);
        if (decision != null) {
            compare(seqno, decision);
        } else {
            say(seqno, hash);
        }
    }

    /** An ordered vote. */
    void vote(final MemberId from, final Control.Vote vote) {
        if (votes.vote(from, vote.seqno(), vote.hash(), node.state.members(), node.config.votePolicy())) {
            decide(vote.seqno());
        } else if (!from.equals(node.self()) && votes.isDecidedEarlier(vote.seqno())) {
            answer(vote.seqno());
        }
        released();
    }

    /** Who was away when the others decided, or has forgotten it, must not stay with another result. */
    private void answer(final long seqno) {
        if (node.primary && answered.add(seqno)) {
            node.send(new Control.VoteResult(seqno, votes.decision(seqno)), Offers.NOBODY);
        }
    }

    /** An ordered answer to a late vote. It counts for whoever has a result to compare, and knows no decision. */
    void result(final Control.VoteResult answer) {
        answered.add(answer.seqno());
        if (votes.adopt(answer.seqno(), answer.result()) && own.containsKey(answer.seqno())) {
            decide(answer.seqno());
        }
    }

    /** Members changed: rounds may be decided, and what was under way may be lost. */
    void view() {
        said.clear();
        answered.clear();
        final Iterable<Long> open = votes.open();
        votes.view(node.state.members(), node.config.votePolicy());
        open.forEach(this::decide);
        released();
    }

    /** More is released: whatever is voted on below that was a success here. */
    void released() {
        if (node.saved != null) {
            node.saved.released(node.released);
        }
        for (final long seqno : votes.open()) {
            final Own mine = own.get(seqno);
            if (mine != null) {
                say(seqno, mine.hash);
            } else if (node.released >= seqno) {
                say(seqno, Votes.SUCCESS);
            }
        }
        if (!awaited.isEmpty()) {
            for (final Map.Entry<Long, Long> decided : new LinkedHashMap<>(awaited).entrySet()) {
                if (node.released >= decided.getKey()) {
                    awaited.remove(decided.getKey());
                    compare(decided.getKey(), decided.getValue());
                }
            }
        }
    }

    /** An own vote was not sent. */
    void rejected(final Control control) {
        if (control instanceof Control.Vote v) {
            said.remove(v.seqno());
        } else if (control instanceof Control.VoteResult r) {
            answered.remove(r.seqno());
        }
    }

    void clear() {
        votes.clear();
        own.clear();
        said.clear();
        answered.clear();
        awaited.clear();
    }

    private static void bound(final Map<Long, ?> kept) {
        if (kept.size() > KEPT_MAX) {
            kept.remove(kept.keySet().iterator().next());
        }
    }

    private void say(final long seqno, final long hash) {
        if (node.primary && said.add(seqno)) {
            node.send(new Control.Vote(seqno, hash), Offers.NOBODY);
        }
    }

    private void decide(final long seqno) {
        final Long decision = votes.decision(seqno);
        if (decision != null) {
            compare(seqno, decision);
            said.remove(seqno);
        }
    }

    private void compare(final long seqno, final long decision) {
        final Own mine = own.remove(seqno);
        if (mine == null && node.released < seqno) {
            awaited.put(seqno, decision);
            bound(awaited);
            return;
        }
        final long hash = mine != null ? mine.hash : Votes.SUCCESS;
        if (hash == decision) {
            node.saved.agreed(seqno);
            return;
        }
        if (node.application == null || node.saved.isCorrupt()) {
            return; // a server that is gone asks for a snapshot; one that leaves already said why
        }
        final String why = "Inconsistent by consensus on " + node.groupUuid + ":" + seqno + ": the group's result is "
            + (decision == Votes.SUCCESS ? "success" : Long.toHexString(decision)) + ", this node's "
            + (mine == null || hash == Votes.SUCCESS ? "success" : Long.toHexString(hash) + " (" + mine.error + ")");
        LOG.error(why);
        node.saved.corrupt();
        node.show(NodeState.ERROR, NodeState.ERROR.comment());
        node.phase = Node.Phase.LEAVING;
        node.application.onInconsistent(why);
        node.group.leave();
    }
}

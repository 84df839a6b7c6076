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

    Ballot(final Node node) {
        this.node = node;
    }

    /** The application's result for {@code seqno}. */
    void cast(final long seqno, final long hash, final String error) {
        own.put(seqno, new Own(hash, error));
        if (own.size() > KEPT_MAX) {
            own.remove(own.keySet().iterator().next());
        }
        final Long decision = votes.decision(seqno);
        if (decision != null) {
            compare(seqno, decision);
        } else {
            say(seqno, hash);
        }
    }

    /** An ordered vote. */
    void vote(final MemberId from, final Control.Vote vote) {
        votes.vote(from, vote.seqno(), vote.hash(), node.state.members());
        decide(vote.seqno());
        released();
    }

    /** Members changed: rounds may be decided, and what was under way may be lost. */
    void view() {
        said.clear();
        final Iterable<Long> open = votes.open();
        votes.view(node.state.members());
        open.forEach(this::decide);
        released();
    }

    /** More is released: whatever is voted on below that was a success here. */
    void released() {
        for (final long seqno : votes.open()) {
            final Own mine = own.get(seqno);
            if (mine != null) {
                say(seqno, mine.hash);
            } else if (node.released >= seqno) {
                say(seqno, Votes.SUCCESS);
            }
        }
    }

    /** An own vote was not sent. */
    void rejected(final Control control) {
        if (control instanceof Control.Vote v) {
            said.remove(v.seqno());
        }
    }

    void clear() {
        votes.clear();
        own.clear();
        said.clear();
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
        final long hash = mine != null ? mine.hash : node.released >= seqno ? Votes.SUCCESS : decision;
        if (hash == decision || node.application == null) {
            return;
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

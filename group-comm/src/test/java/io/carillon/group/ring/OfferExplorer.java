// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/**
 * Rule 8 in every reachable state: one origin among three nodes makes offers, DATA is lost or late, rings change twice, the
 * token may move, a member may start over behind a new ring's VIEW, the origin may be without a primary in between. Whatever
 * happens, no log holds an offer twice; what was rejected never becomes stable; an offer is open, rejected, or in the log of
 * its origin; and what is open at an operational origin is numbered once its DATA arrives.
 */
final class OfferExplorer extends RuleExplorer {
    private final OfferRules offerRules;
    private final int changes;

    /** Rings change {@code changes} times, at most twice. */
    OfferExplorer(final OfferRules offerRules, final int changes) {
        super(new RingRules(PlantedBug.NONE), 0);
        this.offerRules = offerRules;
        this.changes = changes;
    }

    /** The number of states; throws {@link RuleExplorer.Counterexample}. Node 0 holds the token first. */
    long explore(final int configuration, final ExploredOffers offers) {
        final ExploredState first = ExploredState.first(configuration, 0, 0);
        first.offers = offers;
        return explore(first);
    }

    /** A single node is no majority of three: what becomes of the origin then is {@link #loseThePrimary}. */
    @Override
    boolean mayBegin(final ExploredState state, final int members) {
        return state.ringCount <= changes && Integer.bitCount(members) > 1;
    }

    @Override
    boolean mayInstall(final ExploredState state, final int node) {
        return node != state.offers.origin || state.offers.dropped != state.ring[node];
    }

    private static boolean isOperational(final ExploredState state, final int node, final int ring) {
        return state.installed[node] && state.ring[node] == ring && ExploredLog.viewOf(state.log[node], ring) > 0
            && state.stable[node] >= ExploredLog.viewOf(state.log[node], ring);
    }

    @Override
    void inspect(final ExploredState state) {
        final ExploredOffers offers = state.offers;
        final int ordered = ExploredLog.offers(state.log[offers.origin]);
        for (int seq = 1; seq <= offers.made; seq++) {
            if (((offers.open | offers.rejected | ordered) >> seq & 1) == 0) {
                throw counterexample("nothing was ever heard of offer " + seq, state);
            }
        }
        if ((offers.rejected & ExploredLog.offers(state.history)) != 0) {
            throw counterexample("an offer was rejected and ordered", state);
        }
        inspectOpen(state, state.ring[offers.origin]);
    }

    /** What is open is repeated until it is numbered; it must not be repeated in vain. */
    private void inspectOpen(final ExploredState state, final int ring) {
        final ExploredOffers offers = state.offers;
        final int holder = offers.holder[ring];
        if (offers.open == 0 || holder == offers.origin || !isOperational(state, offers.origin, ring)
            || !isOperational(state, holder, ring) || state.log[holder] != state.log[offers.origin]) {
            return;
        }
        int known = offers.floor[ring] | offers.held[ring] << 2;
        final int packets = repeated(state);
        for (int packet = 0; packet < ExploredOffers.PACKETS; packet++) {
            if ((packets >> packet & 1) != 0) {
                known = offerRules.put(known & 3, known >> 2, ExploredOffers.seq(packet), ExploredOffers.previous(packet));
            }
        }
        int floor = known & 3;
        while ((known >> 2 + floor + 1 & 1) != 0) {
            floor++;
        }
        if (floor < ExploredOffers.highest(offers.open)) {
            throw counterexample("offer " + ExploredOffers.highest(offers.open) + " is offered again in vain", state);
        }
    }

    /** The DATA packets that the origin repeats. */
    private int repeated(final ExploredState state) {
        final ExploredOffers offers = state.offers;
        int before = offerRules.mark(state.log[offers.origin], offers.base[offers.origin], offers.mark);
        int packets = 0;
        for (int seq = 1; seq <= offers.made; seq++) {
            if ((offers.open >> seq & 1) != 0) {
                packets |= 1 << ExploredOffers.packet(seq, Math.min(before, seq - 1));
                before = seq;
            }
        }
        return packets;
    }

    private void repeat(final ExploredState next) {
        final int ring = next.ring[next.offers.origin];
        if (next.offers.open != 0 && isOperational(next, next.offers.origin, ring)) {
            next.offers.sent[ring] |= repeated(next);
        }
    }

    @Override
    void order(final ExploredState state, final int node, final int ring) {
        final ExploredOffers offers = state.offers;
        if (offers.holder[ring] != node || !isOperational(state, node, ring)) {
            return;
        }
        if (node == offers.origin) {
            if (offers.open != 0) {
                final ExploredState next = state.copy();
                number(next, node, ring, Integer.numberOfTrailingZeros(offers.open));
                step(node, "numbers its own offers in ring", ring, next);
            }
        } else {
            for (int packet = 0; packet < ExploredOffers.PACKETS; packet++) {
                if ((offers.sent[ring] >> packet & 1) != 0) {
                    hearData(state, node, ring, packet);
                }
            }
        }
        for (int to = 0; offers.movesLeft > 0 && to < ExploredState.NODES; to++) {
            if (to != node && state.installed[to] && state.ring[to] == ring && state.log[to] == state.log[node]) {
                final ExploredState next = state.copy();
                next.offers.movesLeft--;
                next.offers.holder[ring] = to;
                next.offers.held[ring] = 0;
                next.offers.floor[ring] = offerRules.floor(offers.mark[ring], offerRules.mark(state.log[to], offers.base[to], offers.mark));
                step(node, "gives the token to", to, next);
            }
        }
    }

    private void hearData(final ExploredState state, final int node, final int ring, final int packet) {
        final ExploredState next = state.copy();
        final ExploredOffers offers = next.offers;
        final int known = offerRules.put(offers.floor[ring], offers.held[ring], ExploredOffers.seq(packet),
            ExploredOffers.previous(packet));
        if (known == (offers.floor[ring] | offers.held[ring] << 2)) {
            return;
        }
        offers.floor[ring] = known & 3;
        offers.held[ring] = known >> 2;
        while ((offers.held[ring] >> offers.floor[ring] + 1 & 1) != 0) {
            number(next, node, ring, ++offers.floor[ring]);
        }
        offers.held[ring] &= -(2 << offers.floor[ring]);
        step(node, "hears DATA and numbers what it may, packet", packet, next);
    }

    private void number(final ExploredState next, final int node, final int ring, final int seq) {
        if ((ExploredLog.offers(next.log[node]) >> seq & 1) != 0) {
            throw counterexample(node + " numbers offer " + seq + " twice in ring " + ring, next);
        }
        final int entry = ExploredLog.entry(ring, ExploredLog.DATA, seq);
        next.append(node, ring, entry);
        onAppended(next, node, ring, entry);
    }

    @Override
    void onAppended(final ExploredState next, final int node, final int ring, final int entry) {
        final ExploredOffers offers = next.offers;
        final ExploredState.Ring in = next.rings[ring];
        if (node == offers.origin && ExploredLog.offer(entry) > 0) {
            offers.open = offerRules.appended(offers.open, ExploredLog.offer(entry));
            repeat(next);
        }
        if (ExploredLog.kind(entry) == ExploredLog.VIEW && ExploredLog.ring(entry) == ring && in.decision.winner() == node) {
            final long before = ExploredLog.prefix(next.log[node], ExploredLog.length(next.log[node]) - 1);
            offers.mark[ring] = offerRules.viewMark(before, offers.base[node], offers.mark);
            offers.holder[ring] = node;
            offers.floor[ring] = offerRules.floor(offers.mark[ring], 0);
            for (int former = 0; offerRules.keepsPayloads() && former < ring; former++) {
                offers.sent[ring] |= offers.sent[former];
            }
        }
    }

    @Override
    void onInstalled(final ExploredState next, final int node, final long former) {
        final ExploredOffers offers = next.offers;
        if (node == offers.origin) {
            final int cut = ExploredLog.offers(former) & ~ExploredLog.offers(next.log[node]);
            offers.open = offerRules.reopened(offers.open, cut);
            if (offerRules.rejectsAtOnce()) {
                reject(offers);
            }
        }
    }

    @Override
    void onStable(final ExploredState next, final int node, final int ring, final int former) {
        final int view = ExploredLog.viewOf(next.log[node], ring);
        if (node == next.offers.origin && former < view && next.stable[node] >= view) {
            onViewStable(next, node);
        }
    }

    /** The origin is operational: its offers are found in the log, offered again, or rejected. */
    private void onViewStable(final ExploredState next, final int node) {
        final ExploredOffers offers = next.offers;
        final int mark = offerRules.mark(next.log[node], offers.base[node], offers.mark);
        offers.open = offerRules.open(offers.open, mark, next.log[node]);
        if (offers.lostPrimary) {
            offers.lostPrimary = false;
            reject(offers);
        }
        offers.previous = offers.open != 0 ? ExploredOffers.highest(offers.open) : mark;
        repeat(next);
    }

    private static void reject(final ExploredOffers offers) {
        offers.rejected |= offers.open;
        offers.open = 0;
    }

    @Override
    void stepsBeside(final ExploredState state, final int node, final int ring) {
        startOver(state, node, ring);
        if (node == state.offers.origin) {
            offer(state, node, ring);
            loseThePrimary(state, node, ring);
        }
    }

    private void offer(final ExploredState state, final int node, final int ring) {
        if (state.offers.offersLeft == 0 || !isOperational(state, node, ring)) {
            return;
        }
        final ExploredState next = state.copy();
        final ExploredOffers offers = next.offers;
        offers.offersLeft--;
        final int seq = ++offers.made;
        final int before = offers.open != 0 ? ExploredOffers.highest(offers.open) : Math.min(offers.previous, seq - 1);
        offers.open |= 1 << seq;
        offers.sent[ring] |= 1 << ExploredOffers.packet(seq, before);
        offers.previous = seq;
        repeat(next);
        step(node, "offers", seq, next);
    }

    /** Alone, the origin leaves its ring; it still takes the one it promised if it has not installed that. */
    private void loseThePrimary(final ExploredState state, final int node, final int ring) {
        if (state.offers.lostPrimary || state.offers.made == 0) {
            return;
        }
        final ExploredState next = state.copy();
        next.offers.lostPrimary = true;
        next.offers.dropped = state.installed[node] ? ring : state.offers.dropped;
        next.installed[node] = false;
        step(node, "is not primary, after ring", ring, next);
    }

    /** What lies between a member's log and the ring's VIEW, known to be stable, is purged everywhere: it begins with the VIEW. */
    private void startOver(final ExploredState state, final int node, final int ring) {
        final int view = ExploredLog.viewOf(state.rings[ring].log, ring);
        if (state.offers.resetsLeft == 0 || !state.installed[node] || view == 0 || state.rings[ring].horizon < view
            || ExploredLog.viewOf(state.log[node], ring) > 0 || ExploredLog.length(state.log[node]) == view - 1) {
            return;
        }
        final ExploredState next = state.copy();
        final ExploredOffers offers = next.offers;
        offers.resetsLeft--;
        offers.base[node] = view - 1;
        next.log[node] = ExploredLog.prefix(state.rings[ring].log, view - 1);
        next.append(node, ring, ExploredLog.at(state.rings[ring].log, view));
        next.stable[node] = view;
        if (node == offers.origin) {
            final int known = ExploredLog.offers(ExploredLog.prefix(state.log[node], state.stable[node]));
            offers.open = offerRules.reopened(offers.open, ExploredLog.offers(state.log[node]) & ~known);
            offers.lostPrimary = true;
            onViewStable(next, node);
        }
        step(node, "starts over with the VIEW of ring", ring, next);
    }
}

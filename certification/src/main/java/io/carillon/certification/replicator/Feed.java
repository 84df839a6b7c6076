// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.VerdictWindow;
import io.carillon.certification.log.VerdictFile;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.ReplicatedApplication.ViewUse;
import java.util.ArrayDeque;
import java.util.UUID;

/**
 * Leads {@link Delivery} to the application: how far it may go, and what views and control entries mean for this node
 * when their place in the order has come.
 */
final class Feed implements Delivery.Listener {
    /** A member chosen for {@code joiner} by the entry {@code index}: to give a snapshot ({@code request}) or only verdicts (null). */
    private record Chosen(long index, MemberId member, MemberId joiner, UUID session, byte[] request) {
    }

    private final Node node;
    private final Delivery delivery;
    private final StateTransfer transfer;
    private final Runnable drained;
    /** Choices made at stable for entries that are delivered later, in order. */
    private final ArrayDeque<Chosen> chosen = new ArrayDeque<>();
    /** Seqnos delivered after which the verdicts are kept: a restart certifies at most so many again. */
    private final int verdictsStep;
    private VerdictFile verdictFile;
    private long verdictsStored;
    private boolean pumping;
    private boolean pumpAgain;

    /** {@code drained} runs when a node that leaves was given everything that it still takes. */
    Feed(final Node node, final ViewReader views, final Runnable drained) {
        this.node = node;
        this.drained = drained;
        verdictsStep = node.config.certifier().window() / 4;
        delivery = new Delivery(node.config.certifier(), views, node.codec, this);
        transfer = new StateTransfer(node, delivery);
    }

    Delivery delivery() {
        return delivery;
    }

    StateTransfer transfer() {
        return transfer;
    }

    void verdictFile(final VerdictFile file) {
        verdictFile = file;
        transfer.verdicts().file(file);
    }

    /** The entry {@code index} chose {@code member} for {@code joiner}, whose server has {@code session}. */
    void choose(final long index, final MemberId member, final MemberId joiner, final UUID session, final byte[] request) {
        chosen.add(new Chosen(index, member, joiner, session, request));
    }

    void forgetChoices() {
        chosen.clear();
    }

    /** The log does not continue what was delivered. */
    void forgetHistory() {
        delivery.reset();
        verdictsStored = 0;
        if (verdictFile != null) {
            verdictFile.store(new VerdictWindow(node.config.certifier().window()), -1);
        }
    }

    /** Whoever was fed is gone, and nobody takes its place in the middle: delivery starts anew, by the verdicts kept. */
    void forsake() {
        if (delivery.isStarted()) {
            keepVerdicts();
            delivery.reset();
        }
    }

    /** Index up to which entries may be delivered now. */
    long limit() {
        final boolean leaves = node.phase == Node.Phase.LEAVING || node.phase == Node.Phase.DRAINING;
        // Who leaves before it was fed keeps what an earlier membership gave it, and needs a position to go on from.
        return node.phase == Node.Phase.FEEDING || leaves && transfer.hasFed() ? node.stateCursor : delivery.cursor();
    }

    /** Tells whether the next pass would deliver something. */
    boolean canGoOn() {
        return delivery.isStarted() && node.application != null && !delivery.isComplete(limit()) && !node.application.isFeedFull();
    }

    /**
     * Tells whether the application of a node that has joined has committed all that was stable when it was first given everything,
     * and has little in its queue. What it was given is not enough: a server that still starts holds it for seconds, and a synced
     * node may have the others wait.
     */
    boolean isCaughtUp() {
        if (node.ownState != NodeState.JOINED || !delivery.isComplete(node.stateCursor)) {
            return false;
        }
        if (node.inStepAt < 0) {
            node.inStepAt = delivery.seqno();
        }
        return node.released >= node.inStepAt && node.queueLength <= node.config.flow().limit();
    }

    /** Write sets that are stable and not applied: here, and in the application's queue. */
    long backlog() {
        final long waiting = delivery.isStarted() ? Math.max(0, node.stableSeqno - delivery.seqno()) : 0;
        return waiting + node.queueLength;
    }

    /** Delivers what a pass allows. May be called from within: then it goes on behind what is being delivered. */
    void pump() {
        if (pumping) {
            pumpAgain = true;
            return;
        }
        pumping = true;
        try {
            do {
                pumpAgain = false;
                if (delivery.isStarted() && node.application != null) {
                    delivery.pass(limit(), node.application);
                }
            } while (pumpAgain);
            if (node.phase == Node.Phase.FEEDING && delivery.isStarted() && node.application != null) {
                node.openCalls.delivered(delivery.cursor(), node.application);
            }
            final boolean isDue = delivery.isStarted() && delivery.seqno() - verdictsStored >= verdictsStep;
            if (isDue && (verdictFile == null || !verdictFile.isBusy())) {
                keepVerdicts();
            }
        } finally {
            pumping = false;
        }
        if (node.phase == Node.Phase.DRAINING && (!delivery.isStarted() || node.application == null || delivery.isComplete(limit())
            || node.application.isFeedFull())) {
            // What a full feed does not take any more stays in the log; a server that leaves must not wait for its own appliers.
            delivery.cutOff();
            drained.run();
        }
    }

    /** Seqno up to which verdicts are kept for the next start; what these need of the log must stay in it. */
    long verdictsKept() {
        return verdictFile == null ? verdictsStored : verdictFile.keptUpTo();
    }

    /**
     * Keeps the verdicts for the next start. Not those of a node that has begun anew and is not as far again: the log was purged by
     * what was kept before, and reaches back no farther than that needs.
     */
    void keepVerdicts() {
        if (!transfer.verdicts().areRegained()) {
            return;
        }
        verdictsStored = delivery.seqno();
        final VerdictWindow verdicts = delivery.certifier().verdicts();
        if (verdictFile != null && verdicts.position() >= 0) {
            verdictFile.store(verdicts, KnownVerdicts.epochAt(node.log(), verdicts.position()));
        }
    }

    @Override
    public void viewDelivered(final RingView view) {
        if (!view.contains(node.self()) && (node.phase == Node.Phase.LEAVING || node.phase == Node.Phase.DRAINING)) {
            node.application.onSkip(view.seqno());
        } else {
            final ViewUse use = transfer.useOf(view);
            node.application.onView(node.toView(view, new Gtid(view.group(), view.seqno())), use);
            if (use == ViewUse.CHANGE && view.index() == node.primarySince) {
                node.show(node.ownState, node.ownState.comment());
            }
        }
    }

    @Override
    public void controlDelivered(final long index, final long seqno, final MemberId origin, final Control control) {
        while (!chosen.isEmpty() && chosen.peek().index < index) {
            chosen.poll();
        }
        if (!chosen.isEmpty() && chosen.peek().index == index && chosen.peek().member.equals(node.self())) {
            final Chosen c = chosen.poll();
            transfer.donation().verdictsTo(c.joiner);
            if (c.request != null && transfer.donation().to(c.joiner, c.session, index)) {
                node.show(NodeState.DONOR, NodeState.DONOR.comment());
                node.application.onDonate(new Gtid(node.groupUuid, seqno), c.request, false);
            }
        }
        if (origin.equals(node.self()) && index > node.primarySince) {
            ownControlDelivered(control);
        }
    }

    private void ownControlDelivered(final Control control) {
        switch (control) {
            case Control.Synced c -> {
                node.show(NodeState.SYNCED, NodeState.SYNCED.comment());
                node.application.onSynced();
            }
            case Control.Joined c -> node.show(node.ownState, node.ownState.comment());
            case Control.Desync c -> node.show(node.ownState, node.ownState.comment());
            default -> {
            }
        }
    }

    @Override
    public boolean isOwn(final long originMsb, final long originLsb) {
        return node.self().msb() == originMsb && node.self().lsb() == originLsb;
    }

    @Override
    public boolean takeCall(final long sessionMsb, final long sessionLsb, final long call) {
        return node.session.session().getMostSignificantBits() == sessionMsb
            && node.session.session().getLeastSignificantBits() == sessionLsb
            && node.openCalls.take(call);
    }

    @Override
    public void undeliverable(final String what) {
        transfer.fail(what);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.VerdictWindow;
import io.carillon.group.MemberId;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.WsrepStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.agrona.ExpandableArrayBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node gives one that joins: a snapshot, which its application makes, and verdicts. The joiner must hear how the
 * snapshot ends, and until then that it is given, whichever process on either side takes another's place meanwhile: so it is
 * said again after each view ({@link Control.Gives}).
 */
final class Donation {
    private static final Logger LOG = LoggerFactory.getLogger(Donation.class);
    /** The application knows of no donation that it was asked for: the connection broke before it heard of it. */
    private static final int NEVER_BEGAN = -104;
    /** It gives another member a snapshot. */
    static final int BUSY = -16;

    private final Node node;
    private final Delivery delivery;
    /** What is given, or what became of the last one; null for nothing. */
    private Control.Gives word;
    private boolean isSaid;
    /** Whom it could not give one meanwhile: said like the word, until they ask again. */
    private final List<Control.Gives> refusals = new ArrayList<>();
    private boolean areRefusalsSaid;

    Donation(final Node node, final Delivery delivery) {
        this.node = node;
        this.delivery = delivery;
    }

    /** A new connection begins: what the application was to give in the one before is nobody's. */
    void begin() {
        word = null;
        refusals.clear();
    }

    /** The application is here, or back; {@code gives}: it gives a snapshot now, perhaps for a process before this one. */
    void attached(final boolean gives) {
        isSaid = false;
        if (gives && word == null) {
            LOG.info("The server gives a snapshot, for which an earlier sidecar asked it");
            word = new Control.Gives(MemberId.NONE, Gtid.UNDEFINED_UUID, Control.Gives.UNDER_WAY);
        } else if (!gives && isOpen()) {
            word = word.ended(NEVER_BEGAN);
        }
    }

    /** Tells whether the application gives a snapshot. */
    boolean isOpen() {
        return word != null && word.isUnderWay();
    }

    /**
     * By the entry {@code index} this node is to give {@code joiner}, whose server has {@code session}, a snapshot. False if it gives
     * one already: what it said of itself before it was asked for that, or a view, can have it chosen twice.
     */
    boolean to(final MemberId joiner, final UUID session, final long index) {
        if (isOpen()) {
            refusals.add(new Control.Gives(joiner, session, BUSY));
            areRefusalsSaid = false;
            node.resynced();
            return false;
        }
        word = new Control.Gives(joiner, session, Control.Gives.UNDER_WAY);
        isSaid = node.state.view().index() < index; // by the order itself, if there was no view since
        return true;
    }

    /** {@code joiner} asks anybody for a snapshot: what became of the one before is of no interest any more. */
    void asked(final MemberId joiner) {
        refusals.removeIf(refusal -> refusal.joiner().equals(joiner));
        if (word != null && !word.isUnderWay() && (word.joiner().equals(joiner) || word.joiner().equals(MemberId.NONE))) {
            word = null;
        }
    }

    /** The snapshot is given, or could not be: {@code code} below 0. Whatever became of the joiner, the donation ends. */
    void ended(final long call, final int code) {
        if (!isOpen()) {
            node.answer(call, WsrepStatus.CONN_FAIL, "this node gives no snapshot");
            return;
        }
        word = word.ended(Math.min(code, 0));
        isSaid = !word.joiner().equals(MemberId.NONE);
        if (isSaid) {
            node.send(new Control.Joined(code, word.joiner(), word.session()), call);
        } else {
            node.resynced(); // the group hears of it by this node's word about itself
            node.answer(call, WsrepStatus.OK, "");
        }
    }

    /** A view: whoever waits for this node may be another process. */
    void view() {
        isSaid = false;
        areRefusalsSaid = false;
    }

    /** A message will not be ordered. */
    void rejected(final Control control) {
        if (control instanceof Control.Gives || control instanceof Control.Joined j && !j.joiner().equals(MemberId.NONE)) {
            isSaid = false;
            areRefusalsSaid = false;
        }
    }

    /**
     * In a primary view: says what others must know. That it gives one only when the group knows that it has data, since whoever
     * waits takes a donor without data for one that is gone.
     */
    void announce() {
        if (!areRefusalsSaid && node.isActive()) {
            areRefusalsSaid = true;
            refusals.stream().filter(this::isAsked).forEach(refusal -> node.send(refusal, Offers.NOBODY));
        }
        if (word == null || isSaid || !node.isActive() || isOpen() && (node.application == null || !hasData(node.self()))) {
            return;
        }
        if (isAwaited(word)) {
            isSaid = true;
            node.send(word, Offers.NOBODY);
        }
    }

    private boolean hasData(final MemberId id) {
        final MemberState member = node.state.member(id);
        return member != null && member.hasData();
    }

    private boolean isAsked(final Control.Gives refusal) {
        return isAwaited(refusal) && node.state.member(refusal.joiner()).session().equals(refusal.session());
    }

    /** Tells whether anybody is to hear it: also a server that came after the one that asked, since what is sent comes to that one. */
    private boolean isAwaited(final Control.Gives gives) {
        if (gives.joiner().equals(MemberId.NONE)) {
            return node.state.members().stream().anyMatch(member -> !member.hasData());
        }
        final MemberState joiner = node.state.member(gives.joiner());
        return joiner != null && !joiner.hasData();
    }

    /** Gives {@code joiner} the verdicts as of the place of the order that is being delivered. */
    void verdictsTo(final MemberId joiner) {
        final VerdictWindow verdicts = delivery.certifier().verdicts();
        final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer(verdicts.encodedLength());
        final byte[] encoded = new byte[verdicts.encode(bytes, 0)];
        bytes.getBytes(0, encoded);
        node.send(new Control.Verdicts(joiner, encoded, delivery.present()), Offers.NOBODY);
    }
}

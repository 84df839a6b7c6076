// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.VerdictWindow;
import io.carillon.group.MemberId;
import io.carillon.wsrep.WsrepStatus;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;

/** What this node gives one that joins: a snapshot, which its application makes, and verdicts. */
final class Donation {
    private final Node node;
    private final Delivery delivery;
    /** Whom this node gives a snapshot. */
    private MemberId recipient = MemberId.NONE;
    private final List<Control> untold = new ArrayList<>();

    Donation(final Node node, final Delivery delivery) {
        this.node = node;
        this.delivery = delivery;
    }

    /** A message will not be ordered. Whoever waits for a snapshot must hear that none comes. */
    void rejected(final Control control) {
        if (control instanceof Control.Joined j && j.code() < 0 && !j.joiner().equals(MemberId.NONE)) {
            untold.add(new Control.GaveUp(j.code(), j.joiner()));
        } else if (control instanceof Control.GaveUp g) {
            untold.add(g);
        }
    }

    /** In a primary view: says what could not be said. */
    void tick() {
        if (!untold.isEmpty() && node.isActive()) {
            final List<Control> now = List.copyOf(untold);
            untold.clear();
            now.forEach(control -> node.send(control, Offers.NOBODY));
        }
    }

    /** A new connection begins: what the application was to give in the one before is nobody's. */
    void begin() {
        untold.clear();
        recipient = MemberId.NONE;
    }

    /** This node is to give {@code joiner} a snapshot. */
    void to(final MemberId joiner) {
        recipient = joiner;
    }

    /** The snapshot is given, or could not be: {@code code} below 0. Whatever became of the joiner, the donation ends. */
    void ended(final long call, final int code) {
        final MemberId joiner = recipient;
        recipient = MemberId.NONE;
        if (joiner.equals(MemberId.NONE)) {
            node.answer(call, WsrepStatus.CONN_FAIL, "this node gives no snapshot");
        } else {
            node.send(new Control.Joined(code, joiner), call);
        }
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

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** Follows acknowledgements and reported horizons to the stable index, and acts on it. */
final class Horizons {
    private final RingMachine machine;

    Horizons(final RingMachine machine) {
        this.machine = machine;
    }

    /** A member of the current epoch states what it logged and what it knows to be stable. */
    void onHeader(final int slot, final long logged, final long horizon) {
        final Ring ring = machine.ring;
        if (!ring.primary) {
            return;
        }
        if (logged >= ring.viewIndex) {
            ring.horizon.acknowledge(slot, logged);
            ring.knownEnd = Math.max(ring.knownEnd, logged);
        }
        ring.reportedHorizon = Math.max(ring.reportedHorizon, horizon);
    }

    /** Recomputes the stable index; called once a batch. */
    void update() {
        if (!machine.follows()) {
            return;
        }
        final Ring ring = machine.ring;
        final LogTail tail = machine.tail;
        if (tail.logged() >= ring.viewIndex) {
            ring.horizon.acknowledge(ring.self, tail.logged());
        }
        final long proven = machine.bug == PlantedBug.DELIVER_BEFORE_STABLE && ring.operational ? tail.end()
            : Math.min(Math.max(ring.horizon.stable(), ring.reportedHorizon), tail.end());
        // After a start over the base may be above what is known to be stable: nothing of that is held here.
        if (proven <= Math.max(tail.stable(), tail.log().baseIndex())) {
            return;
        }
        final boolean configured = tail.settle(proven);
        ring.horizon.settle(proven);
        // A restart must know the latest stable configuration as such, or it would ask for majorities of all before it.
        if (configured || !ring.operational && proven >= ring.viewIndex) {
            machine.persist();
        }
        machine.effects.stable(proven);
        if (proven >= ring.viewIndex && !ring.operational) {
            machine.installer.onViewStable();
        }
        if (configured) {
            releaseGone(ring);
        }
    }

    /** Sends what nothing else carried in this batch: acknowledgements to the holder, acknowledgement and horizon from it. */
    void acknowledge() {
        final Ring ring = machine.ring;
        final long logged = machine.transmitter.acknowledgement();
        if (ring.rotates && !machine.rotation.isParkedHere()) {
            acknowledgeOrigins(ring, logged);
            return;
        }
        if (ring.self != ring.holder) {
            final Peer holder = ring.peers[ring.holder];
            if (holder != null && holder.sentLogged < logged) {
                machine.transmitter.sendAck(holder);
            }
            return;
        }
        for (int slot = 0; slot < ring.size(); slot++) {
            final Peer peer = ring.peers[slot];
            if (peer != null && (peer.sentLogged < logged || isUnaware(peer, slot))) {
                machine.transmitter.sendAck(peer);
                release(peer, slot);
            }
        }
    }

    /**
     * Where the token goes round, whoever offered an entry waits for the acknowledgements of it; so does who keeps the token
     * meanwhile, which tells the others. Everybody else hears what is stable with the token.
     */
    private void acknowledgeOrigins(final Ring ring, final long logged) {
        for (int slot = 0; slot < ring.size(); slot++) {
            final Peer peer = ring.peers[slot];
            if (peer != null && peer.sentLogged < logged
                && (ring.originated[slot] > peer.sentLogged || ring.parked && slot == ring.holder)) {
                machine.transmitter.sendAck(peer);
            }
        }
    }

    /** The token stays here: everybody hears it, and with it what is stable. */
    void sayParked() {
        final Ring ring = machine.ring;
        for (int slot = 0; slot < ring.size(); slot++) {
            if (ring.peers[slot] != null) {
                machine.transmitter.sendAck(ring.peers[slot]);
            }
        }
    }

    /** Tells whether the peer cannot find out by itself that more is stable. */
    private boolean isUnaware(final Peer peer, final int slot) {
        return peer.sentHorizon < machine.tail.stable()
            && (peer.sentHorizon < machine.tail.configurations().latest().index()
            || !machine.ring.horizon.derivable(machine.ring.self, slot));
    }

    /** Who left hears of it from the holder, then it is a stranger. */
    private void release(final Peer peer, final int slot) {
        final Configuration latest = machine.tail.configurations().latest();
        if (machine.ring.gone[slot] && latest.index() <= machine.tail.stable()) {
            machine.ring.peers[slot] = null;
            peer.slot = Peer.NO_SLOT;
        }
    }

    private void releaseGone(final Ring ring) {
        for (int slot = 0; slot < ring.size(); slot++) {
            if (ring.gone[slot] && ring.peers[slot] != null && ring.holder != ring.self) {
                release(ring.peers[slot], slot);
            }
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** Keepalives, silence and own pauses (docs/ring.md, section 9). */
final class Liveness {
    private final RingMachine machine;
    private boolean[] heardLately = {};

    Liveness(final RingMachine machine) {
        this.machine = machine;
    }

    private boolean isMember(final Peer peer) {
        return machine.takesPart() && peer.slot != Peer.NO_SLOT && machine.ring.isMember(peer.slot);
    }

    /** A member, or one whose leave is not stable and may need it. */
    boolean matters(final Peer peer) {
        return isMember(peer) || machine.orders() && peer.slot != Peer.NO_SLOT
            && machine.tail.configurations().latest() != null
            && machine.tail.configurations().latest().index() > machine.tail.stable();
    }

    private long keepaliveNs(final Peer peer) {
        final boolean holder = isMember(peer) && machine.ring.primary
            && (machine.ring.rotates || peer.slot == machine.ring.holder || machine.ring.self == machine.ring.holder);
        return holder ? machine.config.holderKeepaliveNs() : machine.config.keepaliveNs();
    }

    void onTimer() {
        for (int nth = 0; nth < machine.peers.all().size(); nth++) {
            final Peer peer = machine.peers.all().get(nth);
            if (machine.nowNs >= peer.sentNs + keepaliveNs(peer)) {
                if (isMember(peer)) {
                    machine.transmitter.sendAck(peer);
                } else {
                    machine.gatherer.probe(peer);
                }
            }
        }
        suspect();
    }

    /** Whoever keeps the others from going on is suspected early. */
    private void suspect() {
        GatherReason reason = null;
        for (int nth = 0; nth < machine.peers.all().size(); nth++) {
            final Peer peer = machine.peers.all().get(nth);
            if (!peer.suspected && machine.nowNs - peer.heardNs >= patienceNs(peer)) {
                peer.suspected = true;
                machine.trace(TraceEvent.SUSPECTED, peer.handle, machine.nowNs - peer.heardNs, peer.slot);
                if (matters(peer)) {
                    final boolean holder = machine.ring.primary && peer.slot == machine.ring.holder;
                    reason = holder ? GatherReason.HOLDER_SILENT : reason == null ? GatherReason.PEER_SILENT : reason;
                }
            }
        }
        if (reason != null) {
            machine.gatherer.enter(reason);
        }
    }

    /**
     * The holder's silence, and with Galera's rule that of any voter, stops the group: it goes on sooner without that one. Where it cannot
     * be primary without, haste would only turn a hiccup into an outage.
     */
    private long patienceNs(final Peer peer) {
        if (isMember(peer) && machine.ring.primary && machine.nowNs - peer.heardNs >= quickNs(peer)) {
            final StabilityHorizon horizon = machine.ring.horizon;
            final boolean[] heard = heardLately();
            // Every voter stops a token that goes round.
            final boolean stops = peer.slot == machine.ring.holder
                || machine.ring.weights[peer.slot] > 0 && (machine.ring.rotates || !horizon.canStabilise(heard));
            if (stops && horizon.canBePrimary(heard)) {
                return quickNs(peer);
            }
        }
        return machine.config.suspectNs();
    }

    /** Silence that means something: members other than the holder have no reason to speak more often than their keepalive. */
    private long quickNs(final Peer peer) {
        final boolean holder = machine.ring.rotates || peer.slot == machine.ring.holder || machine.ring.self == machine.ring.holder;
        return Math.min(machine.config.quickSuspectNs() + (holder ? 0 : machine.config.keepaliveNs()), machine.config.suspectNs());
    }

    /** The token moved: who had no reason to speak often until now is given time. */
    void onHolderChanged() {
        final Ring ring = machine.ring;
        if (ring.rotates) {
            return; // all speak often all the time
        }
        for (int slot = 0; slot < ring.size(); slot++) {
            if (ring.peers[slot] != null && (slot == ring.holder || ring.self == ring.holder)) {
                ring.peers[slot].heardNs = machine.nowNs;
            }
        }
    }

    /** Where the token goes round all speak often from now on. */
    void onInstalled() {
        final Ring ring = machine.ring;
        for (int slot = 0; ring.rotates && slot < ring.size(); slot++) {
            if (ring.peers[slot] != null) {
                ring.peers[slot].heardNs = machine.nowNs;
            }
        }
    }

    private boolean[] heardLately() {
        final Ring ring = machine.ring;
        if (heardLately.length != ring.size()) {
            heardLately = new boolean[ring.size()];
        }
        for (int slot = 0; slot < ring.size(); slot++) {
            final Peer other = ring.peers[slot];
            heardLately[slot] = slot == ring.self || other != null && machine.nowNs - other.heardNs < quickNs(other);
        }
        return heardLately;
    }

    long deadlineNs() {
        long deadline = Long.MAX_VALUE;
        for (int nth = 0; nth < machine.peers.all().size(); nth++) {
            final Peer peer = machine.peers.all().get(nth);
            deadline = Math.min(deadline, peer.sentNs + keepaliveNs(peer));
            if (!peer.suspected) {
                final long quick = isMember(peer) && machine.ring.primary ? peer.heardNs + quickNs(peer) : Long.MIN_VALUE;
                deadline = Math.min(deadline, quick > machine.nowNs ? quick : peer.heardNs + machine.config.suspectNs());
            }
        }
        return deadline;
    }
}

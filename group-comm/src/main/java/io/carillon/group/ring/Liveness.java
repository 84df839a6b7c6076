// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** Keepalives, silence and own pauses (docs/ring.md, section 9). */
final class Liveness {
    private final RingMachine machine;
    private boolean[] talking = {};

    Liveness(final RingMachine machine) {
        this.machine = machine;
    }

    private boolean isMember(final Peer peer) {
        return machine.takesPart() && peer.slot != Peer.NO_SLOT && machine.ring.isMember(peer.slot);
    }

    private long keepaliveNs(final Peer peer) {
        final boolean holder = isMember(peer) && machine.ring.primary
            && (peer.slot == machine.ring.holder || machine.ring.self == machine.ring.holder);
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

    /** Whoever holds the token, or is needed beside those who are heard, is suspected early. */
    private void suspect() {
        GatherReason reason = null;
        for (int nth = 0; nth < machine.peers.all().size(); nth++) {
            final Peer peer = machine.peers.all().get(nth);
            if (!peer.suspected && machine.nowNs - peer.heardNs >= patienceNs(peer)) {
                peer.suspected = true;
                machine.trace(TraceEvent.SUSPECTED, peer.handle, machine.nowNs - peer.heardNs, peer.slot);
                if (isMember(peer)) {
                    final boolean holder = machine.ring.primary && peer.slot == machine.ring.holder;
                    reason = holder ? GatherReason.HOLDER_SILENT : reason == null ? GatherReason.PEER_SILENT : reason;
                }
            }
        }
        if (reason != null) {
            machine.gatherer.enter(reason);
        }
    }

    private long patienceNs(final Peer peer) {
        final boolean quick = isMember(peer) && machine.ring.primary
            && machine.nowNs - peer.heardNs >= machine.config.quickSuspectNs()
            && (peer.slot == machine.ring.holder || isNeeded(peer));
        return quick ? machine.config.quickSuspectNs() : machine.config.suspectNs();
    }

    private boolean isNeeded(final Peer peer) {
        final Ring ring = machine.ring;
        if (ring.weights[peer.slot] == 0) {
            return false;
        }
        if (talking.length != ring.size()) {
            talking = new boolean[ring.size()];
        }
        for (int slot = 0; slot < ring.size(); slot++) {
            final Peer other = ring.peers[slot];
            talking[slot] = slot == ring.self
                || other != null && machine.nowNs - other.heardNs < machine.config.quickSuspectNs();
        }
        return !ring.horizon.majority(talking);
    }

    long deadlineNs() {
        long deadline = Long.MAX_VALUE;
        for (int nth = 0; nth < machine.peers.all().size(); nth++) {
            final Peer peer = machine.peers.all().get(nth);
            deadline = Math.min(deadline, peer.sentNs + keepaliveNs(peer));
            if (!peer.suspected) {
                final long quick = peer.heardNs + machine.config.quickSuspectNs();
                final boolean early = isMember(peer) && machine.ring.primary && quick > machine.nowNs;
                deadline = Math.min(deadline, early ? quick : peer.heardNs + machine.config.suspectNs());
            }
        }
        return deadline;
    }
}

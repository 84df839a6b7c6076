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

    /** Members of a primary ring hear of each other often: any of them may be the next whom the others need. */
    private long keepaliveNs(final Peer peer) {
        return isMember(peer) && machine.ring.primary ? machine.config.memberKeepaliveNs() : machine.config.keepaliveNs();
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
            final long silentNs = peer.silence.lengthNs(machine.nowNs);
            if (!peer.suspected && silentNs >= patienceNs(peer, silentNs)) {
                peer.suspected = true;
                machine.trace(TraceEvent.SUSPECTED, peer.handle, silentNs, peer.slot);
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
     * The holder's silence, and with Galera's rule that of any voter, stops the group: it goes on sooner without that one. And where those
     * who are silent can be primary by themselves they soon will be: this member should say so of itself no later. Where neither side
     * can, haste would only turn a hiccup into an outage.
     */
    private long patienceNs(final Peer peer, final long silentNs) {
        if (isMember(peer) && machine.ring.primary && silentNs >= quickNs(peer)) {
            final StabilityHorizon horizon = machine.ring.horizon;
            // Every voter stops a token that goes round.
            final boolean stops = peer.slot == machine.ring.holder
                || machine.ring.weights[peer.slot] > 0 && (machine.ring.rotates || !horizon.canStabilise(heardLately(true)));
            if (stops && (horizon.canBePrimary(heardLately(true)) || horizon.canBePrimary(heardLately(false)))) {
                return quickNs(peer);
            }
        }
        return machine.config.suspectNs();
    }

    private long quickNs(final Peer peer) {
        return Math.min(peer.silence.patienceNs(machine.config.quickSuspectNs()), machine.config.suspectNs());
    }

    /** By slot: whether a member was heard lately, or with {@code heard} false, was not. The next call fills the same array. */
    private boolean[] heardLately(final boolean heard) {
        final Ring ring = machine.ring;
        if (heardLately.length != ring.size()) {
            heardLately = new boolean[ring.size()];
        }
        for (int slot = 0; slot < ring.size(); slot++) {
            final Peer other = ring.peers[slot];
            final boolean lately = slot == ring.self || other != null && other.silence.lengthNs(machine.nowNs) < quickNs(other);
            heardLately[slot] = lately == heard;
        }
        return heardLately;
    }

    long deadlineNs() {
        long deadline = Long.MAX_VALUE;
        for (int nth = 0; nth < machine.peers.all().size(); nth++) {
            final Peer peer = machine.peers.all().get(nth);
            deadline = Math.min(deadline, peer.sentNs + keepaliveNs(peer));
            if (!peer.suspected) {
                final long quick = isMember(peer) && machine.ring.primary ? peer.silence.reachesNs(quickNs(peer)) : Long.MIN_VALUE;
                deadline = Math.min(deadline, quick > machine.nowNs ? quick : peer.silence.reachesNs(machine.config.suspectNs()));
            }
        }
        return deadline;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import io.carillon.group.wire.PacketType;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** GATHER: who makes the next ring. Within one gathering members are only ever given up, so it ends. */
final class Gatherer {
    private final RingMachine machine;
    private final TreeMap<MemberId, ControlMessage.Join> heard = new TreeMap<>();
    private final TreeSet<MemberId> failed = new TreeSet<>();
    private List<MemberId> choice = List.of();
    private List<MemberId> reach = List.of();
    private GatherReason reason = GatherReason.STARTED;
    private long deadlineNs;
    /** How often members were given up in this gathering. */
    private int givenUp;
    private long commitByNs;
    private long joinAtNs;
    private long joinDelayNs;

    Gatherer(final RingMachine machine) {
        this.machine = machine;
    }

    GatherReason reason() {
        return reason;
    }

    void enter(final GatherReason why) {
        enter(why, List.of());
    }

    /** Gathers without {@code silent}, who kept others waiting. */
    void enter(final GatherReason why, final List<MemberId> silent) {
        if (machine.phase == Phase.CLOSED) {
            return;
        }
        if (machine.phase != Phase.GATHER) {
            machine.phase = Phase.GATHER;
            reason = why;
            heard.clear();
            failed.clear();
            failed.addAll(silent);
            choice = List.of();
            deadlineNs = machine.nowNs + machine.config.quickSuspectNs();
            givenUp = 0;
            joinDelayNs = machine.config.joinNs();
            machine.trace(TraceEvent.GATHER, why.ordinal(), machine.promisedEpoch, 0);
            reach = reach();
            broadcast();
        }
        step();
    }

    /** Whom this member hears, itself included. */
    private List<MemberId> reach() {
        final TreeSet<MemberId> ids = new TreeSet<>();
        ids.add(machine.self);
        for (final Peer peer : machine.peers.all()) {
            if (!peer.suspected && !(machine.phase == Phase.GATHER && failed.contains(peer.id))) {
                ids.add(peer.id);
            }
        }
        return List.copyOf(ids);
    }

    /** Who of {@link #reach} hears this member, itself included: of the own ring all, of others who says so. */
    private List<MemberId> heardBy() {
        final TreeSet<MemberId> ids = new TreeSet<>();
        ids.add(machine.self);
        for (final Peer peer : machine.peers.all()) {
            if (!peer.suspected && hearsThis(peer)) {
                ids.add(peer.id);
            }
        }
        return List.copyOf(ids);
    }

    private boolean hearsThis(final Peer peer) {
        final boolean member = machine.takesPart() && machine.ring.isMember(machine.ring.slotOf(peer.id));
        return member || peer.join != null && peer.join.reach().contains(machine.self);
    }

    /** What this member says of itself now. */
    ControlMessage.Join join() {
        final boolean gathering = machine.phase == Phase.GATHER;
        final boolean takesPart = machine.takesPart();
        return new ControlMessage.Join(machine.promisedEpoch, takesPart ? machine.ring.epoch : 0, gathering,
            takesPart && machine.ring.primary, machine.group(), machine.weight(), reach(), heardBy(),
            gathering ? choice : takesPart ? machine.ring.present() : List.of(), reason, machine.word(), machine.tail.isFirstProvenStable(),
            machine.tail.proven().stream().map(Configuration::electorate).toList());
    }

    private void broadcast() {
        joinAtNs = machine.nowNs + joinDelayNs;
        final ControlMessage.Join join = join();
        for (int nth = 0; nth < machine.peers.all().size(); nth++) {
            machine.transmitter.sendControl(machine.peers.all().get(nth), join);
        }
    }

    /** A sign of life to a peer outside the ring, so that rings find each other. */
    void probe(final Peer peer) {
        machine.transmitter.sendControl(peer, join());
    }

    void onPeerUp(final Peer peer) {
        if (machine.phase == Phase.GATHER) {
            failed.remove(peer.id);
            step();
        } else if (machine.phase == Phase.NOT_PRIMARY) {
            machine.welcome.relax();
            enter(GatherReason.PEER_LINKED);
            return;
        }
        probe(peer);
    }

    void onJoin(final Peer peer, final ControlMessage.Join join) {
        if (!machine.committer.isPlausible(join.promisedEpoch())) {
            machine.trace(TraceEvent.PACKET_DROPPED, PacketType.JOIN, peer.handle, join.promisedEpoch());
            return;
        }
        final boolean heardBefore = hearsThis(peer);
        peer.join = join;
        if (heardBefore != hearsThis(peer)) {
            onHearersChanged();
        }
        switch (machine.phase) {
            case CLOSED -> {
            }
            case GATHER -> onJoinGathering(peer, join);
            case COMMIT -> {
                if (join.gathering() && join.promisedEpoch() >= machine.promisedEpoch && machine.committer.concerns(peer.id)) {
                    enterWith(GatherReason.PEER_GATHERS, peer, join);
                }
            }
            case RECOVERY, OPERATIONAL, NOT_PRIMARY -> onJoinInstalled(peer, join);
        }
    }

    /** Who hears this member changed: whoever might let it in now is told at once. */
    private void onHearersChanged() {
        for (int nth = 0; nth < machine.peers.all().size(); nth++) {
            final Peer peer = machine.peers.all().get(nth);
            if (machine.phase == Phase.GATHER || peer.slot == Peer.NO_SLOT) {
                probe(peer);
            }
        }
    }

    /** A silent peer is heard again. */
    void onHeardAgain(final Peer peer) {
        step();
        if (machine.phase != Phase.GATHER && machine.phase != Phase.CLOSED && peer.slot == Peer.NO_SLOT) {
            probe(peer);
        }
    }

    private void onJoinGathering(final Peer peer, final ControlMessage.Join join) {
        final boolean stale = machine.takesPart() && machine.ring.isMember(machine.ring.slotOf(peer.id))
            && join.promisedEpoch() < machine.ring.epoch;
        if (stale || failed.contains(peer.id)) {
            return;
        }
        if (!join.gathering() && !leavesRingAsItIs(join)) {
            heard.remove(peer.id);
            return;
        }
        final ControlMessage.Join former = heard.put(peer.id, join);
        if (former == null) {
            probe(peer);
        }
        if (former == null || !former.reach().equals(join.reach()) || !former.choice().equals(join.choice())
            || former.promisedEpoch() != join.promisedEpoch()) {
            step();
        }
    }

    private void onJoinInstalled(final Peer peer, final ControlMessage.Join join) {
        final Ring ring = machine.ring;
        if (ring != null && ring.isMember(ring.slotOf(peer.id))) {
            if (join.gathering() && join.promisedEpoch() >= ring.epoch) {
                if (leavesRingAsItIs(join)) {
                    probe(peer); // sent before it heard of the agreement: answered with gathering, it would be heard so again
                } else {
                    enterWith(GatherReason.PEER_GATHERS, peer, join);
                }
            } else if (!join.gathering() && join.ringEpoch() > ring.epoch) {
                enterWith(GatherReason.STRANDED, peer, join);
            } else if (!join.gathering() && join.ringEpoch() < ring.epoch && join.promisedEpoch() >= ring.epoch
                && (ring.heard[ring.slotOf(peer.id)] || ring.slotOf(peer.id) == 0)) {
                // It was in this ring, or made it as its representative, and gave it up, alone.
                enterWith(GatherReason.RINGS_MERGE, peer, join);
            }
            return;
        }
        if (machine.welcome.calls(peer, join)) {
            enterWith(join.gathering() ? GatherReason.MEMBER_JOINS : GatherReason.RINGS_MERGE, peer, join);
        }
    }

    private void enterWith(final GatherReason why, final Peer peer, final ControlMessage.Join join) {
        enter(why);
        if (machine.phase == Phase.GATHER) {
            onJoinGathering(peer, join);
        }
    }

    /** Reconsiders the choice, tells the others of changes, and goes on to COMMIT when all agree. */
    void step() {
        if (machine.phase != Phase.GATHER) {
            return;
        }
        giveUpLate();
        final List<MemberId> formerReach = reach;
        final List<MemberId> formerChoice = choice;
        reach = reach();
        choice = isComplete() ? clique() : List.of();
        if (!reach.equals(formerReach) || !choice.equals(formerChoice)) {
            commitByNs = machine.nowNs + machine.config.installNs();
            broadcast();
        }
        if (!choice.isEmpty() && isConsensus()) {
            if (isAsItWas()) {
                machine.phase = Phase.NOT_PRIMARY;
            } else if (choice.size() == 1) {
                machine.committer.beginAlone();
            } else if (choice.getFirst().equals(machine.self)) {
                machine.committer.begin(choice, heard);
            }
        }
    }

    private boolean isComplete() {
        for (final MemberId id : reach) {
            if (!id.equals(machine.self) && !heard.containsKey(id)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Who did not answer in time is not in the next ring. Nor is who chose without this member, but that is found a little later: choices
     * counted upon members that are given up only now. And last of all, who shares a ring that is not primary: it may be about to find
     * that it was chosen without, too.
     */
    private void giveUpLate() {
        if (machine.nowNs < deadlineNs) {
            return;
        }
        for (final Peer peer : machine.peers.all()) {
            final ControlMessage.Join join = heard.get(peer.id);
            final boolean patient = givenUp < (isFellowWithoutMajority(peer) ? 2 : 1);
            final boolean without = join != null && (!join.reach().contains(machine.self)
                || !patient && !join.choice().isEmpty() && !join.choice().contains(machine.self));
            if (join == null || without) {
                failed.add(peer.id);
                heard.remove(peer.id);
            }
        }
        if (choice.size() > 1 && isConsensus() && machine.nowNs >= commitByNs) {
            failed.add(choice.getFirst());
            heard.remove(choice.getFirst());
        }
        deadlineNs = machine.nowNs + (givenUp < 2 ? choicesNs() : machine.config.quickSuspectNs());
        givenUp++;
    }

    /**
     * How long the choices of others that answered may take: to the farthest of them what is decided here goes, and its choice comes back.
     */
    private long choicesNs() {
        long roundTripNs = 0;
        for (final Peer peer : machine.peers.all()) {
            if (heard.containsKey(peer.id)) {
                roundTripNs = Math.max(roundTripNs, peer.roundTripNs);
            }
        }
        return Math.max(5 * machine.config.joinNs(), machine.config.answerNs(roundTripNs));
    }

    private boolean isFellowWithoutMajority(final Peer peer) {
        return machine.takesPart() && !machine.ring.primary && machine.ring.isMember(machine.ring.slotOf(peer.id));
    }

    /** The best ring among those who hear this member, and each other. */
    private List<MemberId> clique() {
        final TreeMap<MemberId, ControlMessage.Join> candidates = new TreeMap<>();
        candidates.put(machine.self, join());
        for (final MemberId id : reach) {
            final ControlMessage.Join join = heard.get(id);
            if (join != null && join.reach().contains(machine.self)) {
                candidates.put(id, join);
            }
        }
        final List<MemberId> chosen = RingChoice.best(candidates);
        return chosen.contains(machine.self) ? chosen : List.of(machine.self);
    }

    /**
     * The same members as in the ring that they are in, and which is not primary: what they would decide is decided. Without this, somebody
     * whom only some of them hear would make them begin again and again.
     */
    private boolean isAsItWas() {
        if (!hasRingToKeep() || !machine.ring.present().equals(choice)) {
            return false;
        }
        for (final MemberId id : choice) {
            final ControlMessage.Join join = heard.get(id);
            if (join != null && !leavesRingAsItIs(join)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasRingToKeep() {
        return machine.takesPart() && !machine.ring.primary && machine.word().equals(Overrides.NONE);
    }

    /** Tells whether the sender of {@code join} is in this member's ring, which is not primary, and wants no other one. */
    private boolean leavesRingAsItIs(final ControlMessage.Join join) {
        return hasRingToKeep() && join.ringEpoch() == machine.ring.epoch && join.choice().equals(machine.ring.present())
            && join.overrides().equals(Overrides.NONE);
    }

    private boolean isConsensus() {
        for (final MemberId id : choice) {
            if (!id.equals(machine.self) && !(heard.containsKey(id) && heard.get(id).choice().equals(choice))) {
                return false;
            }
        }
        return true;
    }

    void onTimer() {
        if (machine.phase != Phase.GATHER) {
            return;
        }
        if (machine.nowNs >= deadlineNs) {
            step();
        }
        if (machine.phase == Phase.GATHER && machine.nowNs >= joinAtNs) {
            joinDelayNs = Math.min(2 * joinDelayNs, machine.config.keepaliveNs());
            broadcast();
        }
    }

    void postpone(final long byNs) {
        deadlineNs += byNs;
        commitByNs += byNs;
    }

    long deadlineNs() {
        return machine.phase == Phase.GATHER ? Math.min(deadlineNs, joinAtNs) : Long.MAX_VALUE;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** COMMIT: the promise, the STATEs, the decision (docs/ring.md, section 4). */
final class Committer {
    private static final long PROMISE_AHEAD_MAX = 1L << 32;

    private final RingMachine machine;
    private final TreeMap<MemberId, ControlMessage.State> states = new TreeMap<>();
    private List<MemberId> members = List.of();
    private MemberId representative = MemberId.NONE;
    private long promiseTicket;
    private boolean persisted = true;
    /** The ring of this promise was installed here, once: what is acknowledged in it since must not be cut by a repetition. */
    private boolean installed = true;
    private boolean founding;
    /** The epoch is one of those that no other side uses (docs/ring.md, section 4). */
    private boolean apart;
    private long deadlineNs;
    private long repeatAtNs;

    Committer(final RingMachine machine) {
        this.machine = machine;
    }

    boolean concerns(final MemberId id) {
        return members.contains(id);
    }

    private boolean isRepresentative() {
        return representative.equals(machine.self);
    }

    /** This member is the lowest of those who agreed, as their JOINs say. */
    void begin(final List<MemberId> agreed, final Map<MemberId, ControlMessage.Join> joins) {
        long highest = machine.promisedEpoch;
        boolean overridden = !machine.word().equals(Overrides.NONE);
        for (final MemberId id : agreed) {
            if (!id.equals(machine.self)) {
                highest = Math.max(highest, joins.get(id).promisedEpoch());
                overridden |= !joins.get(id).overrides().equals(Overrides.NONE);
            }
        }
        begin(agreed, highest, overridden);
    }

    private void begin(final List<MemberId> agreed, final long highestPromise, final boolean overridden) {
        apart = overridden;
        promise(overridden ? Founding.epochAfter(highestPromise, machine) : highestPromise + 1, machine.self, agreed);
        sendCommit();
    }

    /** Nobody else is there: with a majority of its own a member goes on, else it waits without a ring. */
    void beginAlone() {
        final boolean overridden = !machine.word().equals(Overrides.NONE);
        final long epoch = overridden ? Founding.epochAfter(machine.promisedEpoch, machine) : machine.promisedEpoch + 1;
        final ControlMessage.Install install =
            RingDecision.decide(epoch, List.of(state(epoch)), machine.gatherer.reason().text());
        if (install.primary()) {
            apart = overridden;
            promise(epoch, machine.self, List.of(machine.self));
        } else {
            machine.installer.standAlone(install);
        }
    }

    /** Founds a group, or by an operator's word goes on alone with the own log. */
    void found() {
        founding = true;
        final boolean fresh = machine.tail.configurations().latest() == null;
        final long epoch = fresh ? machine.promisedEpoch + 1 : Founding.epochAfter(machine.promisedEpoch, machine);
        promise(epoch, machine.self, List.of(machine.self));
    }

    private void promise(final long epoch, final MemberId by, final List<MemberId> agreed) {
        machine.phase = Phase.COMMIT;
        machine.promisedEpoch = epoch;
        representative = by;
        members = agreed;
        states.clear();
        persisted = false;
        installed = false;
        deadlineNs = machine.nowNs + machine.config.installNs();
        repeatAtNs = machine.nowNs + 2 * machine.config.joinNs();
        machine.trace(TraceEvent.COMMIT, epoch, agreed.size(), isRepresentative() ? 1 : 0);
        machine.catchUp.onPromise();
        promiseTicket = machine.persist();
        if (machine.bug == PlantedBug.PROMISE_NOT_PERSISTED) {
            onPersisted(promiseTicket);
        }
    }

    void onCommit(final Peer peer, final ControlMessage.Commit commit) {
        if (machine.phase == Phase.COMMIT && commit.epoch() == machine.promisedEpoch && representative.equals(peer.id)) {
            if (persisted) {
                machine.transmitter.sendControl(peer, state(commit.epoch()));
            }
            return;
        }
        final boolean open = machine.phase == Phase.GATHER || machine.phase == Phase.COMMIT;
        if (open && commit.epoch() > machine.promisedEpoch && isPlausible(commit.epoch()) && commit.members().contains(machine.self)
            && commit.members().contains(peer.id)) {
            promise(commit.epoch(), peer.id, commit.members());
        }
    }

    void onPersisted(final long ticket) {
        if (persisted || ticket < promiseTicket || machine.phase != Phase.COMMIT) {
            return;
        }
        persisted = true;
        machine.trace(TraceEvent.PROMISED, machine.promisedEpoch, ticket, 0);
        if (founding) {
            founding = false;
            install(Founding.install(machine));
        } else if (isRepresentative()) {
            states.put(machine.self, state(machine.promisedEpoch));
            decide();
        } else {
            final Peer peer = machine.peers.of(representative);
            if (peer != null) {
                machine.transmitter.sendControl(peer, state(machine.promisedEpoch));
            }
        }
    }

    /** Nobody is so many epochs ahead: a damaged packet must not use up the numbers. */
    boolean isPlausible(final long epoch) {
        return epoch >= 0 && epoch - machine.promisedEpoch < PROMISE_AHEAD_MAX;
    }

    private ControlMessage.State state(final long epoch) {
        final LogTail tail = machine.tail;
        final RingMember member = new RingMember(machine.self, machine.config.name(), machine.config.weight(), machine.info);
        return new ControlMessage.State(epoch, member, tail.end(), tail.log().endSeqno(), tail.stable(),
            tail.table(), tail.isFirstProvenStable(), tail.proven(), machine.word(), machine.config.rotation().rotates());
    }

    void onState(final Peer peer, final ControlMessage.State state) {
        if (machine.phase == Phase.COMMIT && isRepresentative() && state.epoch() == machine.promisedEpoch
            && state.member().id().equals(peer.id) && members.contains(peer.id)) {
            states.put(peer.id, state);
            decide();
        }
    }

    private void decide() {
        if (states.size() < members.size()) {
            return;
        }
        final ControlMessage.Install install = RingDecision.decide(machine.promisedEpoch, new ArrayList<>(states.values()),
            machine.gatherer.reason().text(), machine.bug);
        if (install.primary() && install.view().foundedEpoch() == machine.promisedEpoch && !apart) {
            // No majority vouches that nobody else has used this epoch.
            begin(members, machine.promisedEpoch, true);
            return;
        }
        for (final MemberId id : members) {
            final Peer peer = machine.peers.of(id);
            if (peer != null) {
                machine.transmitter.sendControl(peer, install);
            }
        }
        install(install);
    }

    private void install(final ControlMessage.Install install) {
        installed = true;
        machine.installer.install(install);
    }

    private void sendCommit() {
        final ControlMessage.Commit commit = new ControlMessage.Commit(machine.promisedEpoch, members);
        for (final MemberId id : members) {
            final Peer peer = machine.peers.of(id);
            if (peer != null && !states.containsKey(id)) {
                machine.transmitter.sendControl(peer, commit);
            }
        }
    }

    void onInstall(final Peer peer, final ControlMessage.Install install) {
        if (machine.takesPart() && machine.ring.epoch == install.epoch()) {
            machine.transmitter.sendAck(peer);
        } else if (isAwaited(peer, install) && machine.installer.isWellFormed(install)) {
            install(install);
        }
    }

    /** Who gave up waiting, alone, is still counted in by the others: its log is as it was stated. */
    private boolean isAwaited(final Peer peer, final ControlMessage.Install install) {
        final boolean waits = machine.phase == Phase.COMMIT || machine.phase == Phase.NOT_PRIMARY && machine.ring == null;
        return waits && persisted && !installed && install.epoch() == machine.promisedEpoch && representative.equals(peer.id);
    }

    /** A member of the coming ring cannot be reached any more. */
    void onPeerDown(final MemberId id) {
        if (machine.phase == Phase.COMMIT && (representative.equals(id) || isRepresentative() && members.contains(id))) {
            machine.gatherer.enter(GatherReason.CONNECTION_CLOSED);
        }
    }

    void onTimer() {
        if (machine.phase != Phase.COMMIT) {
            return;
        }
        if (machine.nowNs >= deadlineNs && persisted) {
            final List<MemberId> silent = new ArrayList<>();
            if (isRepresentative()) {
                silent.addAll(members);
                silent.removeAll(states.keySet());
            } else {
                silent.add(representative);
            }
            machine.gatherer.enter(GatherReason.COMMIT_TIMEOUT, silent);
        } else if (machine.nowNs >= repeatAtNs) {
            repeatAtNs = machine.nowNs + 2 * machine.config.joinNs();
            if (isRepresentative()) {
                sendCommit();
            }
        }
    }

    void postpone(final long byNs) {
        deadlineNs += byNs;
    }

    long deadlineNs() {
        if (machine.phase != Phase.COMMIT) {
            return Long.MAX_VALUE;
        }
        return isRepresentative() ? persisted ? Math.min(deadlineNs, repeatAtNs) : repeatAtNs
            : persisted ? deadlineNs : Long.MAX_VALUE;
    }
}

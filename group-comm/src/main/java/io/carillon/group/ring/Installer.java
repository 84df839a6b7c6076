// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.wire.ConfigurationCodec;
import java.util.List;

/** RECOVERY: the winner's log becomes everybody's, its VIEW entry becomes stable (docs/ring.md, section 4). */
final class Installer {
    private static final int DOUBLINGS_MAX = 16;

    private final RingMachine machine;
    private long progressNs;
    private long progressEnd;
    private long progressTold;
    private long repeatAtNs;
    private boolean representative;
    /** Rings since an operational one of which no view was stable here. */
    private int fruitless;
    private List<MemberId> reportedAlone = List.of();

    Installer(final RingMachine machine) {
        this.machine = machine;
    }

    boolean isWellFormed(final ControlMessage.Install install) {
        final Configuration view = install.view();
        final boolean winnerFits = !install.winner().equals(machine.self) || install.winnerEnd() == machine.tail.end();
        return view.member(machine.self) != null && (!install.primary()
            || view.member(install.winner()) != null && install.winnerEnd() >= 0 && winnerFits
            && view.electorate().total() > 0);
    }

    /** Without a ring and without a majority. */
    void standAlone(final ControlMessage.Install install) {
        final boolean news = machine.ring != null || reportedAlone.isEmpty();
        machine.ring = null;
        link();
        machine.phase = Phase.NOT_PRIMARY;
        if (news) {
            reportedAlone = List.of(machine.self);
            notPrimary(install);
        }
    }

    private void notPrimary(final ControlMessage.Install install) {
        machine.trace(TraceEvent.NOT_PRIMARY, install.epoch(), install.view().members().size(), 0);
        machine.ordering.onPrimaryLost();
        machine.barrier.fail(RingResult.NOT_PRIMARY);
        machine.effects.notPrimary(new RingView(install.view().group(), install.epoch(), 0, -1, -1, false,
            install.view().reason(), install.view().members()));
    }

    void install(final ControlMessage.Install install) {
        Check.that(install.epoch() == machine.promisedEpoch, "a ring is installed in the epoch promised", install.epoch(),
            machine.promisedEpoch);
        final Ring former = machine.ring;
        if (former != null) {
            fruitless = former.primary && !former.operational ? fruitless + 1 : 0;
        }
        machine.trace(TraceEvent.INSTALL, install.epoch(), install.primary() ? 1 : 0, install.winnerEnd());
        machine.ring = new Ring(install, machine);
        for (int slot = 0; slot < machine.ring.size(); slot++) {
            machine.trace(TraceEvent.MEMBER, slot, machine.ring.ids[slot].msb(), machine.ring.ids[slot].lsb());
        }
        representative = install.view().members().getFirst().id().equals(machine.self);
        reportedAlone = List.of();
        machine.overrides = new Overrides(machine.overrides.ignoreSplitBrain(), machine.overrides.ignoreQuorum(), false);
        link();
        progressNs = machine.nowNs;
        repeatAtNs = machine.nowNs + 2 * machine.config.joinNs();
        machine.token.onInstalled();
        machine.catchUp.onInstalled();
        machine.wishes.onInstalled();
        machine.welcome.onInstalled(former, machine.ring);
        machine.phase = install.primary() ? Phase.RECOVERY : Phase.NOT_PRIMARY;
        if (install.primary()) {
            recover(install);
            machine.ordering.onInstalled(install.winnerEnd());
        } else {
            machine.ordering.onInstalled(machine.tail.end());
            notPrimary(install);
        }
        progressEnd = machine.tail.end();
        progressTold = machine.catchUp.told();
        sayInstalled();
    }

    /** So that the representative need not repeat itself. */
    private void sayInstalled() {
        final Peer first = machine.ring.peers[0];
        if (first != null) {
            machine.transmitter.sendAck(first);
        }
    }

    /** Peers get their slots in the current ring. */
    void link() {
        final Ring ring = machine.ring;
        for (final Peer peer : machine.peers.all()) {
            final int slot = ring == null ? Peer.NO_SLOT : ring.slotOf(peer.id);
            if (slot != peer.slot || slot != Peer.NO_SLOT && ring.peers[slot] != peer) {
                peer.slot = slot != Peer.NO_SLOT && ring.gone[slot] ? Peer.NO_SLOT : slot;
                peer.sentLogged = 0;
                peer.sentHorizon = 0;
            }
            if (peer.slot != Peer.NO_SLOT) {
                ring.peers[peer.slot] = peer;
            }
        }
    }

    private void recover(final ControlMessage.Install install) {
        machine.trace(TraceEvent.RECOVERY, install.epoch(), machine.tail.end(), install.winnerEnd());
        if (install.winner().equals(machine.self)) {
            Check.that(machine.tail.end() == install.winnerEnd(), "nothing is appended between STATE and INSTALL",
                machine.tail.end(), install.winnerEnd());
            final Configuration view = install.view();
            final Configuration marked = new Configuration(view.epoch(), view.index(), view.group(), view.number(),
                view.foundedEpoch(), view.reason(), view.members(), view.previous(), machine.tail.marks().marks(view.members()));
            machine.ordering.appendConfiguration(EntryKind.VIEW, ConfigurationCodec.encode(marked));
            return;
        }
        adopt(install);
        machine.catchUp.pull();
    }

    /** Keeps of the own log what the winner's log holds too. */
    private void adopt(final ControlMessage.Install install) {
        final Configuration latest = machine.tail.configurations().latest();
        final LogTail tail = machine.tail;
        if (machine.wantedSeqno - 1 > install.winnerSeqno()) {
            machine.effects.historyDiffers("seqno " + (machine.wantedSeqno - 1) + " is applied here, the group's history ends at "
                + install.winnerSeqno());
        }
        if (latest == null) {
            machine.catchUp.startOver("the log holds no view of a group");
            return;
        }
        final long common = tail.table().common(install.table());
        if (!latest.group().equals(install.view().group())) {
            machine.catchUp.startOver("the log is of group " + latest.group() + ", the others are of " + install.view().group());
        } else if (common < tail.log().baseIndex() || common <= 0) {
            machine.catchUp.startOver("no entry is common with the group's log, which ends at " + install.winnerEnd());
        } else if (common < tail.stable() && latest.foundedEpoch() != install.view().foundedEpoch()) {
            machine.catchUp.startOver("the group was founded anew from an older state: entries after " + common + " are not in it");
        } else {
            tail.truncateAfter(common);
        }
    }

    /** A configuration entry was appended. */
    void onConfiguration(final Configuration configuration) {
        if (machine.ring != null && configuration.epoch() == machine.ring.epoch) {
            machine.ring.apply(configuration);
            machine.ordering.onMarks();
            machine.wishes.onConfiguration();
            machine.rotation.onConfiguration();
        }
    }

    void onViewStable() {
        final Ring ring = machine.ring;
        final Configuration latest = machine.tail.configurations().latest();
        Check.that(latest != null && latest.epoch() == ring.epoch && machine.tail.log().baseIndex() < ring.viewIndex,
            "a member is operational with its ring's view in the log", ring.epoch, ring.viewIndex);
        ring.operational = true;
        machine.wasPrimary = true;
        if (machine.phase == Phase.RECOVERY) {
            machine.phase = Phase.OPERATIONAL;
        }
        machine.trace(TraceEvent.OPERATIONAL, ring.epoch, ring.viewIndex, machine.tail.end());
        machine.ordering.onViewStable();
        machine.barrier.onViewStable();
    }

    void onTimer() {
        final Ring ring = machine.ring;
        if (!machine.takesPart()) {
            return;
        }
        if (representative && machine.nowNs >= repeatAtNs) {
            repeatAtNs = machine.nowNs + 2 * machine.config.joinNs();
            repeatInstall(ring);
        }
        if (machine.phase == Phase.RECOVERY && machine.nowNs >= progressByNs()) {
            machine.gatherer.enter(GatherReason.RECOVERY_TIMEOUT);
        }
    }

    private void repeatInstall(final Ring ring) {
        boolean missing = false;
        for (int slot = 0; slot < ring.size(); slot++) {
            final Peer peer = ring.peers[slot];
            if (!ring.heard[slot] && peer != null && !peer.suspected) {
                missing = true;
                machine.transmitter.sendControl(peer, ring.install);
            }
        }
        representative = missing;
    }

    /** Notices progress; called once a batch. */
    void update() {
        if (machine.phase == Phase.RECOVERY && (machine.tail.end() > progressEnd || machine.catchUp.told() > progressTold)) {
            progressEnd = machine.tail.end();
            progressTold = machine.catchUp.told();
            progressNs = machine.nowNs;
        }
    }

    /**
     * Twice as long after each ring that came to nothing: a link full of answers to the questions of those carries none to the present
     * ones in time, and each ring leaves an entry more to bring over.
     */
    private long progressByNs() {
        final Ring ring = machine.ring;
        final long installNs = machine.config.installNs();
        final long longestNs = Math.max(machine.config.suspectNs(), installNs);
        final long patienceNs = ring.weights[ring.self] > 0 ? Math.min(installNs << Math.min(fruitless, DOUBLINGS_MAX), longestNs)
            : machine.config.suspectNs();
        return progressNs + patienceNs;
    }

    void postpone(final long byNs) {
        progressNs += byNs;
    }

    long deadlineNs() {
        if (!machine.takesPart()) {
            return Long.MAX_VALUE;
        }
        final long repeat = representative ? repeatAtNs : Long.MAX_VALUE;
        return machine.phase == Phase.RECOVERY ? Math.min(repeat, progressByNs()) : repeat;
    }
}

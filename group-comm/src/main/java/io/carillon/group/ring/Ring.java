// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;

/** The ring of one epoch, as one member has installed it. */
final class Ring {
    final ControlMessage.Install install;
    final long epoch;
    final boolean primary;
    /** Members by slot, sorted. */
    final MemberId[] ids;
    /** Weights by slot in the latest configuration of the log. */
    final int[] weights;
    /** Left by an ordered record. */
    final boolean[] gone;
    /** Heard in this epoch. */
    final boolean[] heard;
    final Peer[] peers;
    final int self;
    /** The token goes round; else it is parked at the busy writer. */
    final boolean rotates;
    /** By slot: the last index in the log that the member offered, or numbered itself as a configuration. */
    final long[] originated;
    /** Index of the VIEW entry; beyond every index when the ring is not primary. */
    final long viewIndex;
    final StabilityHorizon horizon;
    final OfferedPayloads[] offered;
    final OrderWindow window = new OrderWindow();

    /** The VIEW entry is stable here: offers are taken. */
    boolean operational;
    /** Greatest index known to be numbered in this epoch. */
    long knownEnd;
    /** Greatest stable index that another member reported. */
    long reportedHorizon;

    int tokenSeq = 1;
    int holder;
    boolean holds;
    /** The holder keeps a token that would otherwise go round. */
    boolean parked;

    Ring(final ControlMessage.Install install, final RingMachine machine) {
        final RingConfig config = machine.config;
        this.install = install;
        this.epoch = install.epoch();
        this.primary = install.primary();
        this.rotates = install.primary() && install.rotates();
        final int size = install.view().members().size();
        ids = new MemberId[size];
        weights = new int[size];
        gone = new boolean[size];
        heard = new boolean[size];
        peers = new Peer[size];
        originated = new long[size];
        offered = new OfferedPayloads[size];
        for (int slot = 0; slot < size; slot++) {
            final RingMember member = install.view().members().get(slot);
            ids[slot] = member.id();
            weights[slot] = member.weight();
            offered[slot] = new OfferedPayloads(machine.pool, config.offeredBytesMax() + config.entryLengthMax());
        }
        this.self = slotOf(machine.self);
        this.viewIndex = primary ? install.winnerEnd() + 1 : Long.MAX_VALUE;
        this.horizon = new StabilityHorizon(ids, config.stableAll(), machine.bug);
        this.holder = primary ? slotOf(install.winner()) : -1;
        this.knownEnd = primary ? viewIndex : 0;
    }

    int size() {
        return ids.length;
    }

    /** Slot of a member, or -1. */
    int slotOf(final MemberId id) {
        return slotOf(id.msb(), id.lsb());
    }

    int slotOf(final long msb, final long lsb) {
        for (int slot = 0; slot < ids.length; slot++) {
            if (ids[slot].lsb() == lsb && ids[slot].msb() == msb) {
                return slot;
            }
        }
        return -1;
    }

    boolean isMember(final int slot) {
        return slot >= 0 && !gone[slot];
    }

    /** The members that have not left, sorted. */
    List<MemberId> present() {
        final List<MemberId> present = new ArrayList<>();
        for (int slot = 0; slot < ids.length; slot++) {
            if (!gone[slot]) {
                present.add(ids[slot]);
            }
        }
        return present;
    }

    int membersLeft() {
        int count = 0;
        for (final boolean left : gone) {
            count += left ? 0 : 1;
        }
        return count;
    }

    /** Bytes of payloads that wait for their order. */
    long heldBytes() {
        long bytes = 0;
        for (final OfferedPayloads payloads : offered) {
            bytes += payloads.bytes();
        }
        return bytes;
    }

    /** Follows a configuration entry of this epoch. */
    void apply(final Configuration configuration) {
        horizon.add(configuration);
        for (int slot = 0; slot < ids.length; slot++) {
            final RingMember member = configuration.member(ids[slot]);
            gone[slot] = member == null;
            weights[slot] = member == null ? 0 : member.weight();
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;

/**
 * What a simulation of more than the ring brings along: a disk and the layer above the member for each node, and an
 * observer of the order. One object serves one run.
 */
public interface SimulatedHosts {
    /** Why a node stays away while a core must go on without it. */
    enum Absence {
        /** Its process is dead. */
        DEAD,
        PAUSED,
        /** No connection of the core to it is of use. */
        CUT_OFF
    }

    /**
     * Makes the host of a node, once.
     *
     * @param durability of the run's logs, as {@code carillon.log.durability} says it.
     * @param random chances of this node, for nothing else.
     */
    NodeHost host(int node, String durability, Xoshiro256 random);

    /** How far before its view a joiner's log must reach, seqnos: {@link io.carillon.group.ring.RingConfig#certificationWindow}. */
    int certificationWindow();

    /** The next entry of the one history of stable entries; its checks throw. */
    void stable(long index, long seqno, MemberId origin, EntryKind kind, byte[] payload);

    /** From now on a core is alone; by node why it stays away, null for those of the core. */
    void alone(Absence[] absences);

    /** Everybody may come back; {@code wentOn}: the core did without the others. */
    void together(boolean wentOn);

    /** The run is over, and everything is healed and at rest. */
    void finished();
}

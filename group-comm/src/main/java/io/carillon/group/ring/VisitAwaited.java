// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;

/** Something waits here for a token that goes round: its holder is asked for it if it keeps it, and it may be lost. */
final class VisitAwaited {
    private final RingMachine machine;
    private final Rotation rotation;
    private long wakeAtNs = Long.MAX_VALUE;
    /** MAX_VALUE when nothing waits. */
    private long lostAtNs = Long.MAX_VALUE;

    VisitAwaited(final RingMachine machine, final Rotation rotation) {
        this.machine = machine;
        this.rotation = rotation;
    }

    /** The token is here, or the ring is another one. */
    void end() {
        wakeAtNs = Long.MAX_VALUE;
        lostAtNs = Long.MAX_VALUE;
    }

    /** Something waits, or does not any more. */
    void update() {
        if (!rotation.waits()) {
            end();
        } else if (lostAtNs == Long.MAX_VALUE) {
            wakeAtNs = machine.nowNs + 5 * machine.config.joinNs();
            lostAtNs = machine.nowNs + machine.config.suspectNs();
        }
    }

    /** Something new waits. */
    void begin() {
        final boolean first = lostAtNs == Long.MAX_VALUE;
        update();
        if (first) {
            wakeHolder();
        }
    }

    /** The holder says that it keeps the token. */
    void onParked() {
        if (lostAtNs != Long.MAX_VALUE) {
            wakeHolder();
        }
    }

    private void wakeHolder() {
        final Ring ring = machine.ring;
        if (ring.parked && rotation.waits() && ring.peers[ring.holder] != null) {
            machine.transmitter.begin(PacketType.WAKE);
            machine.transmitter.send(ring.peers[ring.holder], RingPacket.BODY_OFFSET, TrafficClass.CONTROL);
        }
    }

    /** Asks all, since where the token is may have changed; at last takes it for lost. */
    void onTimer() {
        if (!rotation.waits()) {
            end();
        } else if (machine.nowNs >= lostAtNs) {
            lostAtNs = Long.MAX_VALUE;
            machine.gatherer.enter(GatherReason.TOKEN_LOST);
        } else if (machine.nowNs >= wakeAtNs) {
            wakeAtNs = machine.nowNs + 5 * machine.config.joinNs();
            machine.trace(TraceEvent.WAKE_REPEATED, machine.ring.epoch, machine.ring.tokenSeq, machine.ring.holder);
            machine.transmitter.begin(PacketType.WAKE);
            machine.transmitter.sendToMembers(RingPacket.BODY_OFFSET, TrafficClass.CONTROL);
        }
    }

    long deadlineNs() {
        return Math.min(wakeAtNs, lostAtNs);
    }

    void postpone(final long byNs) {
        if (lostAtNs != Long.MAX_VALUE) {
            lostAtNs += byNs;
        }
    }
}

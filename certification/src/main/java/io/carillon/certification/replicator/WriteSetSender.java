// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.EntryKind;
import io.carillon.group.ring.RingResult;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WriteSetLayout;
import io.carillon.wsrep.WsrepStatus;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** The application's write sets on their way into the order, until their verdict, or until it is known that there will be none. */
final class WriteSetSender {
    private final Node node;
    private final FlowControl flow;
    private final QueueFigures sendQueue = new QueueFigures();
    private final ReplicationLatency latency = new ReplicationLatency();
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(4096);
    private long fateDeadlineNs = Long.MAX_VALUE;

    WriteSetSender(final Node node, final FlowControl flow) {
        this.node = node;
        this.flow = flow;
    }

    void certify(final long call, final DirectBuffer writeSet, final int offset, final int length) {
        if (call != Offers.NOBODY && isIsolated(writeSet, offset, length)) {
            node.openCalls.addPatient(call);
        } else if (call != Offers.NOBODY) {
            node.openCalls.add(call);
        }
        final long sections = sectionsLength(writeSet, offset, length);
        if (sections > node.config.writeSetMax()) {
            refuse(call, sections);
            return;
        }
        scratch.putBytes(0, writeSet, offset, length);
        Origin.put(scratch, length, node.session.session().getMostSignificantBits(),
            node.session.session().getLeastSignificantBits(), call);
        offer(new Offers.Tag.WriteSet(call), EntryKind.WRITE_SET, length + Origin.LENGTH);
    }

    private static boolean isIsolated(final DirectBuffer writeSet, final int offset, final int length) {
        return length >= WriteSetLayout.HEADER_LENGTH
            && (writeSet.getInt(offset + WriteSetLayout.FLAGS_OFFSET, ByteOrder.LITTLE_ENDIAN) & WriteSetFlags.ISOLATION) != 0;
    }

    /** Length of what the header speaks of, here or in fragments. */
    private static long sectionsLength(final DirectBuffer writeSet, final int offset, final int length) {
        return length < WriteSetLayout.HEADER_LENGTH ? length
            : (long) WriteSetLayout.KEY_LENGTH * writeSet.getInt(offset + WriteSetLayout.KEY_COUNT_OFFSET, ByteOrder.LITTLE_ENDIAN)
            + writeSet.getInt(offset + WriteSetLayout.NAMES_LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN)
            + writeSet.getLong(offset + WriteSetLayout.DATA_LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN)
            + writeSet.getInt(offset + WriteSetLayout.ANNOTATION_LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    private void refuse(final long call, final long length) {
        withdraw(call);
        if (node.openCalls.take(call)) {
            node.application.onRejected(call, RejectReason.TOO_LARGE, "a write set of " + length + " bytes exceeds repl.max_ws_size = "
                + node.config.writeSetMax());
        }
    }

    void fragment(final long call, final int number, final DirectBuffer bytes, final int offset, final int length) {
        scratch.putLong(WriteSetLayout.FRAGMENT_CALL_OFFSET, call, ByteOrder.LITTLE_ENDIAN);
        scratch.putInt(WriteSetLayout.FRAGMENT_NUMBER_OFFSET, number, ByteOrder.LITTLE_ENDIAN);
        scratch.putInt(WriteSetLayout.FRAGMENT_NUMBER_OFFSET + Integer.BYTES, 0, ByteOrder.LITTLE_ENDIAN);
        scratch.putBytes(WriteSetLayout.FRAGMENT_HEADER_LENGTH, bytes, offset, length);
        offer(new Offers.Tag.Fragment(call, number), EntryKind.FRAGMENT, WriteSetLayout.FRAGMENT_HEADER_LENGTH + length);
    }

    private void offer(final Offers.Tag tag, final EntryKind kind, final int length) {
        if (node.phase != Node.Phase.FEEDING) {
            rejected(tag, RingResult.CLOSED);
        } else if (!node.primary) {
            rejected(tag, RingResult.NOT_PRIMARY);
        } else {
            sendQueue.sample(node.offers.waitingCount());
            final long now = node.now();
            final long originSeq = node.offers.offer(tag, kind, scratch, 0, length, flow.isHolding(now));
            if (originSeq >= 0 && kind == EntryKind.WRITE_SET) {
                latency.offered(originSeq, now);
            }
        }
    }

    /** Forgets the fragments of {@code call}, here and in the group. */
    void withdraw(final long call) {
        node.offers.withdraw(call);
        if (node.isActive()) {
            node.send(new Control.Withdraw(call), Offers.NOBODY);
        }
    }

    /** Takes the write set of {@code call} back if it was not sent. */
    void revoke(final long call) {
        final int length = node.offers.revoke(call);
        if (length >= 0 && node.openCalls.take(call)) {
            if (length == WriteSetLayout.HEADER_LENGTH + Origin.LENGTH) {
                withdraw(call); // its sections are fragments
            }
            node.application.onRejected(call, RejectReason.REVOKED, "taken back while it waited for flow control");
        }
    }

    /** Sends the write sets that wait, as far as the ring takes it. */
    void retry() {
        if (!flow.isHolding(node.now())) {
            node.offers.retryWriteSets();
        }
    }

    /** The own write set {@code originSeq} is stable. */
    void writeSetStable(final long originSeq) {
        node.offers.ordered(originSeq);
        if (latency.awaits(originSeq)) {
            latency.stable(node.now());
        }
    }

    /** The own fragment {@code originSeq} is stable. */
    void fragmentStable(final long originSeq) {
        if (node.offers.ordered(originSeq) instanceof Offers.Tag.Fragment f && node.application != null) {
            node.application.onFragmentOrdered(f.call(), f.number());
        }
    }

    /** A write set or a fragment of one will not be ordered. */
    void rejected(final Offers.Tag tag, final long reason) {
        if (tag instanceof Offers.Tag.WriteSet w) {
            rejectCall(w.call(), reason);
        } else if (tag instanceof Offers.Tag.Fragment f) {
            if (reason == RingResult.BACK_PRESSURED) {
                withdraw(f.call()); // what there is of it would be sent for nothing
            }
            node.openCalls.add(f.call());
            rejectCall(f.call(), reason);
        }
    }

    private void rejectCall(final long call, final long reason) {
        if (!node.openCalls.take(call) || node.application == null) {
            return;
        }
        if (reason == RingResult.TOO_LARGE) {
            node.application.onRejected(call, RejectReason.TOO_LARGE, "larger than one entry of the ring may be");
        } else if (reason == RingResult.CLOSED) {
            node.application.onRejected(call, RejectReason.CLOSED, "the node is not in a group");
        } else if (reason == RingResult.BACK_PRESSURED) {
            node.application.onRejected(call, RejectReason.NOT_KEPT, "the group takes no more now, and there is no room to keep it");
        } else {
            node.application.onRejected(call, RejectReason.NOT_PRIMARY, "the node is not in a primary view");
        }
    }

    /** The fate of what was sent will be known by the order. */
    void primaryView() {
        fateDeadlineNs = Long.MAX_VALUE;
    }

    /** The primary view is lost: what was not sent is rejected, what was sent waits, for a bounded time if so configured. */
    void primaryLost() {
        node.offers.rejectWaiting(RingResult.NOT_PRIMARY);
        latency.forget();
        final long fateNs = node.config.fateNs();
        fateDeadlineNs = fateNs == 0 ? Long.MAX_VALUE : node.now() + fateNs;
    }

    /** The group goes on without what was sent: nothing of it will be delivered, and nobody can say what was. */
    void historyDiffers() {
        node.offers.rejectWaiting(RingResult.NOT_PRIMARY);
        node.offers.forgetUnderWay(call -> node.answer(call, WsrepStatus.TRX_FAIL, "the group goes on with another history"));
        latency.forget();
        if (node.application != null) {
            node.syncPoints.fail();
            node.openCalls.rejectAll(RejectReason.FATE_UNKNOWN, "the group goes on with another history", node.application);
        }
    }

    /** The node left: whatever was not delivered by now stays open. */
    void left() {
        fateDeadlineNs = Long.MAX_VALUE;
        if (node.application != null) {
            node.openCalls.rejectAll(RejectReason.FATE_UNKNOWN, "the node left the group after the write set was sent", node.application);
        }
    }

    void tick(final long nowNs) {
        if (fateDeadlineNs == Long.MAX_VALUE || nowNs - fateDeadlineNs < 0) {
            return;
        }
        fateDeadlineNs = Long.MAX_VALUE;
        if (node.application != null) {
            node.openCalls.rejectImpatient(RejectReason.FATE_UNKNOWN, "the primary view was lost after the write set was sent",
                node.application);
        }
    }

    QueueFigures sendQueue() {
        return sendQueue;
    }

    ReplicationLatency latency() {
        return latency;
    }
}

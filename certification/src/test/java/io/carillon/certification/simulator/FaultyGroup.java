// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.EntryKind;
import io.carillon.group.Group;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.RingView;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A group in which one thing is wrong, see {@link NodeBug}. */
final class FaultyGroup implements Group {
    /** Second byte of such a message of the replicator, before the one that says whether it begins or ends. */
    private static final byte DESYNC = 4;

    private final Group group;
    private final NodeBug bug;
    private final long position;
    private long offers;

    /** {@code position} is that of the server when its process begins. */
    FaultyGroup(final Group group, final NodeBug bug, final long position) {
        this.group = group;
        this.bug = bug;
        this.position = position;
    }

    @Override
    public RingLog log() {
        return switch (bug) {
            case KEY_SKIPPED -> new FaultyLog(group.log(), -1, true);
            case INDEX_NOT_REBUILT -> new FaultyLog(group.log(), position, false);
            default -> group.log();
        };
    }

    @Override
    public long offer(final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        if (bug == NodeBug.RESYNC_IS_DESYNC && kind == EntryKind.CONTROL && buffer.getByte(offset + 1) == DESYNC) {
            final UnsafeBuffer wrong = new UnsafeBuffer(new byte[length]);
            wrong.putBytes(0, buffer, offset, length);
            wrong.putByte(2, (byte) 1);
            return group.offer(kind, wrong, 0, length);
        }
        final long answer = group.offer(kind, buffer, offset, length);
        return bug == NodeBug.REFUSED_AND_SENT && kind == EntryKind.WRITE_SET && ++offers % 50 == 0 ? RingResult.NOT_PRIMARY : answer;
    }

    @Override
    public long barrier() {
        return group.barrier();
    }

    @Override
    public void join(final String clusterName, final List<String> addresses, final boolean found, final long wantedSeqno,
        final byte[] info) {
        group.join(clusterName, addresses, found, wantedSeqno, info);
    }

    @Override
    public void foundAs(final UUID history) {
        group.foundAs(history);
    }

    @Override
    public void promote() {
        group.promote();
    }

    @Override
    public void weight(final int weight) {
        group.weight(weight);
    }

    @Override
    public void info(final byte[] info) {
        group.info(info);
    }

    @Override
    public void leave() {
        group.leave();
    }

    @Override
    public MemberId self() {
        return group.self();
    }

    @Override
    public RingView view() {
        return group.view();
    }

    @Override
    public List<String> describe() {
        return group.describe();
    }
}

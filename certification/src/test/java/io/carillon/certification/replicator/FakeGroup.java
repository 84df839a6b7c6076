// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.EntryKind;
import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.MemoryLog;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.RingView;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;

/** One member of a {@link FakeCluster}. */
final class FakeGroup implements Group {
    private final FakeCluster cluster;
    final String name;
    final MemberId id;
    final MemoryLog log = new MemoryLog();
    private final LogEntry entry = new LogEntry();
    GroupListener listener;
    RingView current;
    byte[] info = new byte[0];
    int weight = 1;
    /** The next offers that are refused for now. */
    int refuse;
    /** Nothing reaches it. */
    boolean deaf;
    private UUID history;
    private long originSeq;
    private long barriers;
    private long told;

    FakeGroup(final FakeCluster cluster, final String name, final MemberId id) {
        this.cluster = cluster;
        this.name = name;
        this.id = id;
    }

    /** Continues with the log of {@code before}, whose process is gone. */
    void takeOver(final FakeGroup before) {
        log.reset(before.log.baseIndex(), before.log.baseSeqno(), before.log.epochAt(before.log.baseIndex()));
        while (log.endIndex() < before.log.endIndex() && before.log.read(log.endIndex() + 1, entry)) {
            log.append(entry.index, entry.seqno, entry.epoch, entry.originMsb, entry.originLsb, entry.originSeq, entry.kind,
                entry.payload, 0, entry.payload.capacity());
        }
    }

    /** Hears that it is alone. */
    void cutOff() {
        current = new RingView(cluster.uuid, cluster.epoch, 0, -1, -1, false, "cut off", List.of(new RingMember(id, name, 1, info)));
        listener.onNotPrimary(current);
    }

    /** Copies what it lacks and tells its listener. False when there was nothing. */
    boolean catchUp() {
        if (!cluster.members.contains(this) || listener == null || deaf) {
            return false;
        }
        while (log.endIndex() < cluster.order.endIndex()) {
            cluster.order.read(log.endIndex() + 1, entry);
            log.append(entry.index, entry.seqno, entry.epoch, entry.originMsb, entry.originLsb, entry.originSeq,
                entry.kind, entry.payload, 0,
                entry.payload.capacity());
            if (entry.kind.isConfiguration()) {
                current = cluster.views.get((int) entry.payload.getLong(0));
            }
        }
        if (told == log.endIndex()) {
            return false;
        }
        told = log.endIndex();
        listener.onStable(told);
        return true;
    }

    @Override
    public void join(final String clusterName, final List<String> addresses, final boolean found, final long wantedSeqno,
        final byte[] newInfo) {
        info = newInfo;
        told = 0;
        cluster.changes.add(() -> {
            if (log.endIndex() > 0 && log.endEpoch() > cluster.order.epochAt(log.endIndex())) {
                log.reset(0, 0, 0);
                listener.onHistoryDiffers("the log is of another group");
            }
            if (found && cluster.order.endIndex() == 0 && history != null) {
                cluster.uuid = history;
                cluster.order.reset(0, log.endSeqno(), 0);
            }
            final boolean empty = log.endIndex() == 0 || log.endIndex() < cluster.order.baseIndex();
            if (empty && wantedSeqno < 0) {
                base(Math.max(0, cluster.order.endSeqno() - 2 * ToyCluster.WINDOW));
            } else if (empty) {
                base(Math.max(0, wantedSeqno - 1));
            }
            weight = found ? 1 : 0;
            final List<FakeGroup> all = new ArrayList<>(cluster.members);
            all.add(this);
            cluster.install(all, true);
        });
    }

    @Override
    public void foundAs(final UUID continued) {
        history = continued;
    }

    private void base(final long seqno) {
        if (cluster.order.endIndex() == 0) {
            return;
        }
        long index = seqno == 0 ? cluster.order.baseIndex() : cluster.order.indexOfSeqno(seqno);
        index = index < 0 ? cluster.order.baseIndex() : index;
        cluster.order.read(index + 1, entry);
        log.reset(index, entry.kind.counts() ? entry.seqno - 1 : entry.seqno, cluster.order.epochAt(index));
    }

    @Override
    public long offer(final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        if (current == null || !current.primary()) {
            return RingResult.NOT_PRIMARY;
        }
        if (refuse > 0) {
            refuse--;
            return RingResult.BACK_PRESSURED;
        }
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        cluster.offers.add(new FakeCluster.Offer(this, ++originSeq, kind, copy));
        return originSeq;
    }

    @Override
    public long barrier() {
        final long barrier = ++barriers;
        cluster.changes.add(() ->
            listener.onBarrier(barrier, cluster.members.contains(this) ? cluster.order.endIndex() : RingResult.NOT_PRIMARY));
        return barrier;
    }

    @Override
    public void promote() {
        cluster.changes.add(() -> {
            weight = 1;
            cluster.appendView(EntryKind.CONFIG);
        });
    }

    @Override
    public void weight(final int newWeight) {
        weight = newWeight;
    }

    @Override
    public void info(final byte[] newInfo) {
        info = newInfo;
    }

    @Override
    public void leave() {
        cluster.changes.add(() -> {
            if (cluster.members.contains(this)) {
                final List<FakeGroup> rest = new ArrayList<>(cluster.members);
                rest.remove(this);
                cluster.install(rest, false);
                cluster.members.add(this);
                catchUp();
                cluster.members.remove(this);
            }
            current = null;
            listener.onLeft();
        });
    }

    @Override
    public MemberId self() {
        return id;
    }

    @Override
    public RingLog log() {
        return log;
    }

    @Override
    public RingView view() {
        return current;
    }

    @Override
    public List<String> describe() {
        return List.of();
    }
}

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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Several members on one total order, step by step and without threads: what the ring promises, and nothing of how. */
class FakeCluster {
    private record Offer(FakeGroup from, long originSeq, EntryKind kind, byte[] payload) {
    }

    final List<FakeGroup> groups = new ArrayList<>();
    private final MemoryLog order = new MemoryLog();
    private final List<RingView> views = new ArrayList<>();
    private final ArrayDeque<Offer> offers = new ArrayDeque<>();
    private final ArrayDeque<Runnable> changes = new ArrayDeque<>();
    private final LogEntry entry = new LogEntry();
    private UUID uuid = new UUID(0x1111, 0x2222);
    private List<FakeGroup> members = new ArrayList<>();
    private long epoch;
    private long numbers;
    /** Payload of entries that are appended but not made stable. */
    boolean held;

    FakeGroup newGroup(final String name) {
        final FakeGroup group = new FakeGroup(name, new MemberId(7, groups.size() + 1));
        groups.add(group);
        return group;
    }

    RingView read(final LogEntry from) {
        return views.get((int) from.payload.getLong(0));
    }

    /** Runs until nothing moves. */
    void settle() {
        boolean moved = true;
        for (int round = 0; moved; round++) {
            if (round > 100_000) {
                throw new IllegalStateException("the cluster does not come to rest");
            }
            moved = false;
            while (!changes.isEmpty()) {
                changes.poll().run();
                moved = true;
            }
            if (!held && !offers.isEmpty()) {
                final Offer offer = offers.poll();
                if (members.contains(offer.from)) {
                    append(offer.from.id, offer.originSeq, offer.kind, new UnsafeBuffer(offer.payload));
                }
                moved = true;
            }
            for (final FakeGroup group : groups) {
                moved |= group.catchUp() || group.refuse > 0;
                if (group.listener != null) {
                    group.listener.onBatchEnd();
                }
            }
            moved |= !offers.isEmpty() && !held || !changes.isEmpty();
        }
    }

    private void append(final MemberId id, final long originSeq, final EntryKind kind, final DirectBuffer payload) {
        order.append(order.endIndex() + 1, order.endSeqno() + (kind.counts() ? 1 : 0), epoch, id.msb(), id.lsb(), originSeq,
            kind, payload, 0, payload.capacity());
    }

    /** A new primary view of {@code newMembers}. */
    void install(final List<FakeGroup> newMembers, final boolean newEpoch) {
        members = new ArrayList<>(newMembers);
        members.sort(Comparator.comparing(g -> g.id));
        epoch += newEpoch ? 1 : 0;
        numbers++;
        appendView(EntryKind.VIEW);
    }

    private void appendView(final EntryKind kind) {
        final List<RingMember> list = new ArrayList<>();
        for (final FakeGroup group : members) {
            list.add(new RingMember(group.id, group.name, group.weight, group.info));
        }
        views.add(new RingView(uuid, epoch, order.endIndex() + 1, order.endSeqno() + (kind.counts() ? 1 : 0), numbers, true, "test", list));
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[Long.BYTES]);
        payload.putLong(0, views.size() - 1);
        append(MemberId.NONE, 0, kind, payload);
    }

    /** Index of the last VIEW or CONFIG. */
    long configurationIndex() {
        return views.getLast().index();
    }

    /** Cuts {@code group} off; the others go on. What it offered and was not ordered waits. */
    void isolate(final FakeGroup group) {
        changes.add(() -> {
            final List<FakeGroup> rest = new ArrayList<>(members);
            rest.remove(group);
            group.cutOff();
            install(rest, true);
        });
    }

    /** Nobody reaches anybody: all lose the primary view at once. What was offered and was not ordered waits. */
    void outage() {
        changes.add(() -> {
            for (final FakeGroup group : members) {
                group.cutOff();
            }
            members = new ArrayList<>();
        });
    }

    /** {@code group} alone hears at once that it is not primary. */
    void cutOff(final FakeGroup group) {
        members.remove(group);
        group.cutOff();
    }

    /** All that were members before the {@link #outage} find each other again. */
    void recover(final FakeGroup... all) {
        changes.add(() -> install(List.of(all), true));
    }

    /** The group is gone, and its history; whoever founds now founds another one. Only when nobody is a member. */
    void forget() {
        order.reset(0, 0, 0);
        uuid = new UUID(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits() + 1);
        numbers = 0;
    }

    /** Brings {@code group} back; what it had offered in vain is offered again. */
    void heal(final FakeGroup group) {
        changes.add(() -> {
            final List<FakeGroup> all = new ArrayList<>(members);
            all.add(group);
            install(all, true);
        });
    }

    /** Drops {@code group} without a word. */
    void crash(final FakeGroup group) {
        changes.add(() -> {
            group.listener = null;
            final List<FakeGroup> rest = new ArrayList<>(members);
            rest.remove(group);
            install(rest, true);
        });
    }

    /** Offers that were not ordered, of {@code group}, are lost; it is told so. */
    void rejectOffers(final FakeGroup group) {
        for (final Offer offer : List.copyOf(offers)) {
            if (offer.from == group) {
                offers.remove(offer);
                group.listener.onRejected(offer.originSeq, RingResult.NOT_PRIMARY);
            }
        }
    }

    /** Only the last {@code entries} entries can be had from others. */
    void purge(final long entries) {
        order.purge(order.endIndex() - entries);
    }

    final class FakeGroup implements Group {
        final String name;
        final MemberId id;
        final MemoryLog log = new MemoryLog();
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

        FakeGroup(final String name, final MemberId id) {
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

        private void cutOff() {
            current = new RingView(uuid, epoch, 0, -1, -1, false, "cut off", List.of(new RingMember(id, name, 1, info)));
            listener.onNotPrimary(current);
        }

        /** Copies what it lacks and tells its listener. False when there was nothing. */
        boolean catchUp() {
            if (!members.contains(this) || listener == null || deaf) {
                return false;
            }
            while (log.endIndex() < order.endIndex()) {
                order.read(log.endIndex() + 1, entry);
                log.append(entry.index, entry.seqno, entry.epoch, entry.originMsb, entry.originLsb, entry.originSeq,
                    entry.kind, entry.payload, 0,
                    entry.payload.capacity());
                if (entry.kind.isConfiguration()) {
                    current = views.get((int) entry.payload.getLong(0));
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
            changes.add(() -> {
                if (log.endIndex() > 0 && log.endEpoch() > order.epochAt(log.endIndex())) {
                    log.reset(0, 0, 0);
                    listener.onHistoryDiffers("the log is of another group");
                }
                if (found && order.endIndex() == 0 && history != null) {
                    uuid = history;
                    order.reset(0, log.endSeqno(), 0);
                }
                final boolean empty = log.endIndex() == 0 || log.endIndex() < order.baseIndex();
                if (empty && wantedSeqno < 0) {
                    base(Math.max(0, order.endSeqno() - 2 * ToyCluster.WINDOW));
                } else if (empty) {
                    base(Math.max(0, wantedSeqno - 1));
                }
                weight = found ? 1 : 0;
                final List<FakeGroup> all = new ArrayList<>(members);
                all.add(this);
                install(all, true);
            });
        }

        @Override
        public void foundAs(final UUID continued) {
            history = continued;
        }

        private void base(final long seqno) {
            if (order.endIndex() == 0) {
                return;
            }
            long index = seqno == 0 ? order.baseIndex() : order.indexOfSeqno(seqno);
            index = index < 0 ? order.baseIndex() : index;
            order.read(index + 1, entry);
            log.reset(index, entry.kind.counts() ? entry.seqno - 1 : entry.seqno, order.epochAt(index));
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
            offers.add(new Offer(this, ++originSeq, kind, copy));
            return originSeq;
        }

        @Override
        public long barrier() {
            final long barrier = ++barriers;
            changes.add(() -> listener.onBarrier(barrier, members.contains(this) ? order.endIndex() : RingResult.NOT_PRIMARY));
            return barrier;
        }

        @Override
        public void promote() {
            changes.add(() -> {
                weight = 1;
                appendView(EntryKind.CONFIG);
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
            changes.add(() -> {
                if (members.contains(this)) {
                    final List<FakeGroup> rest = new ArrayList<>(members);
                    rest.remove(this);
                    install(rest, false);
                    members.add(this);
                    catchUp();
                    members.remove(this);
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
}

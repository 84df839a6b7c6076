// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.MemoryLog;
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
    record Offer(FakeGroup from, long originSeq, EntryKind kind, byte[] payload) {
    }

    final List<FakeGroup> groups = new ArrayList<>();
    final MemoryLog order = new MemoryLog();
    final List<RingView> views = new ArrayList<>();
    final ArrayDeque<Offer> offers = new ArrayDeque<>();
    final ArrayDeque<Runnable> changes = new ArrayDeque<>();
    UUID uuid = new UUID(0x1111, 0x2222);
    List<FakeGroup> members = new ArrayList<>();
    long epoch;
    private long numbers;
    /** Payload of entries that are appended but not made stable. */
    boolean held;

    FakeGroup newGroup(final String name) {
        final FakeGroup group = new FakeGroup(this, name, new MemberId(7, groups.size() + 1));
        groups.add(group);
        return group;
    }

    /** The member {@code before} in another process, with what its disk holds; that one is gone. */
    FakeGroup restarted(final FakeGroup before) {
        final FakeGroup group = new FakeGroup(this, before.name, before.id);
        group.takeOver(before);
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

    void appendView(final EntryKind kind) {
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
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** For whom an installed ring gathers: a change of ring that would change nothing, or not for long, is not made. */
final class Welcome {
    private static final long MERGE_DELAY_MAX_NS = 5_000_000_000L;
    /** Who is lost within that after it was let in waits longer and longer: its link, or itself, comes and goes. */
    private static final long LASTING_NS = 5_000_000_000L;
    private static final long FLAP_DELAY_MAX_NS = 30_000_000_000L;

    private final RingMachine machine;
    /** Since when they are in the ring, by member. */
    private final TreeMap<MemberId, Long> sinceNs = new TreeMap<>();
    private final TreeMap<MemberId, Loss> losses = new TreeMap<>();
    private long mergeAtNs = Long.MIN_VALUE;
    private long mergeDelayNs;

    /** A member that the ring lost: when, and how long it stays outside. */
    private record Loss(long atNs, long delayNs) {
    }

    Welcome(final RingMachine machine) {
        this.machine = machine;
        relax();
    }

    /** The next newcomer is welcome at once. */
    void relax() {
        mergeDelayNs = 5 * machine.config.joinNs();
    }

    /** A ring, primary or not, took the place of {@code former}, which may be null. */
    void onInstalled(final Ring former, final Ring ring) {
        if (former == null || former.size() < ring.size()) {
            relax();
        }
        losses.values().removeIf(loss -> machine.nowNs - loss.atNs > loss.delayNs + FLAP_DELAY_MAX_NS);
        for (int slot = 0; slot < ring.size(); slot++) {
            sinceNs.putIfAbsent(ring.ids[slot], machine.nowNs);
        }
        final Iterator<MemberId> members = sinceNs.keySet().iterator();
        while (members.hasNext()) {
            final MemberId id = members.next();
            if (ring.slotOf(id) < 0) {
                final boolean left = former != null && former.slotOf(id) >= 0 && !former.isMember(former.slotOf(id));
                if (!left) {
                    lost(id, machine.nowNs - sinceNs.get(id));
                }
                members.remove();
            }
        }
    }

    private void lost(final MemberId id, final long stayedNs) {
        final Loss before = losses.get(id);
        final long shortest = 5 * machine.config.joinNs();
        final long delayNs = stayedNs >= LASTING_NS ? 0
            : before == null ? shortest : Math.min(Math.max(2 * before.delayNs, shortest), FLAP_DELAY_MAX_NS);
        losses.put(id, new Loss(machine.nowNs, delayNs));
    }

    /** A JOIN from outside the ring: whether to gather for its sender now. */
    boolean calls(final Peer peer, final ControlMessage.Join join) {
        // Who does not hear this member is no reason to gather: that would end alone at once, and tell the next one to.
        if (!join.reach().contains(machine.self)) {
            return false;
        }
        final boolean primary = machine.ring != null && machine.ring.primary;
        // Who is not primary has nothing to lose, and must be there when the others look.
        final boolean free = join.gathering() && !primary;
        if (!free && machine.nowNs < mergeAtNs || !(primary ? isWelcome(peer, join) : isWorthwhile(peer, join))) {
            return false;
        }
        mergeAtNs = machine.nowNs + mergeDelayNs;
        mergeDelayNs = Math.min(2 * mergeDelayNs, MERGE_DELAY_MAX_NS);
        return true;
    }

    /** A primary ring gathers only for a newcomer that hears every member and is heard by all: else nothing would change. */
    private boolean isWelcome(final Peer peer, final ControlMessage.Join join) {
        final Ring ring = machine.ring;
        if (join.primary() && !join.group().equals(machine.group()) || comesAndGoes(peer.id)) {
            return false;
        }
        for (int slot = 0; slot < ring.size(); slot++) {
            if (ring.isMember(slot) && slot != ring.self && !hearEachOther(join, ring.ids[slot])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Without a majority: whether there is a better ring to make than the present one, for this member, with the sender in it. A primary
     * one is not asked: it gathers for whom it can take in.
     */
    private boolean isWorthwhile(final Peer peer, final ControlMessage.Join join) {
        if (!join.overrides().equals(Overrides.NONE) || !machine.word().equals(Overrides.NONE)) {
            return true;
        }
        if (join.primary() && !join.gathering()) {
            return false;
        }
        final TreeMap<MemberId, ControlMessage.Join> joins = new TreeMap<>();
        joins.put(machine.self, machine.gatherer.join());
        final TreeSet<MemberId> present = new TreeSet<>(Set.of(machine.self));
        for (final Peer other : machine.peers.all()) {
            if (other.join == null || other.suspected) {
                continue;
            }
            if (isInRing(other.id)) {
                present.add(other.id);
                joins.put(other.id, other.join);
            } else if (hearEachOther(other.join, machine.self) && (other.join.gathering() || !other.join.primary())) {
                joins.put(other.id, other.join);
            }
        }
        joins.replaceAll((id, said) -> said.withReach(reachOf(id, joins)));
        final List<MemberId> best = bestToBeHad(joins);
        return best.contains(peer.id) && best.contains(machine.self) && !best.equals(List.copyOf(present));
    }

    /**
     * The best ring of those who would come. Who is in a better one stays there: where no ring can be primary, all rings have one
     * order, and each is left for a better one only, so that there is a last one.
     */
    private List<MemberId> bestToBeHad(final TreeMap<MemberId, ControlMessage.Join> joins) {
        for (;;) {
            final List<MemberId> best = RingChoice.best(joins);
            final List<MemberId> settled = RingChoice.canBePrimary(joins, best) ? List.of()
                : best.stream().filter(id -> isSettled(id, joins.get(id), best)).toList();
            if (settled.isEmpty()) {
                return best;
            }
            settled.forEach(joins::remove);
        }
    }

    /** Tells whether a member of another ring would lose by {@code best}. */
    private boolean isSettled(final MemberId id, final ControlMessage.Join join, final List<MemberId> best) {
        return !join.gathering() && !id.equals(machine.self) && !isInRing(id) && !join.choice().contains(machine.self)
            && RingChoice.WITHOUT_VOTES.compare(join.choice(), best) > 0;
    }

    private boolean isInRing(final MemberId id) {
        return machine.takesPart() && machine.ring.isMember(machine.ring.slotOf(id));
    }

    /** Within the ring all hear each other; who is outside says whom it hears, and who hears it. */
    private List<MemberId> reachOf(final MemberId id, final Map<MemberId, ControlMessage.Join> joins) {
        final List<MemberId> reach = new ArrayList<>();
        final boolean inside = id.equals(machine.self) || isInRing(id);
        for (final Map.Entry<MemberId, ControlMessage.Join> other : joins.entrySet()) {
            final boolean otherInside = other.getKey().equals(machine.self) || isInRing(other.getKey());
            if (inside && otherInside || !otherInside && hearEachOther(other.getValue(), id)
                || !inside && hearEachOther(joins.get(id), other.getKey())) {
                reach.add(other.getKey());
            }
        }
        return reach;
    }

    private static boolean hearEachOther(final ControlMessage.Join join, final MemberId id) {
        return join.reach().contains(id) && join.heardBy().contains(id);
    }

    private boolean comesAndGoes(final MemberId id) {
        final Loss loss = losses.get(id);
        return loss != null && machine.nowNs - loss.atNs < loss.delayNs;
    }
}

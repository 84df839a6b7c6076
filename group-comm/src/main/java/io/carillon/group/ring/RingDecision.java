// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;

/** What the representative decides once every STATE is in: a pure function of them (docs/ring.md, section 4). */
final class RingDecision {
    static final UUID NO_GROUP = new UUID(0, 0);

    private final List<ControlMessage.State> states;
    private final List<Testimony> testimonies;
    private final PlantedBug bug;
    private final TreeSet<MemberId> present = new TreeSet<>();
    private Overrides overrides = Overrides.NONE;

    private RingDecision(final List<ControlMessage.State> states, final PlantedBug bug) {
        this.states = states;
        this.bug = bug;
        this.testimonies = states.stream().map(Testimony::of).toList();
        for (final ControlMessage.State state : states) {
            overrides = overrides.or(state.overrides());
        }
    }

    /** @param states sorted by member id. */
    static ControlMessage.Install decide(final long epoch, final List<ControlMessage.State> states, final String reason) {
        return decide(epoch, states, reason, PlantedBug.NONE);
    }

    static ControlMessage.Install decide(final long epoch, final List<ControlMessage.State> states, final String reason,
        final PlantedBug bug) {
        final RingDecision decision = new RingDecision(states, bug);
        ControlMessage.Install primary = null;
        int primaries = 0;
        for (final UUID group : decision.groups()) {
            final ControlMessage.Install install = decision.decideIn(group, epoch, reason);
            if (install != null) {
                primary = install;
                primaries++;
            }
        }
        if (primaries == 0 && decision.overrides.bootstrap() && decision.groups().isEmpty()) {
            return decision.founded(epoch);
        }
        // Two histories that could each go on must never be mixed: an operator has to choose.
        return primaries == 1 ? primary : decision.notPrimary(epoch, primaries > 1 ? "two groups of different history meet" : reason);
    }

    private boolean isMissed(final Electorate electorate) {
        return bug == PlantedBug.EVERYBODY_NEEDED && !electorate.votes().stream().allMatch(vote -> present.contains(vote.id()));
    }

    /** The token goes round only where everybody would have it so: the parked one is what all can agree upon. */
    private boolean rotates() {
        return states.stream().allMatch(ControlMessage.State::rotates);
    }

    private List<UUID> groups() {
        final List<UUID> groups = new ArrayList<>();
        for (final ControlMessage.State state : states) {
            if (state.latest() != null && !groups.contains(state.latest().group())) {
                groups.add(state.latest().group());
            }
        }
        return groups;
    }

    private static boolean isOf(final ControlMessage.State state, final UUID group) {
        return state.latest() != null && state.latest().group().equals(group);
    }

    private ControlMessage.Install decideIn(final UUID group, final long epoch, final String reason) {
        final List<Electorate> known = Testimony.known(testimonies, group);
        // Whose log holds no configuration of the group proves nothing of what its id once acknowledged.
        present.clear();
        states.stream().filter(state -> isOf(state, group)).forEach(state -> present.add(state.member().id()));
        final boolean majority = bug == PlantedBug.MINORITY_PRIMARY
            || known.stream().allMatch(electorate -> electorate.hasMajority(present) && !isMissed(electorate));
        final boolean everybody = !majority && known.stream().allMatch(this::everybodyIsBack);
        final boolean forced = !majority && isForced(known);
        if (known.isEmpty() || !majority && !everybody && !forced) {
            return null;
        }
        final ControlMessage.State winner = winner(group, known);
        if (winner == null) {
            return null;
        }
        final Configuration base = winner.latest();
        final List<RingMember> members = new ArrayList<>(states.size());
        int total = 0;
        for (final ControlMessage.State state : states) {
            final boolean only = forced && state == winner && base.weightOf(state.member().id()) == 0;
            final int weight = only ? Math.max(state.member().weight(), 1)
                : isOf(state, group) ? base.weightOf(state.member().id()) : 0;
            total += weight;
            members.add(state.member().withWeight(weight));
        }
        if (total == 0) {
            return null;
        }
        // Who lost its memory cannot hold the new entry for the old electorates: this is a new start by everybody's word.
        final List<Electorate> previous = majority ? known : List.of();
        final Configuration view = new Configuration(epoch, winner.logEnd() + 1, group, base.number() + 1,
            majority ? base.foundedEpoch() : epoch,
            majority ? reason : forced ? "primary by an operator's word"
                : "all voters are back, some without their log: commits may be lost", members, previous, List.of());
        return new ControlMessage.Install(epoch, true, winner.member().id(), winner.logEnd(), winner.endSeqno(), table(winner, group),
            view, rotates());
    }

    /** The winner's history as far back as anybody present holds it: who only lacks its end need not start over. */
    private EpochTable table(final ControlMessage.State winner, final UUID group) {
        EpochTable table = winner.table();
        for (final ControlMessage.State state : states) {
            if (isOf(state, group)) {
                table = table.extendedBy(state.table());
            }
        }
        return table;
    }

    /** Rule 2: the present voter that was in sync last, with the longest log. */
    private ControlMessage.State winner(final UUID group, final List<Electorate> known) {
        ControlMessage.State winner = null;
        for (final ControlMessage.State state : states) {
            final boolean counts = isOf(state, group) && (Testimony.votes(state.member().id(), known) || isForced(known));
            if (counts && (winner == null || isAhead(state, winner))) {
                winner = state;
            }
        }
        return winner;
    }

    private static boolean isAhead(final ControlMessage.State state, final ControlMessage.State other) {
        return state.lastEpoch() != other.lastEpoch() ? state.lastEpoch() > other.lastEpoch() : state.logEnd() > other.logEnd();
    }

    /** Rule 6: every voter is here, as itself or as an amnesiac recognised by its name, and one at least kept its log. */
    private boolean everybodyIsBack(final Electorate electorate) {
        final TreeSet<String> names = new TreeSet<>();
        boolean kept = false;
        for (final Electorate.Vote vote : electorate.votes()) {
            if (!names.add(vote.name())) {
                return false;
            }
            final boolean itself = present.contains(vote.id());
            kept |= itself;
            if (!itself && !isBackWithoutMemory(vote, electorate)) {
                return false;
            }
        }
        return kept;
    }

    private boolean isBackWithoutMemory(final Electorate.Vote vote, final Electorate electorate) {
        int found = 0;
        for (final ControlMessage.State state : states) {
            final RingMember member = state.member();
            if (member.name().equals(vote.name()) && (electorate.weightOf(member.id()) == 0 || !present.contains(member.id()))) {
                found++;
            }
        }
        return found == 1;
    }

    private boolean isForced(final List<Electorate> known) {
        return overrides.ignoreQuorum() || overrides.bootstrap()
            || overrides.ignoreSplitBrain() && known.stream().allMatch(electorate -> electorate.hasHalf(present));
    }

    /** An operator bootstraps members of which none has a history: a new group. */
    private ControlMessage.Install founded(final long epoch) {
        ControlMessage.State winner = null;
        for (final ControlMessage.State state : states) {
            winner = winner == null && state.overrides().bootstrap() ? state : winner;
        }
        final List<RingMember> members = new ArrayList<>(states.size());
        for (final ControlMessage.State state : states) {
            members.add(state.member().withWeight(state == winner ? Math.max(state.member().weight(), 1) : 0));
        }
        final MemberId id = winner.member().id();
        final Configuration view = new Configuration(epoch, winner.logEnd() + 1, Founding.groupOf(id, epoch), 1, epoch,
            "primary by an operator's word", members, List.of(), List.of());
        return new ControlMessage.Install(epoch, true, id, winner.logEnd(), winner.endSeqno(), winner.table(), view,
            rotates());
    }

    private ControlMessage.Install notPrimary(final long epoch, final String reason) {
        Configuration newest = null;
        for (final ControlMessage.State state : states) {
            final Configuration latest = state.latest();
            if (latest != null && (newest == null || latest.electorate().isNewerThan(newest.electorate()))) {
                newest = latest;
            }
        }
        final List<RingMember> members = new ArrayList<>(states.size());
        for (final ControlMessage.State state : states) {
            members.add(state.member().withWeight(newest == null ? 0 : newest.weightOf(state.member().id())));
        }
        final Configuration view = new Configuration(epoch, 0, newest == null ? NO_GROUP : newest.group(), 0, 0, reason, members,
            List.of(), List.of());
        return new ControlMessage.Install(epoch, false, MemberId.NONE, 0, -1, new EpochTable(List.of()), view, false);
    }
}

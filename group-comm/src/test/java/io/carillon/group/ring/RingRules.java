// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The ring's own code as the explorer's rules: {@link RingDecision}, {@link EpochTable} and {@link StabilityHorizon}. */
class RingRules implements ExploredRules {
    private static final UUID GROUP = new UUID(7, 7);
    private static final MemberId[] IDS = {new MemberId(0, 1), new MemberId(0, 2), new MemberId(0, 3)};
    private static final int CONFIGURATION_BITS = 6;
    private static final List<List<RingMember>> MEMBERS = members();

    private final PlantedBug bug;

    RingRules(final PlantedBug bug) {
        this.bug = bug;
    }

    /** Of a node's second incarnation. */
    private static MemberId anew(final int node) {
        return new MemberId(1, node + 1);
    }

    private static RingMember member(final int node, final int weight) {
        return new RingMember(IDS[node], "node " + node, weight, new byte[0]);
    }

    /** Who has no weight in it is a joiner, or has left. */
    private static Configuration configuration(final long epoch, final int index, final int weights, final boolean joiners,
        final List<Electorate> previous) {
        return new Configuration(epoch, index, GROUP, 1, 1, "", MEMBERS.get(weights * 2 + (joiners ? 1 : 0)), previous, List.of());
    }

    /** By weights, without and with those who have none. */
    private static List<List<RingMember>> members() {
        final List<List<RingMember>> all = new ArrayList<>();
        for (int weights = 0; weights < 1 << CONFIGURATION_BITS; weights++) {
            for (int joiners = 0; joiners < 2; joiners++) {
                final List<RingMember> members = new ArrayList<>();
                for (int node = 0; node < IDS.length; node++) {
                    final int weight = ExploredLog.weight(weights, node);
                    if (weight > 0 || joiners == 1) {
                        members.add(member(node, weight));
                    }
                }
                all.add(List.copyOf(members));
            }
        }
        return all;
    }

    /** Of an entry of the log that is one. */
    private static Configuration configurationAt(final long log, final int index, final int[] epochs) {
        final int entry = ExploredLog.at(log, index);
        return configuration(epochs[ExploredLog.ring(entry)], index, ExploredLog.configuration(entry), true, List.of());
    }

    private static EpochTable table(final long log, final int[] epochs) {
        final List<EpochTable.Run> runs = new ArrayList<>();
        for (int index = 1; index <= ExploredLog.length(log); index++) {
            final long epoch = epochs[ExploredLog.ring(ExploredLog.at(log, index))];
            if (runs.isEmpty() || runs.getLast().epoch() != epoch) {
                runs.add(new EpochTable.Run(epoch, index, index));
            } else {
                runs.set(runs.size() - 1, new EpochTable.Run(epoch, runs.getLast().first(), index));
            }
        }
        return new EpochTable(runs);
    }

    private static ControlMessage.State state(final int node, final boolean forgot, final long log, final int stable, final int[] epochs) {
        final List<Configuration> configurations = new ArrayList<>();
        for (int index = stable == 0 ? 1 : ExploredLog.configurationIndex(log, stable); index <= ExploredLog.length(log); index++) {
            if (ExploredLog.isConfiguration(ExploredLog.at(log, index))) {
                configurations.add(configurationAt(log, index, epochs));
            }
        }
        final int end = ExploredLog.length(log);
        final RingMember member = forgot ? new RingMember(anew(node), "node " + node, 1, new byte[0]) : member(node, 1);
        return new ControlMessage.State(100, member, end, end, stable, table(log, epochs), stable > 0, configurations, Overrides.NONE);
    }

    @Override
    public Decision decide(final int members, final long[] logs, final int[] stable, final int[] epochs) {
        final List<ControlMessage.State> states = new ArrayList<>();
        for (int node = 0; node < IDS.length; node++) {
            if ((members >> node & 1) != 0) {
                states.add(state(node, (members >> IDS.length + node & 1) != 0, logs[node], stable[node], epochs));
            }
        }
        final ControlMessage.Install install = RingDecision.decide(100, states, "");
        if (!install.primary()) {
            return Decision.NONE;
        }
        long previous = 0;
        for (final Electorate electorate : install.view().previous()) {
            previous = previous << CONFIGURATION_BITS | weights(electorate);
        }
        return new Decision(nodeOf(install.winner()), weights(install.view().electorate()), previous);
    }

    private static int nodeOf(final MemberId id) {
        return (int) id.lsb() - 1;
    }

    private static int weights(final Electorate electorate) {
        int weights = 0;
        for (int node = 0; node < IDS.length; node++) {
            weights |= electorate.weightOf(IDS[node]) << 2 * node;
        }
        return weights;
    }

    @Override
    public int common(final long own, final long winner, final int[] epochs) {
        return (int) table(own, epochs).common(table(winner, epochs));
    }

    @Override
    public int stable(final long log, final int ring, final int known, final int[] acked, final long previous, final int[] epochs) {
        if (Math.max(acked[0], Math.max(acked[1], acked[2])) <= known) {
            return known;
        }
        final StabilityHorizon horizon = new StabilityHorizon(IDS, false, bug);
        List<Electorate> joint = electorates(previous);
        for (int index = ExploredLog.viewOf(log, ring); index <= ExploredLog.length(log); index++) {
            final int entry = ExploredLog.at(log, index);
            if (ExploredLog.isConfiguration(entry)) {
                final boolean view = ExploredLog.kind(entry) == ExploredLog.VIEW;
                final Configuration step = configuration(epochs[ring], index, ExploredLog.configuration(entry), view, joint);
                horizon.add(step);
                joint = List.of(step.electorate());
            }
        }
        for (int node = 0; node < IDS.length; node++) {
            horizon.acknowledge(node, acked[node]);
        }
        horizon.settle(known);
        return (int) Math.max(known, Math.min(horizon.stable(), ExploredLog.length(log)));
    }

    private static List<Electorate> electorates(final long previous) {
        final List<Electorate> electorates = new ArrayList<>();
        for (long rest = previous; rest != 0; rest >>>= CONFIGURATION_BITS) {
            electorates.add(configuration(0, 0, (int) rest & (1 << CONFIGURATION_BITS) - 1, true, List.of()).electorate());
        }
        return electorates;
    }
}

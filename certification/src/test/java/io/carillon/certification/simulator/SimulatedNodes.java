// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.CertifierConfig;
import io.carillon.certification.log.Durability;
import io.carillon.certification.replicator.DonorChoice;
import io.carillon.certification.replicator.MemberState;
import io.carillon.certification.replicator.ReplicatorConfig;
import io.carillon.group.EntryKind;
import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.group.MemberId;
import io.carillon.group.simulator.NodeHost;
import io.carillon.group.simulator.SimulatedHosts;
import io.carillon.group.simulator.Xoshiro256;
import io.carillon.wsrep.NodeState;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Whole nodes on the simulated ring, from one seed: docs/simulator.md, "Whole nodes". */
final class SimulatedNodes implements SimulatedHosts {
    private static final long SECOND = 1_000_000_000L;
    private static final int WINDOW_MIN = 64;
    /** A process that finds nobody waits; it has no other life. */
    private static final long FOR_EVER_NS = 1_000_000 * SECOND;
    private static final DonorChoice DONORS = (members, joiner, donors) -> {
        for (final MemberState member : members) {
            if (member.state() == NodeState.SYNCED && !member.id().equals(joiner)) {
                return member;
            }
        }
        return null;
    };

    /** The node where what one does wrong is done wrong. */
    private static final int ODD_ONE = 1;

    private final long seed;
    private final NodeBug bug;
    private final Set<NodeTrouble> without;
    private final NodeMarks marks = new NodeMarks();
    private final Map<Integer, ServerHost> hosts = new HashMap<>();
    private final ReplicatorConfig config;
    private final ReferenceOrder order;
    private final Snapshots snapshots;
    private final CoreAlone core = new CoreAlone(hosts, marks);
    private final int hotRows;
    private final double diskFaults;
    private long sessions;

    SimulatedNodes(final long seed) {
        this(seed, NodeBug.NONE, Set.of());
    }

    /** {@code without} some kinds of trouble; whatever chances they have are drawn all the same. */
    SimulatedNodes(final long seed, final NodeBug bug, final Set<NodeTrouble> without) {
        this.bug = bug;
        this.without = without;
        this.seed = seed;
        final Xoshiro256 random = Xoshiro256.stream(seed, "whole nodes");
        final int window = WINDOW_MIN << random.below(3);
        final CertifierConfig certifier = new CertifierConfig(window, random.chance(0.2) ? 200 : 1 << 20, 200, Integer.MAX_VALUE);
        final long fateNs = Xoshiro256.stream(seed, "fates").chance(0.5) ? 0 : 10 * SECOND;
        config = new ReplicatorConfig(certifier, 0, Integer.MAX_VALUE, FOR_EVER_NS, fateNs, 0,
            ReplicatorConfig.FlowLimits.of(random.chance(0.5) ? 16 : 200));
        order = new ReferenceOrder(certifier, marks);
        snapshots = new Snapshots(hosts::get, core, marks, Xoshiro256.stream(seed, "snapshots"), bug);
        hotRows = 1 + random.below(ReferenceOrder.ROWS);
        final double drawn = random.chance(0.5) ? random.nextDouble() * 0.6 : 0;
        diskFaults = has(NodeTrouble.DISK_FAULTS) ? drawn : 0;
        if (!has(NodeTrouble.SNAPSHOT_FAILURES)) {
            snapshots.heal();
        }
    }

    NodeMarks marks() {
        return marks;
    }

    ReferenceOrder order() {
        return order;
    }

    Snapshots snapshots() {
        return snapshots;
    }

    /** Tells whether a kind of trouble may happen. */
    boolean has(final NodeTrouble trouble) {
        return !without.contains(trouble);
    }

    NodeBug bug() {
        return bug;
    }

    ReplicatorConfig config(final int node) {
        if (bug != NodeBug.FLOOR_MOVED_ALONE || node != ODD_ONE) {
            return config;
        }
        final CertifierConfig c = config.certifier();
        final CertifierConfig shorter = new CertifierConfig(Math.max(WINDOW_MIN, c.window() / 2), c.keysMax(), c.keysPerWriteSetMax(),
            c.parallelKeysMin());
        return new ReplicatorConfig(shorter, config.segment(), config.writeSetMax(), config.waitPrimaryNs(), config.fateNs(),
            config.votePolicy(), config.flow());
    }

    DonorChoice donors() {
        return DONORS;
    }

    int hotRows() {
        return hotRows;
    }

    /** Servers that have data, beside that of {@code node}: without any, nobody could be a donor ever again. */
    long othersWithData(final int node) {
        return hosts.entrySet().stream().filter(other -> other.getKey() != node && other.getValue().table().history() != null).count();
    }

    /** Servers that could be donors, beside that of {@code node}. */
    long othersInSync(final int node) {
        return hosts.entrySet().stream().filter(other -> other.getKey() != node && other.getValue().isInSync()).count();
    }

    LoneDeaths loneDeaths(final int node) {
        return new LoneDeaths(seed, node, has(NodeTrouble.LONE_DEATHS));
    }

    Operations operations(final int node) {
        return new Operations(seed, node, has(NodeTrouble.OPERATIONS));
    }

    double diskFaults() {
        return diskFaults;
    }

    UUID newSession() {
        return new UUID(++sessions, 0x8000_0000_0000_0000L);
    }

    /** The group as the replicator of a node sees it. */
    Group seenBy(final int node, final Group group, final long position) {
        return switch (bug) {
            case REFUSED_AND_SENT, INDEX_NOT_REBUILT, RESYNC_IS_DESYNC -> new FaultyGroup(group, bug, position);
            case KEY_SKIPPED -> node == ODD_ONE ? new FaultyGroup(group, bug, position) : group;
            default -> group;
        };
    }

    /** What the replicator of a node hears of it. */
    GroupListener hears(final GroupListener listener, final Group group) {
        return switch (bug) {
            case APPLIED_BEFORE_STABLE, READ_NOT_ORDERED -> new FaultyListener(listener, group, bug);
            default -> listener;
        };
    }

    @Override
    public NodeHost host(final int node, final String durability, final Xoshiro256 random) {
        final ServerHost host = new ServerHost(this, node, Durability.parse(durability), random);
        hosts.put(node, host);
        return host;
    }

    @Override
    public int certificationWindow() {
        return config.logReach();
    }

    @Override
    public void stable(final long index, final long seqno, final MemberId origin, final EntryKind kind, final byte[] payload) {
        order.stable(seqno, origin, kind, payload);
    }

    @Override
    public void alone(final Absence[] absences) {
        core.begin(absences);
    }

    @Override
    public void together(final boolean wentOn) {
        core.end(wentOn);
    }

    /** All servers have committed everything: their tables were compared when they did. */
    @Override
    public void finished() {
        for (final ServerHost host : hosts.values()) {
            if (host.unsettled() != null) {
                throw new IllegalStateException("a node is not at rest at the end: " + host.unsettled());
            }
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.log.Durability;
import io.carillon.certification.log.WriteSetLog;
import io.carillon.certification.replicator.Replicator;
import io.carillon.group.DurableRingLog;
import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.RingState;
import io.carillon.group.simulator.NodeHost;
import io.carillon.group.simulator.NodeProcess;
import io.carillon.group.simulator.UpperLayer;
import io.carillon.group.simulator.Xoshiro256;

/**
 * A node as it is: the production log, node state, verdicts and replicator, over a simulated disk and below a simulated
 * server. The process of the simulation is the sidecar; the server dies with it, or alone, or not at all.
 */
final class ServerHost implements NodeHost, UpperLayer {
    private static final int UNFLUSHED_MAX = 20;
    /** With what is not flushed, less than the smallest window: {@link SimulatedNodes#SimulatedNodes(long)}. */
    private static final int FEED_MAX = 40;

    private final SimulatedNodes nodes;
    private final int number;
    private final Durability durability;
    private final Xoshiro256 random;
    private final NodeFiles files;
    private final ServerTable table;
    private final long applyMean;
    private final int feedMax;
    private final LoneDeaths loneDeaths;
    private final Operations operations;
    private NodeProcess process;
    private Replicator replicator;
    private SimulatedServer server;
    private int servers;
    private boolean healed;

    ServerHost(final SimulatedNodes nodes, final int number, final Durability durability, final Xoshiro256 random) {
        this.nodes = nodes;
        this.number = number;
        this.durability = durability;
        this.random = random;
        files = new NodeFiles(nodes, number, durability, random);
        table = new ServerTable(nodes.order());
        final long drawn = random.chance(0.5) ? 0 : random.spread(10_000, 20_000_000);
        applyMean = nodes.has(NodeTrouble.SLOW_APPLIERS) ? drawn : 0;
        feedMax = 1 + random.below(random.chance(0.5) ? FEED_MAX : 5);
        loneDeaths = nodes.loneDeaths(number);
        operations = nodes.operations(number);
    }

    /** The run that it is of. */
    SimulatedNodes nodes() {
        return nodes;
    }

    /** Notes what the server does, for the report of a failure. */
    void tell(final String what, final long a) {
        process.tell(what, a, table.seqno());
    }

    ServerTable table() {
        return table;
    }

    /** How many servers this node has had: the number of the one that runs. */
    int servers() {
        return servers;
    }

    Xoshiro256 random() {
        return random;
    }

    long applyMean() {
        return applyMean;
    }

    int feedMax() {
        return feedMax;
    }

    Operations operations() {
        return operations;
    }

    /** Tells whether nothing is to fail any more. */
    boolean isHealed() {
        return healed;
    }

    // ---- the sidecar's processes

    @Override
    public DurableRingLog begin(final NodeProcess newProcess) {
        process = newProcess;
        return files.open(newProcess);
    }

    @Override
    public RingState state() {
        return files.state();
    }

    @Override
    public void persist(final RingState newState, final Runnable done) {
        files.persist(newState, done);
    }

    @Override
    public void died(final boolean power) {
        files.died(power);
        replicator = null;
        if (server != null && !power && outlives()) {
            nodes.marks().hit(NodeMark.SIDECAR_DIED_ALONE);
        } else {
            serverDies(table.history() != null && random.chance(0.5) ? random.below(UNFLUSHED_MAX) : 0);
        }
    }

    /** It has lost its sidecar already, when that one's successor died before it could serve. */
    private boolean outlives() {
        return server.replicator() == null || loneDeaths.serverLives() && server.losesSidecar();
    }

    /** It comes back without the last {@code unflushed} of its commits. */
    private void serverDies(final int unflushed) {
        if (nodes.has(NodeTrouble.UNFLUSHED_COMMITS) && table.goBack(unflushed)) {
            nodes.marks().hit(NodeMark.SERVER_WENT_BACK);
        }
        if (server != null) {
            server.end();
            server = null;
        }
    }

    @Override
    public void end() {
        if (server != null) {
            server.drain();
            server.end();
            server = null;
        }
        replicator = null;
        files.close();
    }

    @Override
    public void wipe(final boolean serverToo) {
        files.wipe();
        if (serverToo && nodes.othersWithData(number) > 1) {
            serverDies(0);
            table.spoil();
        }
    }

    @Override
    public boolean hasDataOf(final long seqno) {
        return table.history() != null && table.seqno() >= seqno;
    }

    @Override
    public void loseData() {
        if (process == null || !process.isRunning()) {
            serverDies(0);
            table.spoil();
            return;
        }
        process.later(0, () -> {
            if (server != null) {
                replicator.detach();
            }
            serverDies(0);
            table.spoil();
            process.later(loneDeaths.downNs(), this::serverComesBack);
        });
    }

    @Override
    public void heal() {
        healed = true;
        files.heal();
        nodes.snapshots().heal();
    }

    @Override
    public UpperLayer layer() {
        return this;
    }

    // ---- the layer above the member

    @Override
    public GroupListener start(final Group group, final NodeProcess sameProcess, final boolean founds) {
        final NodeProcess of = process;
        final WriteSetLog opened = files.log();
        replicator = new Replicator(nodes.config(number), Configuration::viewOf, nodes.donors(), index -> {
            opened.purge(index);
            of.purged();
            if (opened.baseIndex() > 0) {
                nodes.marks().hit(NodeMark.LOG_PURGED);
            }
        }, of::local);
        if (nodes.bug() != NodeBug.VERDICTS_NOT_KEPT) {
            replicator.verdictFile(files.verdicts());
        }
        replicator.group(nodes.seenBy(number, group, table.seqno()));
        if (server != null) {
            server.reconnect(replicator, server.hello("n" + number));
        } else {
            startServer(founds);
        }
        if (loneDeaths.happen() && !healed) {
            process.later(loneDeaths.nextNs(), this::serverDiesAlone);
        }
        return nodes.hears(replicator.groupListener(), group);
    }

    private void startServer(final boolean founds) {
        table.recovered();
        servers++;
        server = new SimulatedServer(process, replicator, this, nodes.newSession());
        replicator.attach(server.hello("n" + number), server);
        replicator.connect(server.clients().newCall(), "group", founds ? "gcomm://" : "gcomm://somebody", "", founds);
    }

    private void serverDiesAlone() {
        if (healed) {
            return;
        }
        if (server != null && nodes.order().seqno() > 0 && isExpendable()) {
            nodes.marks().hit(NodeMark.SERVER_DIED_ALONE);
            process.tell("server-dies", table.seqno(), 0);
            replicator.detach();
            serverDies(loneDeaths.unflushed());
            process.later(loneDeaths.downNs(), this::serverComesBack);
        }
        process.later(loneDeaths.nextNs(), this::serverDiesAlone);
    }

    /** What is in no log any more some server must have. */
    private boolean isExpendable() {
        return durability != Durability.MEMORY || table.history() == null || nodes.othersInSync(number) > 0;
    }

    /** Tells whether there is a server that has everything it was told of. */
    boolean isInSync() {
        return server != null && server.isInSync();
    }

    private void serverComesBack() {
        if (server == null) {
            nodes.marks().hit(NodeMark.SERVER_CAME_BACK);
            process.tell("server-starts", table.seqno(), 0);
            startServer(false);
        }
    }

    @Override
    public long nextDeadlineNs() {
        return replicator == null ? Long.MAX_VALUE : replicator.nextDeadlineNs();
    }

    @Override
    public void onTimer(final long nowNs) {
        replicator.onTimer(nowNs);
    }

    @Override
    public boolean write(final Xoshiro256 unused) {
        return server != null && server.clients().write();
    }

    @Override
    public void writeLarge(final Xoshiro256 unused) {
        if (server != null && nodes.has(NodeTrouble.LARGE_WRITE_SETS)) {
            server.clients().writeLarge();
        }
    }

    @Override
    public void read() {
        if (server != null && nodes.has(NodeTrouble.READS)) {
            server.reads().read();
        }
    }

    @Override
    public boolean canLeave() {
        return server != null;
    }

    @Override
    public void leave() {
        replicator.disconnect(server.clients().newCall());
    }

    @Override
    public int openWrites() {
        return server == null ? 0 : server.clients().open();
    }

    @Override
    public String unsettled() {
        return server == null ? "has no server" : server.unsettled();
    }

    /** A snapshot arrives, for which the server number {@code asker} of this node asked. False when nobody is there. */
    boolean take(final int asker, final ServerTable.Snapshot copy) {
        final SimulatedServer to = server;
        if (to == null || !to.isAwaiting()) {
            return false;
        }
        to.later(0, () -> to.receive(asker, copy));
        return true;
    }
}

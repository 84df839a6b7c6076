// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.log.Durability;
import io.carillon.certification.log.LogConfig;
import io.carillon.certification.log.NodeDirectory;
import io.carillon.certification.log.NodeStateFile;
import io.carillon.certification.log.VerdictFile;
import io.carillon.certification.log.WriteSetLog;
import io.carillon.group.DurableRingLog;
import io.carillon.group.ring.RingState;
import io.carillon.group.simulator.NodeProcess;
import io.carillon.group.simulator.Xoshiro256;
import java.nio.file.Path;
import java.util.UUID;

/** What a node's sidecar keeps on its disk, over all its processes: the production log, node state and verdicts. */
final class NodeFiles {
    private static final Path HOME = Path.of("/node");

    private final SimulatedNodes nodes;
    private final int number;
    private final Durability durability;
    private final Xoshiro256 random;
    private final SimulatedDisk disk;
    private final LogConfig logConfig;
    private WriteSetLog log;
    private NodeStateFile state;
    private VerdictFile verdicts;
    private long boots = 1;
    private boolean isHealed;

    NodeFiles(final SimulatedNodes nodes, final int number, final Durability durability, final Xoshiro256 random) {
        this.nodes = nodes;
        this.number = number;
        this.durability = durability;
        this.random = random;
        disk = new SimulatedDisk(random, nodes.bug());
        logConfig = new LogConfig(durability, (int) random.spread(4_000, 400_000), 0, random.spread(1, 200_000));
    }

    /** {@code process} opens them; its log as the ring sees it. */
    DurableRingLog open(final NodeProcess process) {
        disk.begin(() -> process.device(disk::step));
        final NodeDirectory directory = NodeDirectory.in(disk, HOME);
        log = WriteSetLog.open(directory, logConfig, task -> process.later(0, task));
        if (nodes.bug() == NodeBug.TAIL_LOST) {
            log.truncateAfter(Math.max(log.baseIndex(), log.endIndex() - 1));
        }
        if (log.recovery().contains("torn")) {
            nodes.marks().hit(NodeMark.TORN_END);
        }
        state = NodeStateFile.open(directory, durability, log, new UUID(number, boots), task -> process.later(0, task));
        verdicts = VerdictFile.open(directory, durability, task -> process.later(0, task));
        process.tell("log " + log.recovery() + "; " + state.description(), log.baseIndex(), log.endIndex());
        planFaults();
        return nodes.bug() == NodeBug.LOGGED_BEFORE_DURABLE ? new EagerLog(log) : log;
    }

    /** Not from memory: who died would have forgotten what a majority may need. */
    private void planFaults() {
        if (isHealed || durability == Durability.MEMORY || nodes.order().seqno() == 0) {
            return;
        }
        if (random.chance(nodes.diskFaults())) {
            disk.diesAfter((int) random.spread(1, 3_000));
        }
        if (random.chance(nodes.diskFaults() / 2)) {
            disk.room(random.spread(1_000, 1_000_000));
        }
    }

    WriteSetLog log() {
        return log;
    }

    VerdictFile verdicts() {
        return verdicts;
    }

    RingState state() {
        return state.load();
    }

    /** Makes {@code newState} durable; {@code done} runs in the process afterwards. */
    void persist(final RingState newState, final Runnable done) {
        state.persist(newState, done);
    }

    /** The process is dead; {@code power}: so is its machine. */
    void died(final boolean power) {
        if (disk.hasKilled()) {
            nodes.marks().hit(NodeMark.DIED_ON_DISK);
        }
        if (disk.isFull()) {
            nodes.marks().hit(NodeMark.DISK_FULL);
        }
        disk.processEnds();
        if (power) {
            nodes.marks().hit(NodeMark.POWER_LOST);
            disk.losePower();
            boots += nodes.bug() == NodeBug.BOOT_NOT_NOTICED ? 0 : 1;
        }
    }

    /** The process ends in order. */
    void close() {
        log.close();
        state.close();
        verdicts.close();
        disk.processEnds();
    }

    void wipe() {
        disk.wipe();
    }

    /** No more faults. */
    void heal() {
        isHealed = true;
        disk.heal();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.log.Durability;
import io.carillon.certification.log.LogConfig;
import io.carillon.certification.log.NodeDirectory;
import io.carillon.certification.log.NodeStateFile;
import io.carillon.certification.log.WriteSetLog;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingState;
import io.carillon.group.simulator.ProcessDied;
import io.carillon.group.simulator.Xoshiro256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/** Lives of a node's log and state on a {@link SimulatedDisk}: random work, an end at any point of it, and what is found next time. */
final class CrashingLog {
    static final Path HOME = Path.of("/node");

    private static final MemberId SELF = new MemberId(1, 2);

    /** An entry is what its log up to it is. */
    private record Version(long epoch, long content, long before) {
    }

    private final Durability durability;
    private final Xoshiro256 random;
    private final SimulatedDisk disk;
    private final LogConfig config;
    private final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[40_000]);
    private final LogEntry entry = new LogEntry();
    /** What the owner sees, by index; each index as first appended in its epoch. */
    private final Map<Long, Version> held = new HashMap<>();
    private final Set<Version> everAppended = new HashSet<>();
    private WriteSetLog log;
    private NodeStateFile state;
    private long base;
    private long acknowledged;
    private long promises;
    private long promised;
    /** What the state calls stable is never cut. */
    private long stable;
    private long epoch = 1;
    private long boot = 1;
    private long contents;
    /** A cut or a new beginning is not durable before something that follows it is. */
    private boolean unsettled;
    private long crashes;
    private long recovered;
    private long beyond;

    CrashingLog(final Durability durability, final Xoshiro256 random) {
        this.durability = durability;
        this.random = random;
        disk = new SimulatedDisk(random);
        config = new LogConfig(durability, (int) random.spread(2_000, 200_000), 0, random.spread(1, 100_000));
    }

    SimulatedDisk disk() {
        return disk;
    }

    long crashes() {
        return crashes;
    }

    long recovered() {
        return recovered;
    }

    long beyondAcknowledged() {
        return beyond;
    }

    void run(final int lives) {
        open();
        persist();
        for (int life = 0; life < lives; life++) {
            final boolean orderly = random.chance(0.15);
            if (!orderly && random.chance(0.6)) {
                disk.diesAfter((int) random.spread(1, 60));
            }
            if (random.chance(0.15)) {
                disk.room(random.below(60_000));
            }
            boolean closed = false;
            try {
                for (int steps = random.below(60); steps > 0; steps--) {
                    work();
                }
                if (orderly) {
                    log.close();
                    state.close();
                    closed = true;
                }
            } catch (final ProcessDied | UncheckedIOException died) {
                closed = false;
            }
            owner.clear();
            end(closed);
        }
    }

    private void end(final boolean closed) {
        final boolean power = !closed && random.chance(0.4);
        crashes += closed ? 0 : 1;
        disk.processEnds();
        if (power) {
            disk.losePower();
            boot++;
        }
        final boolean remembers = closed || durability == Durability.DISK || durability == Durability.OS && !power;
        open();
        if (remembers) {
            assertNotNull(state.load(), () -> "the node remembers who it is, but " + state.description());
            assertTrue(state.load().promisedEpoch() >= promised, "the promise is kept");
        } else {
            assertEquals(null, state.load(), state::description);
        }
        look(remembers);
        persist();
    }

    /** What is found is a log as it once was; with {@code remembers}, at least what was acknowledged. */
    private void look(final boolean remembers) {
        final boolean sameBase = log.baseIndex() >= base || held.isEmpty();
        if (remembers && !unsettled && sameBase) {
            assertTrue(log.endIndex() >= acknowledged, () -> "acknowledged up to " + acknowledged + ", but " + log.recovery());
        }
        beyond += Math.max(0, log.endIndex() - acknowledged);
        final Map<Long, Version> found = new HashMap<>();
        for (long index = log.baseIndex() + 1; index <= log.endIndex(); index++) {
            assertTrue(log.read(index, entry), "an entry is read");
            final Version version = new Version(entry.epoch, entry.payload.getLong(0), entry.payload.getLong(8));
            assertTrue(everAppended.contains(version), "what is found was once appended");
            if (index > log.baseIndex() + 1) {
                assertEquals(found.get(index - 1).content, version.before, "an entry follows the one that it was appended to");
            }
            if (remembers && !unsettled && index <= acknowledged && held.containsKey(index)) {
                assertEquals(held.get(index), version, "what was acknowledged");
            }
            found.put(index, version);
            recovered++;
        }
        held.clear();
        held.putAll(found);
        base = log.baseIndex();
        epoch = Math.max(log.endEpoch(), 1);
        acknowledged = log.loggedIndex();
        unsettled = false;
    }

    private void open() {
        final NodeDirectory directory = NodeDirectory.in(disk, HOME);
        log = WriteSetLog.open(directory, config, owner::add);
        log.onLogged(this::logged);
        state = NodeStateFile.open(directory, durability, log, new UUID(0, boot), owner::add);
    }

    private void persist() {
        final long promise = ++promises;
        stable = Math.min(acknowledged, log.loggedIndex());
        state.persist(new RingState(SELF, promise, stable), () -> promised = promise);
        if (durability == Durability.DISK) {
            disk.step();
        }
        runOwner();
    }

    private void logged(final long index) {
        acknowledged = index;
        unsettled = false;
    }

    private void work() {
        switch (random.below(20)) {
            case 0 -> truncate();
            case 1 -> reset();
            case 2 -> log.purge(log.baseIndex() + random.below((int) (Math.min(log.loggedIndex(), log.endIndex()) - log.baseIndex()) + 1));
            case 3 -> persist();
            case 4, 5, 6, 7 -> log.flush();
            case 8, 9, 10, 11 -> {
                disk.step();
                runOwner();
            }
            default -> append();
        }
        base = log.baseIndex();
    }

    private void runOwner() {
        for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
            task.run();
        }
    }

    private void append() {
        final long index = log.endIndex() + 1;
        final int length = 16 + (random.chance(0.1) ? random.below(30_000) : random.below(600));
        epoch += random.chance(0.1) ? 1 : 0;
        final Version before = held.get(index - 1);
        final Version version = new Version(epoch, ++contents, before == null ? 0 : before.content);
        payload.setMemory(0, length, (byte) contents);
        payload.putLong(0, version.content);
        payload.putLong(8, version.before);
        everAppended.add(version);
        log.append(index, log.endSeqno() + 1, epoch, 1, 2, contents, EntryKind.WRITE_SET, payload, 0, length);
        held.put(index, version);
    }

    private void truncate() {
        final long least = Math.max(Math.max(stable, log.baseIndex()), log.endIndex() - 20);
        if (least > log.endIndex()) {
            return;
        }
        final long index = least + random.below((int) (log.endIndex() - least) + 1);
        unsettled |= index < log.endIndex();
        acknowledged = Math.min(acknowledged, index);
        log.truncateAfter(index);
        held.keySet().removeIf(gone -> gone > index);
    }

    private void reset() {
        if (!random.chance(0.2)) {
            return;
        }
        final long index = log.endIndex() + random.below(100);
        unsettled = true;
        acknowledged = index;
        log.reset(index, log.endSeqno() + 5, ++epoch);
        held.clear();
    }

    /** A byte that was forced, and two sectors behind it that were not, after a loss of power. */
    static byte[] twoSectors(final SimulatedDisk disk) throws IOException {
        final FileChannel file = disk.open(HOME.resolve("a"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        file.write(ByteBuffer.wrap(new byte[] {1}), 0);
        disk.extend(HOME.resolve("a"), 2048);
        file.force(true);
        disk.forceDirectory(HOME);
        file.write(ByteBuffer.wrap(new byte[] {2}), 512);
        file.write(ByteBuffer.wrap(new byte[] {2}), 1024);
        disk.processEnds();
        disk.losePower();
        final ByteBuffer there = ByteBuffer.allocate(2048);
        disk.open(HOME.resolve("a"), StandardOpenOption.READ).read(there, 0);
        return there.array();
    }
}

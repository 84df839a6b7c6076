// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.log.DiskWorker;
import io.carillon.certification.log.Storage;
import io.carillon.group.simulator.ProcessDied;
import io.carillon.group.simulator.Xoshiro256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A machine's disk in memory, on which everything happens that {@link Storage} allows for: power is lost, so that of what
 * was not forced any part is kept; the process dies in the middle of an operation, or of a write; there is no room.
 */
final class SimulatedDisk implements Storage {
    static final String FULL = "No space left on device";

    private static final long UNLIMITED = Long.MAX_VALUE;
    private static final int NEVER = -1;
    /** Buffers of a process that the next one is given; the others are dropped as it drops them. */
    private static final int KEPT_MAX = 16;

    private final Xoshiro256 random;
    private final NodeBug bug;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private final List<ByteBuffer> taken = new ArrayList<>();
    /** Names as every process sees them. */
    private Map<Path, DiskContent> names = new HashMap<>();
    /** Names on the medium, and what was done to them since, in order. */
    private final Map<Path, DiskContent> mediumNames = new HashMap<>();
    private final List<Consumer<Map<Path, DiskContent>>> changes = new ArrayList<>();
    private Runnable submitted = () -> { };
    private List<SimulatedWorker> workers = new ArrayList<>();
    private long room = UNLIMITED;
    private int diesAfter = NEVER;
    private boolean killed;
    private boolean full;

    SimulatedDisk(final Xoshiro256 random) {
        this(random, NodeBug.NONE);
    }

    SimulatedDisk(final Xoshiro256 random, final NodeBug bug) {
        this.bug = bug;
        this.random = random;
    }

    /** A process begins. {@code onSubmit} runs with each task that it gives to a worker: {@link #step} is to follow. */
    void begin(final Runnable onSubmit) {
        submitted = onSubmit;
        workers = new ArrayList<>();
    }

    /** A worker of the present process has time for a task. */
    void step() {
        final int first = workers.isEmpty() ? 0 : random.below(workers.size());
        for (int i = 0; i < workers.size(); i++) {
            final SimulatedWorker worker = workers.get((first + i) % workers.size());
            if (!worker.isIdle()) {
                worker.step();
                return;
            }
        }
    }

    /** The process is gone; what it wrote is there, and what it had still to do is not done. */
    void processEnds() {
        workers = new ArrayList<>();
        submitted = () -> { };
        heal();
        killed = false;
        full = false;
        free.addAll(taken);
        taken.clear();
    }

    /** Of what was not forced any part is kept. After {@link #processEnds}. */
    void losePower() {
        final int kept = random.below(changes.size() + 1);
        for (int i = 0; i < kept; i++) {
            changes.get(i).accept(mediumNames);
        }
        changes.clear();
        names = new HashMap<>(mediumNames);
        new TreeMap<>(names).values().stream().distinct().forEach(content -> content.losePower(random));
    }

    /** Nothing is left. */
    void wipe() {
        names.clear();
        mediumNames.clear();
        changes.clear();
    }

    /** The process dies in its n-th operation from now, at 0 in the next one. */
    void diesAfter(final int count) {
        diesAfter = count;
    }

    /** There is room for so many bytes more; until the process has ended. */
    void room(final long bytes) {
        room = bytes;
    }

    /** No more faults. */
    void heal() {
        diesAfter = NEVER;
        room = UNLIMITED;
    }

    /** Tells whether the present process died of {@link #diesAfter}. */
    boolean hasKilled() {
        return killed;
    }

    /** Tells whether a write of the present process found no room. */
    boolean isFull() {
        return full;
    }

    // ---- what files tell

    void force(final DiskContent content) {
        begin();
        if (bug != NodeBug.NOTHING_FORCED) {
            content.force();
        }
        performed();
    }

    /** Before an operation: the process may die before it had any effect. */
    void begin() {
        if (diesAfter == 0 && random.chance(0.5)) {
            killed = true;
            throw new ProcessDied();
        }
    }

    /** After an operation: the process may die before it hears of it. */
    void performed() {
        if (diesAfter >= 0 && diesAfter-- == 0) {
            killed = true;
            throw new ProcessDied();
        }
    }

    /** How many of {@code length} bytes are written: all, those that there is room for, or those before the process dies. */
    int admit(final DiskContent content, final int position, final int length) {
        begin();
        int admitted = room == UNLIMITED ? length : fitting(content, position, length);
        full |= admitted < length;
        if (diesAfter == 0) {
            admitted = random.below(admitted + 1);
        }
        if (room != UNLIMITED) {
            room -= content.roomFor(position, admitted);
        }
        return admitted;
    }

    /** The most of {@code length} bytes that there is room for. */
    private int fitting(final DiskContent content, final int position, final int length) {
        int fit = 0;
        int most = length;
        while (fit < most) {
            final int half = (fit + most + 1) / 2;
            if (content.roomFor(position, half) <= room) {
                fit = half;
            } else {
                most = half - 1;
            }
        }
        return fit;
    }

    // ---- Storage

    @Override
    public FileChannel open(final Path path, final OpenOption... options) throws IOException {
        final List<OpenOption> all = List.of(options);
        DiskContent content = names.get(path);
        if (content == null) {
            if (!all.contains(StandardOpenOption.CREATE)) {
                throw new NoSuchFileException(path.toString());
            }
            begin();
            final DiskContent made = new DiskContent();
            content = made;
            change(to -> to.put(path, made));
            performed();
        } else if (all.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            begin();
            content.length(0);
            performed();
        }
        return new SimulatedFile(this, content);
    }

    @Override
    public void extend(final Path path, final long length) throws IOException {
        final DiskContent content = existing(path);
        if (content.length() < length) {
            begin();
            content.length((int) length);
            performed();
        }
    }

    @Override
    public boolean exists(final Path path) {
        return names.containsKey(path);
    }

    @Override
    public long size(final Path path) throws IOException {
        return existing(path).length();
    }

    @Override
    public List<Path> list(final Path directory, final String suffix) {
        return names.keySet().stream().filter(path -> directory.equals(path.getParent()) && path.toString().endsWith(suffix)).sorted()
            .toList();
    }

    @Override
    public void createDirectories(final Path directory) {
        // Names stand for themselves.
    }

    @Override
    public void delete(final Path path) {
        if (names.containsKey(path)) {
            begin();
            change(to -> to.remove(path));
            performed();
        }
    }

    @Override
    public void move(final Path from, final Path to) throws IOException {
        final DiskContent content = existing(from);
        begin();
        change(all -> {
            all.remove(from);
            all.put(to, content);
        });
        performed();
    }

    @Override
    public void forceDirectory(final Path directory) {
        begin();
        if (bug == NodeBug.NAMES_NOT_FORCED) {
            return;
        }
        changes.forEach(change -> change.accept(mediumNames));
        changes.clear();
        performed();
    }

    @Override
    public DiskWorker worker(final String name) {
        final SimulatedWorker worker = new SimulatedWorker(submitted);
        workers.add(worker);
        return worker;
    }

    /** Memory of a process is taken again by the next one: its content is undefined. */
    @Override
    public ByteBuffer allocate(final int length) {
        ByteBuffer found = null;
        for (final ByteBuffer buffer : free) {
            if (buffer.capacity() == length) {
                found = buffer;
                break;
            }
        }
        if (found == null) {
            found = ByteBuffer.allocate(length);
        } else {
            removeFree(found);
        }
        found.clear().order(ByteOrder.BIG_ENDIAN);
        if (taken.size() < KEPT_MAX) {
            taken.add(found);
        }
        return found;
    }

    /** By identity: equal bytes are not the same memory. */
    private void removeFree(final ByteBuffer gone) {
        free.removeIf(buffer -> buffer == gone);
    }

    private void change(final Consumer<Map<Path, DiskContent>> what) {
        what.accept(names);
        changes.add(what);
    }

    private DiskContent existing(final Path path) throws IOException {
        final DiskContent content = names.get(path);
        if (content == null) {
            throw new NoSuchFileException(path.toString());
        }
        return content;
    }
}

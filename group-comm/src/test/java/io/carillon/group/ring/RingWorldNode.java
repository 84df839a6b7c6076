// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.MemoryLog;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One process: core, log, what it told its owner. */
final class RingWorldNode implements RingEffects {
    private final RingWorld world;
    final int number;
    final String name;
    MemoryLog log = new MemoryLog();
    RingState state;
    RingCore core;
    RingConfig config;
    boolean alive;
    boolean paused;
    boolean left;
    long stable;
    RingView notPrimary;
    int life;
    final List<String> historyDiffers = new ArrayList<>();
    final TreeMap<Long, Long> rejected = new TreeMap<>();
    final TreeMap<Long, Long> barriers = new TreeMap<>();
    final List<TraceEvent> trace = new ArrayList<>();

    RingWorldNode(final RingWorld world, final int number) {
        this.world = world;
        this.number = number;
        this.name = "n" + number;
        this.config = RingConfig.defaults(name);
        this.state = RingState.fresh(new MemberId(0, number + 1));
    }

    MemberId id() {
        return state.self();
    }

    void start(final boolean found, final long wantedSeqno) {
        life++;
        alive = true;
        paused = false;
        left = false;
        stable = 0;
        core = new RingCore(config, state, log, this);
        core.start(world.nowNs, found, wantedSeqno, new byte[0]);
        settle();
        for (final RingWorldNode other : world.nodes) {
            if (other != this && other.alive && !world.isCut(this, other)) {
                world.link(this, other);
            }
        }
    }

    void crash() {
        alive = false;
        life++;
        for (final RingWorldNode other : world.nodes) {
            if (other != this && other.alive) {
                other.core.onPeerDown(world.nowNs, number);
                other.settle();
            }
        }
    }

    long offer(final String payload) {
        return offer(payload, EntryKind.WRITE_SET);
    }

    long offer(final String payload, final EntryKind kind) {
        final UnsafeBuffer buffer = new UnsafeBuffer(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        final long result = core.offer(world.nowNs, kind, buffer, 0, buffer.capacity());
        settle();
        return result;
    }

    void settle() {
        core.onLogged(world.nowNs, log.endIndex());
        core.flush(world.nowNs);
        core.onLogged(world.nowNs, log.endIndex());
        core.flush(world.nowNs);
        armTimer();
    }

    private long armedNs = Long.MAX_VALUE;

    private void armTimer() {
        final long deadline = core.nextDeadlineNs();
        if (alive && !left && deadline != Long.MAX_VALUE && (deadline < armedNs || armedNs <= world.nowNs)) {
            armedNs = Math.max(deadline, world.nowNs + 1);
            final int then = life;
            world.at(armedNs, () -> onTimer(then));
        }
    }

    private void onTimer(final int then) {
        if (life == then && alive && !left && !paused) {
            armedNs = Long.MAX_VALUE;
            if (core.nextDeadlineNs() <= world.nowNs) {
                core.onTimer(world.nowNs);
                settle();
            } else {
                armTimer();
            }
        }
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        armedNs = Long.MAX_VALUE;
        armTimer();
    }

    RingView view() {
        final LogEntry entry = new LogEntry();
        for (long index = stable; index > log.baseIndex(); index--) {
            log.read(index, entry);
            if (entry.kind.isConfiguration()) {
                return Configuration.viewOf(entry);
            }
        }
        return null;
    }

    boolean isPrimary(final int members) {
        return notPrimary == null && view() != null && view().members().size() == members;
    }

    List<String> delivered() {
        final List<String> delivered = new ArrayList<>();
        for (final MemoryLog.Held held : log.entries()) {
            if (held.index() <= stable && held.kind() == EntryKind.WRITE_SET) {
                delivered.add(new String(held.payload(), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return delivered;
    }

    @Override
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        final byte[] copy = new byte[length];
        packet.getBytes(offset, copy);
        world.tap.accept(copy);
        if (world.loss.loses(number, peer, copy[0])) {
            return;
        }
        final RingWorldNode to = world.nodes.get(peer);
        final int then = to.life;
        world.at(world.nowNs + world.delay.ofNs(copy[0]), () -> to.receive(this, copy, then));
    }

    private void receive(final RingWorldNode from, final byte[] packet, final int then) {
        if (!alive || left || life != then || world.isCut(from, this)) {
            return;
        }
        if (paused) {
            world.at(world.nowNs + RingWorld.MS, () -> receive(from, packet, then));
            return;
        }
        core.onPacket(world.nowNs, from.number, new UnsafeBuffer(packet), 0, packet.length);
        settle();
    }

    @Override
    public void persist(final long ticket, final RingState newState) {
        final int then = life;
        world.at(world.nowNs + RingWorld.DELAY_NS, () -> {
            if (life == then) {
                state = newState;
                core.onPersisted(world.nowNs, ticket);
                settle();
            }
        });
    }

    @Override
    public void ordered(final long index) {
        world.require(index == log.endIndex(), name + " reports what it appended");
    }

    @Override
    public void stable(final long index) {
        world.require(index > stable || !historyDiffers.isEmpty(), name + " stable ascends");
        world.require(index <= log.endIndex(), name + " stable is held");
        for (long each = Math.max(stable, log.baseIndex()) + 1; each <= index; each++) {
            final MemoryLog.Held held = log.entries().get((int) (each - log.baseIndex() - 1));
            final byte[] former = world.stableEntries.putIfAbsent(each, held.payload());
            world.require(former == null || java.util.Arrays.equals(former, held.payload()), name + " diverges at " + each);
        }
        stable = index;
        if (view() != null && view().members().stream().anyMatch(member -> member.id().equals(id()))) {
            notPrimary = null;
        }
    }

    @Override
    public void notPrimary(final RingView view) {
        notPrimary = view;
    }

    @Override
    public void rejected(final long originSeq, final long reason) {
        world.require(rejected.put(originSeq, reason) == null, name + " rejects once " + originSeq);
    }

    @Override
    public void barrier(final long barrier, final long index) {
        barriers.put(barrier, index);
    }

    @Override
    public void left() {
        left = true;
    }

    @Override
    public void historyDiffers(final String what) {
        historyDiffers.add(what);
    }

    @Override
    public void trace(final TraceEvent event, final long a, final long b, final long c) {
        trace.add(event);
        if (Boolean.getBoolean("ring.trace")) {
            System.out.println(world.nowNs / 1000 + "us " + name + " " + event + " " + a + " " + b + " " + c);
        }
    }
}

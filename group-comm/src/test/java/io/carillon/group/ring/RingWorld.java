// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.MemoryLog;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A few members on a lossless in-memory network in virtual time: enough for golden scripts; the simulator does the rest. */
final class RingWorld {
    static final long MS = 1_000_000L;
    private static final long DELAY_NS = MS / 10;

    final List<Node> nodes = new ArrayList<>();
    final TreeSet<Long> cut = new TreeSet<>();
    final TreeMap<Long, byte[]> stableEntries = new TreeMap<>();
    final List<String> violations = new ArrayList<>();
    long nowNs = MS;
    /** Sees every packet sent. */
    Consumer<byte[]> tap = packet -> { };
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long eventNumber;

    private record Event(long atNs, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(final Event other) {
            return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(number, other.number);
        }
    }

    /** One process: core, log, what it told its owner. */
    final class Node implements RingEffects {
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

        Node(final int number) {
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
            core.start(nowNs, found, wantedSeqno, new byte[0]);
            settle();
            for (final Node other : nodes) {
                if (other != this && other.alive && !isCut(this, other)) {
                    link(this, other);
                }
            }
        }

        void crash() {
            alive = false;
            life++;
            for (final Node other : nodes) {
                if (other != this && other.alive) {
                    other.core.onPeerDown(nowNs, number);
                    other.settle();
                }
            }
        }

        long offer(final String payload) {
            return offer(payload, EntryKind.WRITE_SET);
        }

        long offer(final String payload, final EntryKind kind) {
            final UnsafeBuffer buffer = new UnsafeBuffer(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            final long result = core.offer(nowNs, kind, buffer, 0, buffer.capacity());
            settle();
            return result;
        }

        void settle() {
            core.onLogged(nowNs, log.endIndex());
            core.flush(nowNs);
            core.onLogged(nowNs, log.endIndex());
            core.flush(nowNs);
            armTimer();
        }

        private long armedNs = Long.MAX_VALUE;

        private void armTimer() {
            final long deadline = core.nextDeadlineNs();
            if (alive && !left && deadline != Long.MAX_VALUE && (deadline < armedNs || armedNs <= nowNs)) {
                armedNs = Math.max(deadline, nowNs + 1);
                final int then = life;
                at(armedNs, () -> onTimer(then));
            }
        }

        private void onTimer(final int then) {
            if (life == then && alive && !left && !paused) {
                armedNs = Long.MAX_VALUE;
                if (core.nextDeadlineNs() <= nowNs) {
                    core.onTimer(nowNs);
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
            tap.accept(copy);
            final Node to = nodes.get(peer);
            final int then = to.life;
            at(nowNs + DELAY_NS, () -> to.receive(this, copy, then));
        }

        private void receive(final Node from, final byte[] packet, final int then) {
            if (!alive || left || life != then || isCut(from, this)) {
                return;
            }
            if (paused) {
                at(nowNs + MS, () -> receive(from, packet, then));
                return;
            }
            core.onPacket(nowNs, from.number, new UnsafeBuffer(packet), 0, packet.length);
            settle();
        }

        @Override
        public void persist(final long ticket, final RingState newState) {
            final int then = life;
            at(nowNs + DELAY_NS, () -> {
                if (life == then) {
                    state = newState;
                    core.onPersisted(nowNs, ticket);
                    settle();
                }
            });
        }

        @Override
        public void ordered(final long index) {
            require(index == log.endIndex(), name + " reports what it appended");
        }

        @Override
        public void stable(final long index) {
            require(index > stable || !historyDiffers.isEmpty(), name + " stable ascends");
            require(index <= log.endIndex(), name + " stable is held");
            for (long each = Math.max(stable, log.baseIndex()) + 1; each <= index; each++) {
                final MemoryLog.Held held = log.entries().get((int) (each - log.baseIndex() - 1));
                final byte[] former = stableEntries.putIfAbsent(each, held.payload());
                require(former == null || java.util.Arrays.equals(former, held.payload()), name + " diverges at " + each);
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
            require(rejected.put(originSeq, reason) == null, name + " rejects once " + originSeq);
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
                System.out.println(nowNs / 1000 + "us " + name + " " + event + " " + a + " " + b + " " + c);
            }
        }
    }

    RingWorld(final int size) {
        for (int number = 0; number < size; number++) {
            nodes.add(new Node(number));
        }
    }

    Node node(final int number) {
        return nodes.get(number);
    }

    void require(final boolean condition, final String what) {
        if (!condition) {
            violations.add(what);
            throw new AssertionError(what);
        }
    }

    void at(final long whenNs, final Runnable action) {
        events.add(new Event(whenNs, eventNumber++, action));
    }

    private static long pair(final Node a, final Node b) {
        return Math.min(a.number, b.number) * 1000L + Math.max(a.number, b.number);
    }

    boolean isCut(final Node a, final Node b) {
        return cut.contains(pair(a, b));
    }

    private void link(final Node a, final Node b) {
        a.core.onPeerUp(nowNs, b.number, b.id());
        a.settle();
        b.core.onPeerUp(nowNs, a.number, a.id());
        b.settle();
    }

    /** Breaks a link; both ends see their connection close. */
    void cut(final int a, final int b) {
        if (cut.add(pair(node(a), node(b)))) {
            for (final int[] ends : new int[][] {{a, b}, {b, a}}) {
                if (node(ends[0]).alive && !node(ends[0]).left) {
                    node(ends[0]).core.onPeerDown(nowNs, ends[1]);
                    node(ends[0]).settle();
                }
            }
        }
    }

    void isolate(final int... some) {
        for (final Node node : nodes) {
            boolean inside = false;
            for (final int number : some) {
                inside |= number == node.number;
            }
            for (final int number : some) {
                if (!inside) {
                    cut(number, node.number);
                }
            }
        }
    }

    void heal() {
        final List<Long> pairs = new ArrayList<>(cut);
        cut.clear();
        for (final long pair : pairs) {
            final Node a = node((int) (pair / 1000));
            final Node b = node((int) (pair % 1000));
            if (a.alive && b.alive && !a.left && !b.left) {
                link(a, b);
            }
        }
    }

    void run(final long forNs) {
        final long until = nowNs + forNs;
        while (!events.isEmpty() && events.peek().atNs <= until) {
            final Event event = events.poll();
            nowNs = Math.max(nowNs, event.atNs);
            event.action.run();
        }
        nowNs = until;
    }

    /** Runs until {@code condition} holds, at most {@code forNs} of virtual time. */
    void until(final long forNs, final String what, final BooleanSupplier condition) {
        final long limit = nowNs + forNs;
        while (!condition.getAsBoolean()) {
            if (events.isEmpty() || events.peek().atNs > limit) {
                throw new AssertionError("not reached in " + forNs / MS + " ms: " + what);
            }
            final Event event = events.poll();
            nowNs = Math.max(nowNs, event.atNs);
            event.action.run();
        }
    }

    /** The first founds, the others join and are promoted. */
    void form() {
        node(0).start(true, -1);
        for (int number = 1; number < nodes.size(); number++) {
            final int size = number + 1;
            node(number).start(false, -1);
            until(2000 * MS, name(number) + " joins", () -> allPrimary(size));
            promote(number);
        }
    }

    void promote(final int number) {
        node(number).core.promote(nowNs);
        node(number).settle();
        until(1000 * MS, name(number) + " votes", () -> {
            for (final Node node : nodes) {
                if (node.alive && node.notPrimary == null && node.view().members().stream()
                    .noneMatch(member -> member.id().equals(node(number).id()) && member.weight() > 0)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static String name(final int number) {
        return "n" + number;
    }

    boolean allPrimary(final int size) {
        for (int number = 0; number < size; number++) {
            if (!node(number).isPrimary(size)) {
                return false;
            }
        }
        return true;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A few members on a lossless in-memory network in virtual time: enough for golden scripts; the simulator does the rest. */
final class RingWorld {
    static final long MS = 1_000_000L;
    static final long DELAY_NS = MS / 10;

    final List<RingWorldNode> nodes = new ArrayList<>();
    final TreeSet<Long> cut = new TreeSet<>();
    final TreeMap<Long, byte[]> stableEntries = new TreeMap<>();
    final List<String> violations = new ArrayList<>();
    long nowNs = MS;
    /** Sees every packet sent. */
    Consumer<byte[]> tap = packet -> { };
    /** Tells which packets get lost; nobody hears of that. */
    Loss loss = (from, to, type) -> false;
    /** How long a packet takes. */
    Delay delay = type -> DELAY_NS;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long eventNumber;

    /** A rule of loss, by the numbers of the nodes and the type of the packet. */
    interface Loss {
        boolean loses(int from, int to, byte type);
    }

    /** By the type of the packet. */
    interface Delay {
        long ofNs(byte type);
    }

    private record Event(long atNs, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(final Event other) {
            return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(number, other.number);
        }
    }

    RingWorld(final int size) {
        for (int number = 0; number < size; number++) {
            nodes.add(new RingWorldNode(this, number));
        }
    }

    RingWorldNode node(final int number) {
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

    private static long pair(final RingWorldNode a, final RingWorldNode b) {
        return Math.min(a.number, b.number) * 1000L + Math.max(a.number, b.number);
    }

    boolean isCut(final RingWorldNode a, final RingWorldNode b) {
        return cut.contains(pair(a, b));
    }

    void link(final RingWorldNode a, final RingWorldNode b) {
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
        for (final RingWorldNode node : nodes) {
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
            final RingWorldNode a = node((int) (pair / 1000));
            final RingWorldNode b = node((int) (pair % 1000));
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
            for (final RingWorldNode node : nodes) {
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

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * Links between all pairs of nodes. A pair that can talk has a <em>session</em> (a connection): each side hears of
 * its begin and end at its own time, and packets belong to one
 * session, so that what a dead incarnation sent is never taken for its successor's. Faults apply to one direction of one link.
 */
final class SimulatedNetwork {
    /** Packets that a silent blocked connection holds before it breaks. */
    private static final int HELD_MAX = 4000;

    private static final long MS = 1_000_000L;
    /** What waits longer for a wire is dropped, datagrams only. */
    private static final long QUEUED_MAX_NS = 100 * MS;

    private final Simulator simulator;
    private final SwarmOptions options;
    private final Xoshiro256 random;
    private final int nodes;
    private final Packet.Pool pool = new Packet.Pool();
    private final long[] session;
    private final boolean[] connecting;
    private final long[] side;
    private final long[] blocked;
    private final long[] cloggedUntil;
    private final long[] narrowUntil;
    private final long[] filteredUntil;
    private final byte[] filtered;
    private final long[] lastArrival;
    /** By link and connection: when the wire has taken everything sent before. */
    private final long[] wireFree;
    private final ArrayDeque<Packet>[] held;
    /** By direction: the first does not learn that the session is gone. */
    private final boolean[] halfOpen;
    /** By direction: the rates that are its own, or null. */
    private final Directions.Odd[] odd;
    private long numbers;
    private boolean faultless;

    @SuppressWarnings({"unchecked", "rawtypes"})
    SimulatedNetwork(final Simulator simulator, final SwarmOptions options, final Xoshiro256 random) {
        this.simulator = simulator;
        this.options = options;
        this.random = random;
        this.nodes = options.nodes();
        session = new long[nodes * nodes];
        connecting = new boolean[nodes * nodes];
        side = new long[nodes * nodes];
        blocked = new long[nodes * nodes];
        cloggedUntil = new long[nodes * nodes];
        narrowUntil = new long[nodes * nodes];
        filteredUntil = new long[nodes * nodes];
        filtered = new byte[nodes * nodes];
        lastArrival = new long[nodes * nodes * 2];
        wireFree = new long[nodes * nodes * 2];
        odd = options.directions().byLink(nodes);
        halfOpen = new boolean[nodes * nodes];
        held = new ArrayDeque[nodes * nodes];
        for (int i = 0; i < held.length; i++) {
            held[i] = new ArrayDeque<>();
        }
    }

    /** Ends every fault: all links free, no loss, no duplicates from now on, but what {@link Directions} keep. */
    void heal() {
        faultless = true;
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                cloggedUntil[from * nodes + to] = 0;
                mend(from, to);
                if (halfOpen[from * nodes + to]) {
                    halfOpen[from * nodes + to] = false;
                    connectSoon(from, to, 20 * MS);
                }
            }
        }
    }

    /** Blocks the direction {@code from} to {@code to}; the number of the block, for {@link #unblock}. */
    long block(final int from, final int to) {
        silence(from, to);
        if (options.streams() && options.partitionsClose()) {
            breakSession(from, to, 50 * MS);
        }
        return blocked[from * nodes + to];
    }

    /** The same, and no connection is reset for it. */
    void silence(final int from, final int to) {
        blocked[from * nodes + to] = ++numbers;
    }

    /** The session of the two is gone, of which {@code unaware} never learns, and there is no other until everything heals. */
    void halfOpen(final int unaware, final int other) {
        halfOpen[unaware * nodes + other] = true;
        session[pair(unaware, other)] = 0;
        drop(held[unaware * nodes + other]);
        drop(held[other * nodes + unaware]);
        breakSide(other, unaware, 50 * MS);
    }

    /** Ends the block {@code number}, unless a newer one took its place. */
    void unblock(final int from, final int to, final long number) {
        final int link = from * nodes + to;
        if (blocked[link] != number) {
            return;
        }
        blocked[link] = 0;
        while (!held[link].isEmpty()) {
            schedule(held[link].poll(), 0);
        }
        connectSoon(from, to, 20 * MS);
    }

    /** Ends whatever blocks the direction. */
    void mend(final int from, final int to) {
        if (blocked[from * nodes + to] != 0) {
            unblock(from, to, blocked[from * nodes + to]);
        }
    }

    void clog(final int from, final int to, final long until) {
        cloggedUntil[from * nodes + to] = until;
    }

    /** Until then the direction takes no packet longer than {@link Extremes#narrowLength}. */
    void narrow(final int from, final int to, final long until) {
        narrowUntil[from * nodes + to] = until;
    }

    /** Until then the direction loses packets of {@code type}, instead of those of another. */
    void filter(final int from, final int to, final byte type, final long until) {
        filtered[from * nodes + to] = type;
        filteredUntil[from * nodes + to] = until;
    }

    /** The process on {@code node} can take connections. */
    void started(final int node) {
        for (int peer = 0; peer < nodes; peer++) {
            if (peer != node) {
                connectSoon(node, peer, 5 * MS);
            }
        }
    }

    /** The process on {@code node} is gone. {@code silently}: its peers learn it late (the machine died with it). */
    void stopped(final int node, final boolean silently) {
        for (int peer = 0; peer < nodes; peer++) {
            if (peer == node) {
                continue;
            }
            session[pair(node, peer)] = 0;
            side[node * nodes + peer] = 0;
            final long known = side[peer * nodes + node];
            if (known != 0) {
                final long delay = silently ? random.exponential(10_000 * MS) : delay(node * nodes + peer);
                simulator.schedule(delay, EventKind.LINK_DOWN, peer, node, known, null);
            }
            drop(held[node * nodes + peer]);
            drop(held[peer * nodes + node]);
        }
    }

    private void drop(final ArrayDeque<Packet> packets) {
        while (!packets.isEmpty()) {
            pool.release(packets.poll());
        }
    }

    private int pair(final int a, final int b) {
        return Math.min(a, b) * nodes + Math.max(a, b);
    }

    private void connectSoon(final int a, final int b, final long within) {
        final int pair = pair(a, b);
        if (!connecting[pair]) {
            connecting[pair] = true;
            simulator.schedule(random.between(1000, within), EventKind.CONNECT, Math.min(a, b), Math.max(a, b), 0, null);
        }
    }

    /** Event CONNECT. */
    void connect(final int a, final int b) {
        final int pair = pair(a, b);
        connecting[pair] = false;
        if (session[pair] != 0 || halfOpen[a * nodes + b] || halfOpen[b * nodes + a]
            || !simulator.node(a).running() || !simulator.node(b).running()) {
            return;
        }
        final boolean aHasOld = side[a * nodes + b] != 0;
        final boolean bHasOld = side[b * nodes + a] != 0;
        if (aHasOld) {
            simulator.schedule(0, EventKind.LINK_DOWN, a, b, side[a * nodes + b], null);
        }
        if (bHasOld) {
            simulator.schedule(0, EventKind.LINK_DOWN, b, a, side[b * nodes + a], null);
        }
        final boolean free = blocked[a * nodes + b] == 0 && blocked[b * nodes + a] == 0;
        if (!free || aHasOld || bHasOld || simulator.node(a).paused() || simulator.node(b).paused()) {
            connectSoon(a, b, 300 * MS);
            return;
        }
        session[pair] = ++numbers;
        Arrays.fill(wireFree, 2 * (a * nodes + b), 2 * (a * nodes + b) + 2, 0);
        Arrays.fill(wireFree, 2 * (b * nodes + a), 2 * (b * nodes + a) + 2, 0);
        simulator.schedule(delay(), EventKind.LINK_UP, a, b, numbers, null);
        simulator.schedule(delay(), EventKind.LINK_UP, b, a, numbers, null);
    }

    /** Event LINK_UP, in the process of {@code node}: true if the side is new. */
    boolean linkUp(final int node, final int peer, final long number) {
        final boolean fresh = session[pair(node, peer)] == number && side[node * nodes + peer] == 0;
        if (fresh) {
            side[node * nodes + peer] = number;
        }
        return fresh;
    }

    /** Event LINK_DOWN, in the process of {@code node}: true if the side had that session. */
    boolean linkDown(final int node, final int peer, final long number) {
        if (side[node * nodes + peer] != number) {
            return false;
        }
        side[node * nodes + peer] = 0;
        connectSoon(node, peer, 100 * MS);
        return true;
    }

    private void breakSession(final int a, final int b, final long within) {
        if (session[pair(a, b)] == 0) {
            return;
        }
        session[pair(a, b)] = 0;
        drop(held[a * nodes + b]);
        drop(held[b * nodes + a]);
        breakSide(a, b, within);
        breakSide(b, a, within);
        connectSoon(a, b, 300 * MS);
    }

    private void breakSide(final int node, final int peer, final long within) {
        final long known = side[node * nodes + peer];
        if (known != 0) {
            simulator.schedule(random.between(0, within), EventKind.LINK_DOWN, node, peer, known, null);
        }
    }

    void send(final int from, final int to, final DirectBuffer buffer, final int offset, final int length, final boolean bulk) {
        final int link = from * nodes + to;
        Check.that(side[link] != 0, "packets go to linked peers only", from, to);
        if (session[pair(from, to)] != side[link]) {
            return;
        }
        final boolean blockedNow = blocked[link] != 0;
        if (!options.streams() && (blockedNow || isLost(link) || !faultless
            && (queued(link, bulk) > QUEUED_MAX_NS || isTooLong(link, length) || isFiltered(link, buffer.getByte(offset))))) {
            simulator.moments().dropped(to, buffer, offset);
            return;
        }
        final Packet packet = pool.take(buffer, offset, length);
        packet.from = from;
        packet.to = to;
        packet.bulk = bulk;
        packet.session = side[link];
        if (simulator.weather().chance(damage(link))) {
            packet.damage(simulator.weather());
        }
        if (blockedNow) {
            held[link].add(packet);
            if (held[link].size() > HELD_MAX) {
                breakSession(from, to, MS);
            }
            return;
        }
        schedule(packet, delay(link));
        if (!options.streams() && random.chance(duplication(link))) {
            packet.references++;
            schedule(packet, delay(link) * (1 + random.below(4)));
        }
    }

    private boolean isLost(final int link) {
        final boolean lost = odd[link] != null ? random.chance(odd[link].loss(faultless)) : !faultless && random.chance(options.loss());
        if (lost && faultless) {
            simulator.marks().hit(Mark.LOST_ON_GOOD_LINK);
        }
        return lost;
    }

    private double duplication(final int link) {
        return odd[link] != null ? odd[link].duplication() : faultless ? 0 : options.duplication();
    }

    private double damage(final int link) {
        return odd[link] != null ? odd[link].damage(faultless) : faultless ? 0 : options.damage();
    }

    /** Tells whether {@code from} has a connection to {@code to} that is there on both sides. */
    boolean isLinked(final int from, final int to) {
        final long own = side[from * nodes + to];
        return own != 0 && own == side[to * nodes + from];
    }

    private void schedule(final Packet packet, final long delay) {
        final int link = packet.from * nodes + packet.to;
        final int queue = link * 2 + (packet.bulk ? 1 : 0);
        final long now = simulator.now();
        wireFree[queue] = Math.max(now, wireFree[queue]) + options.load().wireTime(packet.length);
        long at = Math.max(wireFree[queue] + delay, cloggedUntil[link]);
        if (options.streams()) {
            at = Math.max(at, lastArrival[queue]);
            lastArrival[queue] = at;
        }
        simulator.schedule(at - now, EventKind.PACKET, packet.to, packet.from, packet.session, packet);
    }

    private boolean isTooLong(final int link, final int length) {
        final boolean tooLong = simulator.now() < narrowUntil[link] && length > options.extremes().narrowLength();
        if (tooLong) {
            simulator.marks().hit(Mark.PATH_TOO_NARROW);
        }
        return tooLong;
    }

    private boolean isFiltered(final int link, final byte type) {
        return simulator.now() < filteredUntil[link] && type == filtered[link];
    }

    private long queued(final int link, final boolean bulk) {
        return wireFree[link * 2 + (bulk ? 1 : 0)] - simulator.now();
    }

    private long delay(final int link) {
        return odd[link] == null ? delay() : odd[link].delayMin() + random.exponential(odd[link].delayMean());
    }

    /** What {@code node} is told of the way to {@code peer} and back: the truth of a pair that is not like the others; -1: not measured. */
    long roundTripNs(final int node, final int peer) {
        final Directions.Odd there = odd[node * nodes + peer];
        final Directions.Odd back = odd[peer * nodes + node];
        if (there == null && back == null) {
            return options.roundTrip() == 0 ? -1 : options.roundTrip();
        }
        return meanDelay(there) + meanDelay(back);
    }

    private long meanDelay(final Directions.Odd way) {
        return way == null ? options.delayMin() + options.delayMean() : way.delayMin() + way.delayMean();
    }

    private long delay() {
        return options.delayMin() + (options.delayMean() == 0 ? 0 : random.exponential(options.delayMean()));
    }

    /**
     * Tells whether {@code packet}, which reached its process, belongs to the session that this side has; 0 no, 1
     * yes, 2 after a LINK_UP.
     */
    int accepts(final Packet packet) {
        final long own = side[packet.to * nodes + packet.from];
        if (own == packet.session) {
            return 1;
        }
        return own == 0 && session[pair(packet.from, packet.to)] == packet.session ? 2 : 0;
    }

    void release(final Packet packet) {
        pool.release(packet);
    }
}

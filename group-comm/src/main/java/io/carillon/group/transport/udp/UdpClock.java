// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.AddressEntry;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.LoopTimer;
import io.carillon.group.transport.NameLookup;

/**
 * When a UDP mesh has to look: handshakes, pings and silence, sizes to try, acknowledgements that did not come,
 * addresses to call. One timer; it fires when the earliest of them is due.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpClock {
    private static final long LATE_NS = 1_000_000_000L;
    /** Sizes are looked at so often, and multicast now and then. */
    private static final long LOOK_NS = 200_000_000L;
    private static final int MULTICAST_RARENESS = 5;

    private final UdpMesh mesh;
    private final UdpLinks links;
    private final UdpHandshake handshake;
    private final NameLookup names;
    private final LoopTimer timer;
    private long nextPingNs;
    private long nextLookNs;
    private long armedNs = Long.MAX_VALUE;
    private int looks;
    private boolean running;

    UdpClock(final UdpMesh mesh, final EngineLoop loop, final UdpLinks links, final UdpHandshake handshake) {
        this.mesh = mesh;
        this.links = links;
        this.handshake = handshake;
        names = new NameLookup(loop);
        timer = loop.timer(this::onTimer);
    }

    void start() {
        running = true;
        nextPingNs = mesh.nowNs() + mesh.config().pingNs();
        nextLookNs = mesh.nowNs();
        onTimer();
    }

    void stop() {
        running = false;
        timer.cancel();
    }

    /** Something changed that may have a deadline. */
    void rearm() {
        if (!running) {
            return;
        }
        long next = Math.min(nextPingNs, nextLookNs);
        if (!mesh.isIsolated()) {
            next = Math.min(next, Math.min(handshake.deadlineNs(), mesh.book().nextNs(links::contains)));
            for (final UdpLink link : links.up()) {
                next = Math.min(next, link.fragments.deadlineNs());
            }
        }
        armedNs = next;
        timer.deadline(next);
    }

    /** Fires at {@code deadlineNs} at the latest; the same without looking at everything. */
    void atLatest(final long deadlineNs) {
        if (running && deadlineNs < armedNs) {
            armedNs = deadlineNs;
            timer.deadline(deadlineNs);
        }
    }

    private void onTimer() {
        final long nowNs = mesh.nowNs();
        final boolean ping = nowNs - nextPingNs >= 0;
        final boolean look = nowNs - nextLookNs >= 0;
        // After a pause of this process everybody looks silent: what they sent is still in the socket's buffer.
        final boolean late = nowNs - nextPingNs > LATE_NS;
        if (ping) {
            nextPingNs = nowNs + mesh.config().pingNs();
        }
        if (!mesh.isIsolated()) {
            handshake.onTimer(nowNs);
            mesh.book().due(nowNs, links::contains).forEach(this::dial);
        }
        for (final UdpLink link : links.all()) {
            if (ping) {
                ping(link, nowNs, late);
            }
            if (link.isUp() && !mesh.isIsolated()) {
                work(link, nowNs, look);
            }
        }
        if (look) {
            nextLookNs = nowNs + LOOK_NS;
            links.expire(nowNs);
            multicast(nowNs);
        }
        rearm();
    }

    private void ping(final UdpLink link, final long nowNs, final boolean late) {
        if (late || mesh.isIsolated()) {
            link.lastReadNs = nowNs;
        } else if (nowNs - link.lastReadNs > mesh.config().silentNs()) {
            links.drop(link, "silent for " + (nowNs - link.lastReadNs) / 1_000_000 + " ms");
            return;
        }
        link.frame(Frames.PING, nowNs);
    }

    private void work(final UdpLink link, final long nowNs, final boolean look) {
        if (nowNs - link.fragments.deadlineNs() >= 0) {
            link.fragments.onTimer(nowNs);
            link.later();
        }
        if (look) {
            link.reassembly.expire(nowNs);
            final int probe = link.mtu.due(nowNs);
            if (probe != 0) {
                link.probe(probe);
            }
        }
    }

    private void multicast(final long nowNs) {
        final MulticastSender multicast = mesh.multicast();
        if (multicast != null && !mesh.isIsolated()) {
            if (looks++ % MULTICAST_RARENESS == 0) {
                multicast.ping(nowNs);
            }
            multicast.look(links.up(), nowNs);
        }
    }

    private void dial(final AddressEntry entry) {
        names.dial(entry, (address, why) -> {
            if (mesh.isMute()) {
                entry.giveUp();
            } else if (address == null) {
                mesh.book().onFailed(entry, why, mesh.nowNs());
            } else {
                handshake.begin(entry, address, mesh.nowNs());
                rearm();
            }
        });
    }
}

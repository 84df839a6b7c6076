// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.AddressBook;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.LoopTimer;
import io.carillon.group.transport.Refusal;

/**
 * When the mesh has to look: handshakes and links that took too long, pings and silence, addresses to dial. One
 * timer; it fires when the earliest of them is due.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class MeshClock {
    private static final int BULK_PING_RARENESS = 5;
    private static final long LATE_NS = 1_000_000_000L;

    private final TcpMesh mesh;
    private final Links links;
    private final AddressBook book;
    private final Dialer dialer;
    private final LoopTimer timer;
    private long nextPingNs;
    private int pings;
    private boolean running;

    MeshClock(final TcpMesh mesh, final EngineLoop loop, final Links links, final AddressBook book, final Dialer dialer) {
        this.mesh = mesh;
        this.links = links;
        this.book = book;
        this.dialer = dialer;
        timer = loop.timer(this::onTimer);
    }

    void start() {
        running = true;
        nextPingNs = mesh.nowNs() + mesh.config().pingNs();
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
        long next = Math.min(nextPingNs, links.nextDeadlineNs());
        for (final Connection c : mesh.channels().handshaking()) {
            next = Math.min(next, c.deadlineNs);
        }
        timer.deadline(mesh.isIsolated() ? next : Math.min(next, book.nextNs(links::contains)));
    }

    private void onTimer() {
        final long nowNs = mesh.nowNs();
        for (final Connection c : mesh.channels().handshaking().toArray(new Connection[0])) {
            if (nowNs - c.deadlineNs >= 0) {
                mesh.refusals().refuse(c, Refusal.TOO_SLOW, "");
            }
        }
        for (final Link link : links.all()) {
            if (!link.isUp() && nowNs - link.deadlineNs >= 0) {
                links.drop(link, "not established in time");
            }
        }
        if (nowNs - nextPingNs >= 0) {
            ping(nowNs);
        }
        if (!mesh.isIsolated()) {
            book.due(nowNs, links::contains).forEach(dialer::dial);
        }
        rearm();
    }

    private void ping(final long nowNs) {
        // After a pause of this process everybody looks silent: what they sent is still in the sockets' buffers.
        final boolean late = nowNs - nextPingNs > LATE_NS;
        nextPingNs = nowNs + mesh.config().pingNs();
        pings++;
        for (final Link link : links.all()) {
            if (link.isUp()) {
                ping(link.control, nowNs, late);
            }
            if (link.isUp() && pings % BULK_PING_RARENESS == 0) {
                ping(link.bulk, nowNs, late);
            }
        }
    }

    private void ping(final Connection c, final long nowNs, final boolean late) {
        final long limit = c.trafficClass == TrafficClass.BULK ? BULK_PING_RARENESS * mesh.config().silentNs() : mesh.config().silentNs();
        if (late) {
            c.lastReadNs = nowNs;
        } else if (nowNs - c.lastReadNs > limit) {
            links.drop(c.link, "silent for " + (nowNs - c.lastReadNs) / 1_000_000 + " ms");
            return;
        }
        c.frame(Frames.PING, nowNs);
    }
}

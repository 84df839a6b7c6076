// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.AddressEntry;
import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.ssl.SslHandler;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Channels that others or this node opened, until each is an open connection of a link, or gone.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class Channels {
    /**
     * What a peer's system does not acknowledge, or has no room for, for so long ends the connection, and a new one is tried every few
     * seconds: TCP doubles the time between its own tries, so that an outage may cost its own length once more after it is over. Where
     * there is no such option (no epoll) the silence of a link decides.
     */
    private static final int UNACKNOWLEDGED_MS = 5_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final TcpMesh mesh;
    private final Links links;
    private final Arrivals arrivals;
    private final Dialer dialer;
    private final List<Connection> handshaking = new ArrayList<>();

    Channels(final TcpMesh mesh, final Links links, final Arrivals arrivals, final Dialer dialer) {
        this.mesh = mesh;
        this.links = links;
        this.arrivals = arrivals;
        this.dialer = dialer;
    }

    /** Connections that do not belong to a link yet; live. */
    List<Connection> handshaking() {
        return handshaking;
    }

    /** How many of these others opened. */
    int inboundHandshakes() {
        int count = 0;
        for (int i = 0; i < handshaking.size(); i++) {
            count += handshaking.get(i).initiator ? 0 : 1;
        }
        return count;
    }

    /** All that are no link's yet. */
    void closeAll() {
        for (final Connection connection : List.copyOf(handshaking)) {
            connection.close();
        }
        arrivals.closeAll();
    }

    // ---- opened by others

    void onAccepted(final Channel channel) {
        if (mesh.isStopped() || mesh.isCutOff()) {
            channel.close();
        } else {
            arrivals.accept(channel);
        }
    }

    void onAdmitted(final Channel channel) {
        if (mesh.isStopped() || mesh.isCutOff()) {
            channel.close();
            return;
        }
        if (mesh.security() != ChannelSecurity.NONE) {
            channel.pipeline().addLast("first", new FirstBytes(mesh.security()));
        }
        attach(channel, false, null);
        mesh.rearm();
    }

    // ---- opened by this node

    void onConnected(final Channel channel, final AddressEntry entry) {
        if (mesh.isStopped() || mesh.isIsolated()) {
            channel.close();
            onDialFailed(entry, "isolated");
            return;
        }
        sendHello(attach(channel, true, entry), TrafficClass.CONTROL, RANDOM.nextLong());
        mesh.rearm();
    }

    void onDialFailed(final AddressEntry entry, final String why) {
        mesh.book().onFailed(entry, why, mesh.nowNs());
        mesh.rearm();
    }

    void dialBulk(final Link link) {
        dialer.dialBulk(link);
    }

    void onBulkConnected(final Channel channel, final Link link) {
        if (mesh.isStopped() || links.of(link.peer) != link) {
            channel.close();
            return;
        }
        final Connection c = attach(channel, true, null);
        c.trafficClass = TrafficClass.BULK;
        c.link = link;
        link.bulk = c;
        sendHello(c, TrafficClass.BULK, link.nonce);
    }

    void onBulkFailed(final Link link, final String why) {
        links.drop(link, "no bulk connection: " + why);
    }

    // ---- both

    /** What protects a connection that this node opens; {@code clear} where its peer is known to encrypt nothing. */
    void protect(final Channel channel, final boolean clear) {
        final SslHandler handler = clear ? null : mesh.security().newHandler(channel.alloc(), true);
        if (handler != null) {
            channel.pipeline().addLast("tls", handler);
        }
    }

    private Connection attach(final Channel channel, final boolean initiator, final AddressEntry entry) {
        final Connection c = new Connection(mesh, channel, initiator, entry, mesh.nowNs());
        channel.pipeline().addLast("carillon", c);
        handshaking.add(c);
        return c;
    }

    void sendHello(final Connection c, final TrafficClass trafficClass, final long linkNonce) {
        c.helloLink = linkNonce;
        final ByteBuf body = c.channel.alloc().directBuffer(1024);
        mesh.hello(trafficClass, linkNonce).encode(body);
        c.frame(Frames.HELLO, body);
    }

    void opened(final Connection c) {
        handshaking.remove(c);
        c.open();
        final TransportConfig config = mesh.config();
        final int max = c.trafficClass == TrafficClass.BULK ? config.bulkPendingMax() : config.controlPendingMax();
        c.channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(max / 2, max));
        c.channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS);
    }

    void onClosed(final Connection c) {
        handshaking.remove(c);
        if (c.dialled != null && c.dialled.isDialling()) {
            final String why = !c.failure.isEmpty() ? c.failure : c.remote == null ? "closed before it said anything" : "refused";
            mesh.book().onFailed(c.dialled, why, mesh.nowNs());
            c.dialled.clear(c.answeredInClear && mesh.security().takesClear());
            if (c.dialled.isClear()) {
                mesh.book().soon(c.dialled, mesh.nowNs());
            }
        }
        mesh.rearm();
    }
}

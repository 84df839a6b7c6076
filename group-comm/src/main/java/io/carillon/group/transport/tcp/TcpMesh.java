// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.AddressBook;
import io.carillon.group.transport.Admission;
import io.carillon.group.transport.BadFrame;
import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.MeshIdentity;
import io.carillon.group.transport.MeshListener;
import io.carillon.group.transport.NetworkMesh;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.slf4j.LoggerFactory;

/**
 * Links to all other nodes of the cluster over TCP, two connections each. It finds them by configured addresses and
 * by what others tell, keeps the links up, and refuses
 * whoever does not belong.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class TcpMesh implements NetworkMesh {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final EngineLoop loop;
    private final TransportConfig config;
    private final MeshIdentity identity;
    private final MeshListener listener;
    private final Refusals refusals;
    private final Arrivals arrivals;
    private final AddressBook book;
    private final Handshake handshake;
    private final Listening listening;
    private final Links links;
    private final Channels channels;
    private final MeshClock clock;
    private final List<Connection> unsent = new ArrayList<>();
    private ChannelSecurity security = ChannelSecurity.NONE;
    private int isolation;
    private boolean stopped;

    /**
     * A mesh that is not started yet.
     *
     * @param cluster peers of another name are refused.
     * @param node name of this node, for people.
     * @param self own incarnation.
     */
    public TcpMesh(final EngineLoop loop, final TransportConfig config, final String cluster, final String node, final MemberId self,
        final MeshListener listener) {
        this(loop, config, new MeshIdentity(cluster, node, self, RANDOM.nextLong(), 0), listener);
    }

    /** The same on one of several networks. */
    public TcpMesh(final EngineLoop loop, final TransportConfig config, final MeshIdentity identity, final MeshListener listener) {
        this.loop = loop;
        this.config = config;
        this.identity = identity;
        this.listener = listener;
        refusals = new Refusals(this, LoggerFactory.getLogger(TcpMesh.class));
        arrivals = new Arrivals(this, loop, refusals);
        book = new AddressBook(config);
        listening = new Listening(this, loop, config);
        final Dialer dialer = new Dialer(this, loop, listening);
        links = new Links(this, listener, config.peersMax());
        handshake = new Handshake(this, links, identity.self());
        channels = new Channels(this, links, arrivals, dialer);
        clock = new MeshClock(this, loop, links, book, dialer);
    }

    /** Sets what protects connections; before {@link #start}. */
    public void security(final ChannelSecurity channelSecurity) {
        security = channelSecurity;
    }

    /** Sets who says which address may connect. */
    public void admission(final Admission admission) {
        arrivals.admission(admission);
    }

    @Override
    public void start(final List<PeerAddress> addresses) {
        for (final PeerAddress address : addresses) {
            book.configure(address, nowNs());
        }
        listening.start();
    }

    @Override
    public void stop() {
        stopped = true;
        clock.stop();
        listening.stop();
        closeAll("this node leaves");
    }

    @Override
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        sendNumbered(peer, 0, packet, offset, length, trafficClass);
    }

    @Override
    public void sendNumbered(final int peer, final long number, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        final Link link = links.at(peer);
        if (link != null) {
            Check.that(length + Long.BYTES <= config.frameLengthMax(), "packet length and the largest frame", length,
                config.frameLengthMax());
            link.connection(trafficClass).packet(number, packet, offset, length);
        }
    }

    @Override
    public void flush() {
        for (int i = 0; i < unsent.size(); i++) {
            unsent.get(i).flush();
        }
        unsent.clear();
    }

    @Override
    public void discard() {
        unsent.forEach(Connection::discard);
        unsent.clear();
    }

    @Override
    public void isolate(final int mode) {
        isolation = mode;
        if (mode == 2) {
            closeAll("gmcast.isolate=2");
        }
        rearm();
    }

    @Override
    public int port() {
        return listening.port();
    }

    @Override
    public int peerCount() {
        return links.upCount();
    }

    @Override
    public long refusedCount() {
        return refusals.total();
    }

    @Override
    public long roundTripNs(final int peer) {
        return links.at(peer) == null ? -1 : links.at(peer).control.roundTripNs;
    }

    @Override
    public List<LinkStatus> links() {
        return links.status(identity.network());
    }

    @Override
    public List<String> unlinked() {
        return book.unlinked(links::contains);
    }

    @Override
    public List<RingReport.Fault> faults() {
        return links.lastFaults();
    }

    @Override
    public List<String> describe() {
        return MeshReport.lines(links, book, refusals);
    }

    // ---- what several networks need

    @Override
    public long life(final int peer) {
        return links.at(peer).mesh;
    }

    @Override
    public long answeredNs(final int peer) {
        return links.at(peer).answeredNs;
    }

    @Override
    public void tellAddresses(final int peer, final List<PeerAddress> byNetwork) {
        final Connection c = links.at(peer).control;
        final ByteBuf body = c.channel.alloc().directBuffer(256);
        Hello.encodeAddresses(body, byNetwork);
        c.frame(Frames.ADDRESSES, body);
    }

    @Override
    public void learn(final MemberId member, final PeerAddress address) {
        learn(List.of(new Hello.Known(member, address)), nowNs());
    }

    @Override
    public void drop(final int peer, final String why) {
        links.drop(links.at(peer), why);
    }

    @Override
    public PeerAddress advertised() {
        return listening.advertised();
    }

    // ---- what the package's other classes use

    TransportConfig config() {
        return config;
    }

    MeshIdentity identity() {
        return identity;
    }

    int network() {
        return identity.network();
    }

    AddressBook book() {
        return book;
    }

    Refusals refusals() {
        return refusals;
    }

    Channels channels() {
        return channels;
    }

    ChannelSecurity security() {
        return security;
    }

    long nowNs() {
        return loop.nowNs();
    }

    Hello hello(final TrafficClass trafficClass, final long linkNonce) {
        final List<Hello.Known> known = trafficClass == TrafficClass.BULK ? List.of() : links.known();
        return new Hello(Hello.VERSION_MIN, Hello.VERSION_MAX, trafficClass, identity.network(), identity.self(),
            identity.life(), linkNonce, identity.cluster(), identity.node(), listening.advertised(), known);
    }

    /** Neither are connections made nor taken. */
    boolean isCutOff() {
        return isolation == 2;
    }

    boolean isIsolated() {
        return isolation != 0;
    }

    boolean isStopped() {
        return stopped;
    }

    void flushLater(final Connection connection) {
        unsent.add(connection);
    }

    void rearm() {
        clock.rearm();
    }

    // ---- what connections say

    void onListening() {
        clock.start();
    }

    void onListenFailed(final String what) {
        stop();
        listener.onListenFailed(what);
    }

    void onError(final Throwable error) {
        loop.fail(error);
    }

    void onChannelInactive(final Connection c, final String why) {
        if (c.phase == Connection.Phase.CLOSED) {
            return;
        }
        if (c.link != null) {
            links.drop(c.link, why);
        }
        c.close();
    }

    void onFrame(final Connection c, final int kind, final ByteBuf body, final long nowNs) throws BadFrame {
        if (kind < Frames.PING) {
            handshake.onFrame(c, kind, body, nowNs);
            return;
        }
        if (c.phase != Connection.Phase.OPEN) {
            throw new BadFrame("frame of kind " + kind + " in a handshake");
        }
        switch (kind) {
            case Frames.PING -> c.frame(Frames.PONG, Handshake.number(body));
            case Frames.PONG -> onPong(c, Handshake.number(body), nowNs);
            case Frames.ADDRESSES -> listener.onAddresses(c.link.peer, Hello.decodeAddresses(body));
            default -> {
                final List<Hello.Known> known = Hello.decodeKnown(body);
                Hello.end(body);
                learn(known, nowNs);
            }
        }
    }

    private void onPong(final Connection c, final long sentNs, final long nowNs) {
        c.onRoundTrip(nowNs - sentNs);
        if (c.trafficClass == TrafficClass.CONTROL && c.link != null) {
            c.link.answeredNs = Math.max(c.link.answeredNs, Math.min(sentNs, nowNs));
        }
    }

    void onPacket(final Connection c, final long number, final DirectBuffer packet, final int length, final long nowNs) throws BadFrame {
        final Link link = c.link;
        if (link == null || !link.isUp() && !handshake.peerIsUp(link, nowNs)) {
            throw new BadFrame("packet in a handshake");
        }
        if (link.isUp() && (number == 0 || listener.isNew(link.handle, number))) {
            listener.onPacket(nowNs, link.handle, packet, 0, length);
        }
    }

    void onBadFrame(final Connection c, final BadFrame bad) {
        if (c.phase != Connection.Phase.CLOSED) {
            refusals.refuse(c, bad.refusal(), bad.getMessage());
        }
    }

    private void closeAll(final String why) {
        channels.closeAll();
        links.all().forEach(link -> links.drop(link, why));
    }

    // ---- addresses

    void learn(final Hello hello, final Connection c, final long nowNs) {
        final PeerAddress address = c.advertised();
        if (address.port() != 0) {
            book.learn(address, hello.member(), nowNs);
        }
        learn(hello.known(), nowNs);
    }

    private void learn(final List<Hello.Known> known, final long nowNs) {
        book.learn(known, identity.self(), links::contains, nowNs);
        rearm();
    }
}

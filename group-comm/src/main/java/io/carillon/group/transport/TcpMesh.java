// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links to all other nodes of the cluster over TCP, two connections each. It finds them by configured addresses and by what others tell, keeps the links up, and refuses
 * whoever does not belong.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class TcpMesh {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMesh.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BULK_PING_RARENESS = 5;
    private static final long LATE_NS = 1_000_000_000L;

    private final EngineLoop loop;
    private final TransportConfig config;
    private final String cluster;
    private final String node;
    private final MemberId self;
    private final MeshListener listener;
    private final long nonce = RANDOM.nextLong();
    private final LimitedLog log = new LimitedLog(LOG);
    private final AddressBook book;
    private final Dialer dialer;
    private final Handshake handshake;
    private final Listening listening;
    private final LoopTimer timer;
    private final Map<MemberId, Link> links = new LinkedHashMap<>();
    private final Link[] byHandle;
    private final List<Connection> handshaking = new ArrayList<>();
    private final List<Connection> unsent = new ArrayList<>();
    private final long[] refusals = new long[Refusal.values().length];
    private ChannelSecurity security = ChannelSecurity.NONE;
    private Predicate<String> admission = ip -> true;
    private int isolation;
    private boolean stopped;
    private long nextPingNs;
    private int pings;

    /**
     * A mesh that is not started yet.
     *
     * @param cluster peers of another name are refused.
     * @param node name of this node, for people.
     * @param self own incarnation.
     */
    public TcpMesh(final EngineLoop loop, final TransportConfig config, final String cluster, final String node, final MemberId self,
        final MeshListener listener) {
        this.loop = loop;
        this.config = config;
        this.cluster = cluster;
        this.node = node;
        this.self = self;
        this.listener = listener;
        book = new AddressBook(config);
        dialer = new Dialer(this, loop);
        handshake = new Handshake(this, self);
        listening = new Listening(this, loop, config);
        timer = loop.timer(this::onTimer);
        byHandle = new Link[config.peersMax()];
    }

    /** Sets what protects connections; before {@link #start}. */
    public void security(final ChannelSecurity channelSecurity) {
        security = channelSecurity;
    }

    /** Sets who may connect, by the text of the IP address. */
    public void admission(final Predicate<String> admitted) {
        admission = admitted;
    }

    /** Listens, and looks for peers at {@code addresses}. */
    public void start(final List<PeerAddress> addresses) {
        for (final PeerAddress address : addresses) {
            book.configure(address, nowNs());
        }
        nextPingNs = nowNs() + config.pingNs();
        listening.start();
    }

    /** Closes everything; the listener hears nothing more. What was sent before leaves if the sockets take it. */
    public void stop() {
        stopped = true;
        timer.cancel();
        listening.stop();
        for (final Connection connection : List.copyOf(handshaking)) {
            connection.close();
        }
        for (final Link link : List.copyOf(links.values())) {
            drop(link, "this node leaves");
        }
    }

    /** Sends a packet with the next {@link #flush}. Lost when the peer is gone or takes too little. */
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        final Link link = byHandle[peer];
        if (link != null) {
            Check.that(length <= config.frameLengthMax(), "packet length and the largest frame", length, config.frameLengthMax());
            link.connection(trafficClass).packet(packet, offset, length);
        }
    }

    /** Hands everything sent since the last call to the sockets: once a pass. */
    public void flush() {
        for (int i = 0; i < unsent.size(); i++) {
            unsent.get(i).flush();
        }
        unsent.clear();
    }

    /** 0: normal. 1: nothing is sent or understood, connections stay. 2: connections are closed and none made. */
    public void isolate(final int mode) {
        isolation = mode;
        if (mode == 2) {
            for (final Connection connection : List.copyOf(handshaking)) {
                connection.close();
            }
            for (final Link link : List.copyOf(links.values())) {
                drop(link, "gmcast.isolate=2");
            }
        }
        rearm(nowNs());
    }

    /** Port listened on, or 0 before that. */
    public int port() {
        return listening.port();
    }

    /** Members linked with both connections. */
    public int peerCount() {
        int count = 0;
        for (final Link link : links.values()) {
            count += link.isUp() ? 1 : 0;
        }
        return count;
    }

    /** Connections refused for any reason, and refusals received. */
    public long refusedCount() {
        long count = 0;
        for (final long c : refusals) {
            count += c;
        }
        return count;
    }

    /** Round trip to a peer in nanoseconds, smoothed; -1 before the first. */
    public long roundTripNs(final int peer) {
        return byHandle[peer] == null ? -1 : byHandle[peer].control.roundTripNs;
    }

    /** One line for each link, address without link, and refusal counter. */
    public List<String> describe() {
        return MeshReport.lines(links.values(), book, refusals, this);
    }

    // ---- what the package's other classes use

    TransportConfig config() {
        return config;
    }

    String cluster() {
        return cluster;
    }

    long nonce() {
        return nonce;
    }

    AddressBook book() {
        return book;
    }

    ChannelSecurity security() {
        return security;
    }

    long nowNs() {
        return loop.nowNs();
    }

    boolean isIsolated() {
        return isolation != 0;
    }

    boolean isStopped() {
        return stopped;
    }

    Link link(final MemberId member) {
        return links.get(member);
    }

    int linkCount() {
        return links.size();
    }

    void flushLater(final Connection connection) {
        unsent.add(connection);
    }

    static String printable(final String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    // ---- connections

    void onListening() {
        onTimer();
    }

    void onListenFailed(final String what) {
        stop();
        listener.onListenFailed(what);
    }

    void onAccepted(final Channel channel) {
        final String ip = Connection.ipOf(channel);
        Refusal refusal = null;
        if (stopped || isolation == 2) {
            channel.close();
            return;
        } else if (!admission.test(ip)) {
            refusal = Refusal.NOT_ALLOWED;
        } else if (inboundHandshakes() >= config.unauthenticatedMax()) {
            refusal = Refusal.TOO_MANY;
        }
        if (refusal != null) {
            count(refusal, ip, "");
            channel.close();
            return;
        }
        security.install(channel.pipeline(), false);
        handshaking.add(attach(channel, false, null));
        rearm(nowNs());
    }

    void onConnected(final Channel channel, final AddressBook.Entry entry) {
        if (stopped || isolation != 0) {
            channel.close();
            onDialFailed(entry, "isolated");
            return;
        }
        final Connection c = attach(channel, true, entry);
        handshaking.add(c);
        sendHello(c, TrafficClass.CONTROL, RANDOM.nextLong());
        rearm(nowNs());
    }

    void onDialFailed(final AddressBook.Entry entry, final String why) {
        book.onFailed(entry, why, nowNs());
        rearm(nowNs());
    }

    void dialBulk(final Link link) {
        dialer.dialBulk(link);
    }

    void onBulkConnected(final Channel channel, final Link link) {
        if (stopped || links.get(link.peer) != link) {
            channel.close();
            return;
        }
        final Connection c = attach(channel, true, null);
        c.trafficClass = TrafficClass.BULK;
        c.link = link;
        link.bulk = c;
        handshaking.add(c);
        sendHello(c, TrafficClass.BULK, link.nonce);
    }

    void onBulkFailed(final Link link, final String why) {
        if (links.get(link.peer) == link) {
            drop(link, "no bulk connection: " + why);
        }
    }

    private Connection attach(final Channel channel, final boolean initiator, final AddressBook.Entry entry) {
        final Connection c = new Connection(this, channel, initiator, entry, nowNs());
        channel.pipeline().addLast("carillon", c);
        return c;
    }

    void sendHello(final Connection c, final TrafficClass trafficClass, final long linkNonce) {
        c.helloLink = linkNonce;
        final List<Hello.Known> known = trafficClass == TrafficClass.BULK ? List.of() : known();
        final ByteBuf body = c.channel.alloc().directBuffer(1024);
        new Hello(Hello.VERSION_MIN, Hello.VERSION_MAX, trafficClass, self, nonce, linkNonce, cluster, node, listening.advertised(), known).encode(body);
        c.frame(Frames.HELLO, body);
    }

    void opened(final Connection c) {
        handshaking.remove(c);
        c.open();
        final int max = c.trafficClass == TrafficClass.BULK ? config.bulkPendingMax() : config.controlPendingMax();
        c.channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(max / 2, max));
    }

    void onConnectionClosed(final Connection c) {
        handshaking.remove(c);
        if (c.dialled != null && c.dialled.dialling) {
            book.onFailed(c.dialled, c.remote == null ? "closed before it said anything" : "refused", nowNs());
        }
        rearm(nowNs());
    }

    void onChannelInactive(final Connection c, final String why) {
        if (c.phase == Connection.Phase.CLOSED) {
            return;
        }
        if (c.link != null) {
            drop(c.link, why);
        } else {
            c.close();
        }
    }

    void onFrame(final Connection c, final int kind, final ByteBuf body, final long nowNs) throws BadFrame {
        switch (kind) {
            case Frames.PING -> {
                opened(c, kind);
                c.frame(Frames.PONG, Handshake.number(body));
            }
            case Frames.PONG -> {
                opened(c, kind);
                c.onRoundTrip(nowNs - Handshake.number(body));
            }
            case Frames.PEERS -> {
                opened(c, kind);
                final List<Hello.Known> known = Hello.decodeKnown(body);
                Hello.end(body);
                learn(known, nowNs);
            }
            default -> handshake.onFrame(c, kind, body, nowNs);
        }
    }

    private static void opened(final Connection c, final int kind) throws BadFrame {
        if (c.phase != Connection.Phase.OPEN) {
            throw new BadFrame("frame of kind " + kind + " in a handshake");
        }
    }

    void onPacket(final Connection c, final DirectBuffer packet, final int length, final long nowNs) throws BadFrame {
        final Link link = c.link;
        if (link == null) {
            throw new BadFrame("packet in a handshake");
        }
        if (!link.isUp()) {
            // The peer has both connections open, else it would not send; its ESTABLISHED is still under way on the other one.
            if (!link.initiator || link.bulk == null || link.control.phase != Connection.Phase.OPEN) {
                throw new BadFrame("packet in a handshake");
            }
            opened(link.bulk);
            onLinkUp(link, nowNs);
        }
        if (link.isUp()) {
            listener.onPacket(nowNs, link.handle, packet, 0, length);
        }
    }

    void onBadFrame(final Connection c, final BadFrame bad) {
        if (c.phase != Connection.Phase.CLOSED) {
            refuse(c, Refusal.GARBAGE, bad.getMessage());
        }
    }

    /** Tells the other side why, counts it, says it, and closes. */
    void refuse(final Connection c, final Refusal refusal, final String detail) {
        count(refusal, c.remoteIp(), detail);
        final ByteBuf body = c.channel.alloc().directBuffer(256);
        body.writeShortLE(refusal.code());
        Hello.writeText(body, detail);
        c.frame(Frames.REFUSE, body);
        onChannelInactive(c, refusal.text());
    }

    void onRefused(final Connection c, final Refusal refusal, final String detail, final long nowNs) {
        refusals[refusal.code()]++;
        if (refusal == Refusal.SELF && c.dialled != null) {
            c.dialled.self = true;
        }
        if (!refusal.isOrdinary()) {
            log.say(nowNs, refusal.isOperatorsMistake(), "refused by " + c.remoteIp() + refusal, "the node at " + c.remoteText()
                + " refused a connection: in its eyes this node " + refusal.text() + (detail.isEmpty() ? "" : " (" + printable(detail) + ")"));
        }
        onChannelInactive(c, "refused: " + refusal);
    }

    private void count(final Refusal refusal, final String ip, final String detail) {
        refusals[refusal.code()]++;
        if (refusal.isOrdinary()) {
            return;
        }
        log.say(nowNs(), refusal.isOperatorsMistake(), ip + refusal, "refused a connection with " + ip + ": it " + refusal.text()
            + (detail.isEmpty() ? "" : " (" + printable(detail) + ")"));
    }

    private int inboundHandshakes() {
        int count = 0;
        for (int i = 0; i < handshaking.size(); i++) {
            count += handshaking.get(i).initiator ? 0 : 1;
        }
        return count;
    }

    // ---- links

    Link makeLink(final Connection control, final long linkNonce, final long nowNs) {
        final Link link = new Link(control, effectiveAddress(control), linkNonce, nowNs + config.handshakeNs());
        control.link = link;
        links.put(link.peer, link);
        rearm(nowNs);
        return link;
    }

    void onLinkUp(final Link link, final long nowNs) {
        int handle = 0;
        while (byHandle[handle] != null) {
            handle++;
        }
        link.handle = handle;
        byHandle[handle] = link;
        LOG.info("linked to {} ({}) at {}", printable(link.node), link.peer, link.advertised);
        listener.onPeerUp(nowNs, handle, link.peer);
        link.control.frame(Frames.PING, nowNs);
        gossip();
        rearm(nowNs);
    }

    void drop(final Link link, final String why) {
        if (!links.remove(link.peer, link)) {
            return;
        }
        final int handle = link.handle;
        if (handle >= 0) {
            byHandle[handle] = null;
            link.handle = -1;
        }
        final long nowNs = nowNs();
        book.onLost(link.peer, nowNs);
        link.control.close();
        if (link.bulk != null) {
            link.bulk.close();
        }
        if (handle >= 0 && !stopped) {
            LOG.info("link to {} ({}) is down: {}", printable(link.node), link.peer, printable(why));
            listener.onPeerDown(nowNs, handle);
        }
        rearm(nowNs);
    }

    void learn(final Hello hello, final Connection c, final long nowNs) {
        final PeerAddress address = effectiveAddress(c);
        if (address.port() != 0) {
            book.learn(address, hello.member(), nowNs);
        }
        learn(hello.known(), nowNs);
    }

    private void learn(final List<Hello.Known> known, final long nowNs) {
        for (final Hello.Known k : known) {
            if (!k.member().equals(self) && !links.containsKey(k.member()) && k.address().port() != 0 && !k.address().isWildcard()) {
                book.learn(k.address(), k.member(), nowNs);
            }
        }
        rearm(nowNs);
    }

    private static PeerAddress effectiveAddress(final Connection c) {
        final PeerAddress advertised = c.remote.advertised();
        return advertised.isWildcard() ? advertised.at(c.remoteIp()) : advertised;
    }

    private List<Hello.Known> known() {
        final List<Hello.Known> known = new ArrayList<>();
        for (final Link link : links.values()) {
            if (link.isUp() && link.advertised.port() != 0) {
                known.add(new Hello.Known(link.peer, link.advertised));
            }
        }
        return known;
    }

    /** Whoever is linked hears of everybody who is: a node that comes is found by all at once. */
    private void gossip() {
        final List<Hello.Known> known = known();
        for (final Link link : links.values()) {
            if (link.isUp()) {
                final ByteBuf body = link.control.channel.alloc().directBuffer(1024);
                Hello.encodeKnown(body, known);
                link.control.frame(Frames.PEERS, body);
            }
        }
    }

    // ---- time

    private void rearm(final long nowNs) {
        if (stopped || listening.port() == 0) {
            return;
        }
        long next = nextPingNs;
        for (int i = 0; i < handshaking.size(); i++) {
            next = Math.min(next, handshaking.get(i).deadlineNs);
        }
        for (final Link link : links.values()) {
            next = link.isUp() ? next : Math.min(next, link.deadlineNs);
        }
        if (isolation == 0) {
            next = Math.min(next, book.nextNs(links::containsKey));
        }
        timer.deadline(next);
    }

    private void onTimer() {
        if (stopped) {
            return;
        }
        final long nowNs = nowNs();
        for (final Connection c : List.copyOf(handshaking)) {
            if (nowNs - c.deadlineNs >= 0) {
                refuse(c, Refusal.TOO_SLOW, "");
            }
        }
        for (final Link link : List.copyOf(links.values())) {
            if (!link.isUp() && nowNs - link.deadlineNs >= 0) {
                drop(link, "not established in time");
            }
        }
        if (nowNs - nextPingNs >= 0) {
            ping(nowNs);
        }
        if (isolation == 0) {
            book.due(nowNs, links::containsKey).forEach(dialer::dial);
        }
        rearm(nowNs);
    }

    private void ping(final long nowNs) {
        // After a pause of this process everybody looks silent: what they sent is still in the sockets' buffers.
        final boolean late = nowNs - nextPingNs > LATE_NS;
        nextPingNs = nowNs + config.pingNs();
        pings++;
        for (final Link link : List.copyOf(links.values())) {
            if (link.isUp()) {
                ping(link.control, nowNs, late);
                if (link.isUp() && pings % BULK_PING_RARENESS == 0) {
                    ping(link.bulk, nowNs, late);
                }
            }
        }
    }

    private void ping(final Connection c, final long nowNs, final boolean late) {
        final long limit = c.trafficClass == TrafficClass.BULK ? BULK_PING_RARENESS * config.silentNs() : config.silentNs();
        if (late) {
            c.lastReadNs = nowNs;
        } else if (nowNs - c.lastReadNs > limit) {
            drop(c.link, "silent for " + (nowNs - c.lastReadNs) / 1_000_000 + " ms");
            return;
        }
        c.frame(Frames.PING, nowNs);
    }
}

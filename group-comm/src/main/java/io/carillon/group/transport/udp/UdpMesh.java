// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.AddressBook;
import io.carillon.group.transport.Admission;
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
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.slf4j.LoggerFactory;

/**
 * Links to all other nodes over UDP, by unicast or, for what goes to all, by multicast. The ring repairs what is lost;
 * only long messages are repaired here, fragment by fragment (docs/transport.md).
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class UdpMesh implements NetworkMesh {
    private final EngineLoop loop;
    private final TransportConfig config;
    private final MeshIdentity identity;
    private final MeshListener listener;
    private final AddressBook book;
    private final UdpLinks links;
    private final UdpHandshake handshake;
    private final UdpSocket socket;
    private final UdpReceiver receiver;
    private final UdpListening listening;
    private final UdpClock clock;
    private final UdpRefusals refusals;
    private final List<UdpLink> unsent = new ArrayList<>();
    private Admission admission = Admission.ALL;
    private MulticastSender multicast;
    private int isolation;
    private boolean stopped;

    public UdpMesh(final EngineLoop loop, final TransportConfig config, final MeshIdentity identity, final MeshListener listener) {
        this.loop = loop;
        this.config = config;
        this.identity = identity;
        this.listener = listener;
        book = new AddressBook(config);
        refusals = new UdpRefusals(LoggerFactory.getLogger(UdpMesh.class), loop::nowNs);
        links = new UdpLinks(this, listener, config.peersMax());
        handshake = new UdpHandshake(this, links, config.udp().key());
        receiver = new UdpReceiver(this, listener, links, handshake);
        socket = new UdpSocket(loop, receiver);
        listening = new UdpListening(this, loop, socket);
        clock = new UdpClock(this, loop, links, handshake);
    }

    /** Sets who says which address may connect. */
    public void admission(final Admission asked) {
        admission = asked;
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
        closeAll("this node leaves");
        flush();
        listening.stop();
        socket.close();
    }

    private void closeAll(final String why) {
        for (final UdpLink link : links.all()) {
            close(link, why);
        }
        handshake.stop();
    }

    /** Ends a link, and tells the peer. */
    private void close(final UdpLink link, final String why) {
        if (link.isUp()) {
            link.frame(Datagrams.CLOSE, 0);
            link.flush(nowNs());
        }
        links.drop(link, why);
    }

    @Override
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        sendNumbered(peer, 0, packet, offset, length, trafficClass);
    }

    @Override
    public void sendNumbered(final int peer, final long number, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        final UdpLink link = links.at(peer);
        if (link == null) {
            return;
        }
        Check.that(length + Long.BYTES <= config.frameLengthMax(), "packet length and the largest message", length,
            config.frameLengthMax());
        if (isolation != 0) {
            link.packetsLost++;
        } else if (number != 0 || multicast == null || !multicast.take(link, packet, offset, length, trafficClass)) {
            link.packetsOut++;
            link.message(number == 0 ? Frames.PACKET : Frames.NUMBERED, number, packet, offset, length, trafficClass);
        }
    }

    @Override
    public void flush() {
        if (multicast != null) {
            multicast.flush();
        }
        final long nowNs = unsent.isEmpty() ? 0 : nowNs();
        for (int i = 0; i < unsent.size(); i++) {
            final UdpLink link = unsent.get(i);
            if (isolation == 0 && link.state != UdpLink.State.CLOSED) {
                link.flush(nowNs);
                clock.atLatest(link.fragments.deadlineNs());
            } else {
                link.discard();
            }
        }
        unsent.clear();
        socket.flush();
    }

    @Override
    public void discard() {
        unsent.forEach(UdpLink::discard);
        unsent.clear();
        if (multicast != null) {
            multicast.discard();
        }
        socket.discard();
    }

    @Override
    public void isolate(final int mode) {
        if (mode == 2) {
            closeAll("gmcast.isolate=2");
        }
        isolation = mode;
        clock.rearm();
    }

    @Override
    public int port() {
        return socket.port();
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
        return links.at(peer) == null ? -1 : links.at(peer).roundTripNs;
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
        final List<String> lines = links.describe();
        unlinked().forEach(address -> lines.add("no link: " + address));
        if (multicast != null) {
            lines.add("multicast: " + config.udp().multicast() + (multicast.audience() > 0 ? " reaches all " + multicast.audience()
                : " does not reach all, each is sent to by itself") + ", " + multicast.packets() + " packets");
        }
        refusals.describe(lines);
        if (socket.failed() > 0) {
            lines.add("datagrams that the system did not send, or of which the network said that they did not arrive: " + socket.failed());
        }
        return lines;
    }

    // ---- what several networks need

    @Override
    public long life(final int peer) {
        return links.at(peer).remote.hello().mesh();
    }

    @Override
    public long answeredNs(final int peer) {
        return links.at(peer).answeredNs;
    }

    @Override
    public void tellAddresses(final int peer, final List<PeerAddress> byNetwork) {
        final ByteBuf body = Unpooled.buffer(256);
        Hello.encodeAddresses(body, byNetwork);
        links.at(peer).message(Frames.ADDRESSES, body);
    }

    @Override
    public void learn(final MemberId member, final PeerAddress address) {
        learn(List.of(new Hello.Known(member, address)), nowNs());
    }

    @Override
    public void drop(final int peer, final String why) {
        close(links.at(peer), why);
    }

    @Override
    public PeerAddress advertised() {
        return config.advertised(port());
    }

    // ---- what the package's other classes use

    TransportConfig config() {
        return config;
    }

    /** The link with a handle; null for none. */
    UdpLink link(final int handle) {
        return links.at(handle);
    }

    AddressBook book() {
        return book;
    }

    UdpSocket socket() {
        return socket;
    }

    UdpReceiver receiver() {
        return receiver;
    }

    UdpRefusals refusals() {
        return refusals;
    }

    Admission admission() {
        return admission;
    }

    MulticastSender multicast() {
        return multicast;
    }

    int network() {
        return identity.network();
    }

    MemberId self() {
        return identity.self();
    }

    long nowNs() {
        return loop.nowNs();
    }

    /** Nothing is said, understood or made. */
    boolean isMute() {
        return stopped || isolation != 0;
    }

    boolean isIsolated() {
        return isolation != 0;
    }

    boolean isStopped() {
        return stopped;
    }

    void flushLater(final UdpLink link) {
        unsent.add(link);
    }

    void rearm() {
        clock.rearm();
    }

    void later(final Runnable task, final long delayNs) {
        loop.schedule(task, delayNs);
    }

    /** What each peer may have under way to this node, so that all of it fits where the system keeps it until it is read. */
    int receiveWindow() {
        return socket.receiveBuffer() / 4 / Math.max(1, links.upCount());
    }

    Hello hello() {
        return new Hello(Hello.VERSION_MIN, Hello.VERSION_MAX, TrafficClass.CONTROL, identity.network(), identity.self(),
            identity.life(), 0, identity.cluster(), identity.node(), advertised(), List.of());
    }

    int freeIndex(final Random random) {
        int index;
        do {
            index = random.nextInt();
        } while (links.byIndex(index) != null);
        return index;
    }

    MeshIdentity identity() {
        return identity;
    }

    void onBound() {
        final InetSocketAddress group = listening.multicastGroup();
        if (group != null) {
            multicast = new MulticastSender(this, group, handshake.multicastIndex(),
                UdpKeys.multicast(config.udp().key(), handshake.introduction()), config.peersMax());
        }
        clock.start();
    }

    void onListenFailed(final String what) {
        stop();
        listener.onListenFailed(what);
    }

    void learn(final List<Hello.Known> known, final long nowNs) {
        book.learn(known, identity.self(), links::contains, nowNs);
        rearm();
    }
}

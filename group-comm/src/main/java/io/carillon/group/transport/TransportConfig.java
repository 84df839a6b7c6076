// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

/**
 * Settings of the links to other nodes; times in nanoseconds, sizes in bytes.
 *
 * @param listen address to listen on ({@code gmcast.listen_addr}); port 0 takes a free one.
 * @param advertised address told to others; with a wildcard host they use the address that they see, with port 0 the port listened on.
 * @param frameLengthMax largest frame of a linked peer.
 * @param controlPendingMax unsent bytes on a control connection beyond which packets are lost (the ring repairs).
 * @param bulkPendingMax the same for bulk connections.
 * @param handshakeNs a connection or link that is not established by then is closed.
 * @param pingNs period of round-trip measurement.
 * @param silentNs a link is closed when nothing, not even an answer to a ping, came for so long.
 * @param reconnectMinNs first back-off; doubles.
 * @param reconnectMaxNs largest back-off.
 * @param forgetNs an address learnt from others is forgotten when nobody answered there for so long.
 * @param bindPatienceNs how long a taken port is waited for.
 * @param unauthenticatedMax inbound connections without finished handshake.
 * @param peersMax linked peers.
 * @param links further networks.
 * @param udp what UDP needs; null: TCP.
 */
public record TransportConfig(PeerAddress listen, PeerAddress advertised, int frameLengthMax, int controlPendingMax, int bulkPendingMax,
    long handshakeNs, long pingNs, long silentNs, long reconnectMinNs, long reconnectMaxNs, long forgetNs, long bindPatienceNs,
    int unauthenticatedMax, int peersMax, LinkConfig links, UdpConfig udp) {
    private static final long MS = 1_000_000L;

    /** The defaults: {@code gmcast.listen_addr = tcp://0.0.0.0:4567}. */
    public static TransportConfig defaults() {
        return new TransportConfig(new PeerAddress("0.0.0.0", PeerAddress.DEFAULT_PORT), new PeerAddress("", 0), 4 << 20, 2 << 20, 8 << 20,
            3_000 * MS, 1_000 * MS, 15_000 * MS, 20 * MS, 1_000 * MS, 3_600_000 * MS, 5_000 * MS, 64, 254, LinkConfig.none(), null);
    }

    /** The same with another address to listen on. */
    public TransportConfig withListen(final PeerAddress address) {
        return new TransportConfig(address, advertised, frameLengthMax, controlPendingMax, bulkPendingMax, handshakeNs, pingNs, silentNs,
            reconnectMinNs, reconnectMaxNs, forgetNs, bindPatienceNs, unauthenticatedMax, peersMax, links, udp);
    }

    /** The same with another address told to others. */
    public TransportConfig withAdvertised(final PeerAddress address) {
        return new TransportConfig(listen, address, frameLengthMax, controlPendingMax, bulkPendingMax, handshakeNs, pingNs, silentNs,
            reconnectMinNs, reconnectMaxNs, forgetNs, bindPatienceNs, unauthenticatedMax, peersMax, links, udp);
    }

    /** The same with other bounds on unsent bytes. */
    public TransportConfig withPendingMax(final int control, final int bulk) {
        return new TransportConfig(listen, advertised, frameLengthMax, control, bulk, handshakeNs, pingNs, silentNs,
            reconnectMinNs, reconnectMaxNs, forgetNs, bindPatienceNs, unauthenticatedMax, peersMax, links, udp);
    }

    /** The same with other times for handshake, ping and silence. */
    public TransportConfig withPatience(final long handshake, final long ping, final long silent) {
        return new TransportConfig(listen, advertised, frameLengthMax, controlPendingMax, bulkPendingMax, handshake, ping, silent,
            reconnectMinNs, reconnectMaxNs, forgetNs, bindPatienceNs, unauthenticatedMax, peersMax, links, udp);
    }

    /** The same with other bounds on connections. */
    public TransportConfig withLimits(final int unauthenticated, final int peers) {
        return new TransportConfig(listen, advertised, frameLengthMax, controlPendingMax, bulkPendingMax, handshakeNs, pingNs, silentNs,
            reconnectMinNs, reconnectMaxNs, forgetNs, bindPatienceNs, unauthenticated, peers, links, udp);
    }

    /** The same with further networks. */
    public TransportConfig withLinks(final LinkConfig others) {
        return new TransportConfig(listen, advertised, frameLengthMax, controlPendingMax, bulkPendingMax, handshakeNs, pingNs, silentNs,
            reconnectMinNs, reconnectMaxNs, forgetNs, bindPatienceNs, unauthenticatedMax, peersMax, others, udp);
    }

    /** The same over UDP, or with null over TCP. */
    public TransportConfig withUdp(final UdpConfig config) {
        return new TransportConfig(listen, advertised, frameLengthMax, controlPendingMax, bulkPendingMax, handshakeNs, pingNs, silentNs,
            reconnectMinNs, reconnectMaxNs, forgetNs, bindPatienceNs, unauthenticatedMax, peersMax, links, config);
    }

    /** What is told to others by who listens on {@code port}; without a host where only they can see which one leads here. */
    public PeerAddress advertised(final int port) {
        final String host = !advertised.isWildcard() ? advertised.host() : listen.isWildcard() ? "" : listen.host();
        return new PeerAddress(host, advertised.port() == 0 ? port : advertised.port());
    }

    /** What holds on a network: its own address to listen on, and links that are compared by answers that come often. */
    public TransportConfig onNetwork(final int network) {
        if (links.further().isEmpty()) {
            return this;
        }
        final boolean first = network == 0;
        return new TransportConfig(first ? listen : links.further().get(network - 1).listen(), first ? advertised : new PeerAddress("", 0),
            frameLengthMax, controlPendingMax, bulkPendingMax, handshakeNs, links.heartbeatNs(), silentNs, reconnectMinNs, reconnectMaxNs,
            forgetNs, bindPatienceNs, unauthenticatedMax, peersMax, links, udp);
    }
}

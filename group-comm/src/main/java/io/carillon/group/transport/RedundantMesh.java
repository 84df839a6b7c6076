// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.ring.TrafficClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several networks as one mesh: a peer is up as long as one link to it is. A link that fails is replaced by another one
 * to the same peer, which the ring does not notice but by what it has to ask for again (docs/transport.md).
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class RedundantMesh implements Mesh {
    private static final Logger LOG = LoggerFactory.getLogger(RedundantMesh.class);
    /** Longer packets take one link in any mode. */
    static final int ACTIVE_LENGTH_MAX = 8 << 10;

    /** Makes the mesh of one network. */
    public interface Opener {
        NetworkMesh open(int network, MeshListener listener);
    }

    private final EngineLoop loop;
    private final LinkConfig config;
    private final MeshListener listener;
    private final NetworkMesh[] networks;
    private final RedundantPeer[] byHandle;
    /** By network and the handle there. */
    private final RedundantPeer[][] byPath;
    private final Map<MemberId, RedundantPeer> byMember = new LinkedHashMap<>();
    private final FaultCounts[] faults;
    private final LinkFaults silences = new LinkFaults();
    private final LoopTimer timer;
    private final LimitedLog log = new LimitedLog(LOG);
    /** Counts over all peers: never given twice in a life, not even to a peer that was down meanwhile in one node's eyes only. */
    private long lastNumber;
    private int listening;
    private boolean stopped;

    /** A mesh over one of each network of {@code config}, which {@code opener} opens. */
    public RedundantMesh(final EngineLoop loop, final LinkConfig config, final int peersMax, final MeshListener listener,
        final Opener opener) {
        this.loop = loop;
        this.config = config;
        this.listener = listener;
        final int count = 1 + config.further().size();
        networks = new NetworkMesh[count];
        faults = new FaultCounts[count];
        byHandle = new RedundantPeer[peersMax * count];
        byPath = new RedundantPeer[count][peersMax];
        for (int n = 0; n < count; n++) {
            faults[n] = new FaultCounts();
            networks[n] = opener.open(n, new NetworkListener(n));
        }
        timer = loop.timer(this::onHeartbeat);
    }

    /** The mesh of one network. */
    public NetworkMesh network(final int number) {
        return networks[number];
    }

    @Override
    public void start(final List<PeerAddress> addresses) {
        // The first network last: by then the others can be told of.
        for (int n = networks.length - 1; n >= 0; n--) {
            networks[n].start(n == 0 ? addresses : config.further().get(n - 1).peers());
        }
        onHeartbeat();
    }

    @Override
    public void stop() {
        stopped = true;
        timer.cancel();
        for (final NetworkMesh network : networks) {
            network.stop();
        }
    }

    @Override
    public void send(final int handle, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        final RedundantPeer peer = byHandle[handle];
        if (peer == null) {
            return;
        }
        final RedundantPeer.Path[] paths = peer.paths;
        final RedundantPeer.Path one = paths[peer.current];
        if (config.mode() == LinkMode.PASSIVE || trafficClass == TrafficClass.BULK || length > ACTIVE_LENGTH_MAX) {
            one.mesh.send(one.handle, packet, offset, length, trafficClass);
            return;
        }
        final boolean anyUsable = one.isUsable();
        final long number = ++lastNumber;
        for (int n = 0; n < paths.length; n++) {
            if (anyUsable ? paths[n].isUsable() : paths[n].isUp()) {
                paths[n].mesh.sendNumbered(paths[n].handle, number, packet, offset, length, trafficClass);
            }
        }
    }

    @Override
    public void flush() {
        for (int n = 0; n < networks.length; n++) {
            networks[n].flush();
        }
    }

    @Override
    public void discard() {
        for (final NetworkMesh network : networks) {
            network.discard();
        }
    }

    @Override
    public void isolate(final int mode) {
        for (final NetworkMesh network : networks) {
            network.isolate(mode);
        }
    }

    @Override
    public int port() {
        return networks[0].port();
    }

    @Override
    public int peerCount() {
        return byMember.size();
    }

    @Override
    public long refusedCount() {
        long count = 0;
        for (final NetworkMesh network : networks) {
            count += network.refusedCount();
        }
        return count;
    }

    @Override
    public long roundTripNs(final int handle) {
        final RedundantPeer peer = byHandle[handle];
        return peer == null ? -1 : peer.paths[peer.current].mesh.roundTripNs(peer.paths[peer.current].handle);
    }

    @Override
    public List<LinkStatus> links() {
        final List<LinkStatus> links = new ArrayList<>();
        for (int n = 0; n < networks.length; n++) {
            for (final LinkStatus link : networks[n].links()) {
                links.add(seen(n, link));
            }
        }
        return links;
    }

    private LinkStatus seen(final int network, final LinkStatus link) {
        final RedundantPeer peer = byMember.get(link.member());
        final boolean up = peer != null && peer.paths[network].isUp();
        final boolean silent = up && peer.paths[network].silent;
        final boolean used = up && (peer.current == network || config.mode() == LinkMode.ACTIVE && !silent);
        return link.chosen(silent ? LinkStatus.State.SILENT : link.state(), used, faults[network].of(link.member()));
    }

    @Override
    public List<String> describe() {
        final List<String> lines = new ArrayList<>();
        for (final RedundantPeer peer : byMember.values()) {
            lines.add("links to " + peer.member + ": " + config.mode().name().toLowerCase(java.util.Locale.ROOT) + ", link "
                + peer.current + " in use, " + peer.failovers + " times another one took over");
        }
        for (int n = 0; n < networks.length; n++) {
            for (final String line : networks[n].describe()) {
                lines.add("network " + n + ": " + line);
            }
        }
        return lines;
    }

    @Override
    public List<String> unlinked() {
        final List<String> lines = new ArrayList<>();
        for (int n = 0; n < networks.length; n++) {
            for (final String line : networks[n].unlinked()) {
                lines.add("network " + n + ": " + line);
            }
        }
        return lines;
    }

    @Override
    public List<RingReport.Fault> faults() {
        final List<RingReport.Fault> all = new ArrayList<>(silences.all());
        for (final NetworkMesh network : networks) {
            all.addAll(network.faults());
        }
        all.sort(Comparator.comparingLong(RingReport.Fault::wallMs));
        return all;
    }

    // ---- links

    private void onHeartbeat() {
        final long nowNs = loop.nowNs();
        int bound = 0;
        for (final NetworkMesh network : networks) {
            bound += network.port() == 0 ? 0 : 1;
        }
        if (bound != listening) {
            listening = bound;
            byMember.values().forEach(this::tellAddresses);
        }
        for (final RedundantPeer peer : List.copyOf(byMember.values())) {
            final int before = peer.current;
            peer.look(nowNs, this::onSilence);
            if (peer.current != before) {
                log.say(nowNs, false, "use " + peer.member, () -> "link " + peer.current + " to " + peer.member
                    + " is used instead of link " + before);
            }
        }
        if (!stopped) {
            timer.deadline(nowNs + config.heartbeatNs());
        }
    }

    private void onSilence(final RedundantPeer peer, final int network, final boolean silent, final long lagNs) {
        if (silent) {
            faults[network].add(peer.member);
            silences.add(network, peer.member.toString(), "", "silent for " + lagNs / 1_000_000 + " ms longer than another link");
        }
        log.say(loop.nowNs(), false, "silent " + silent + network + peer.member, () -> "link " + network + " to " + peer.member
            + (silent ? " is silent for " + lagNs / 1_000_000 + " ms longer than another one" : " answers again"));
    }

    private void tellAddresses(final RedundantPeer peer) {
        final List<PeerAddress> byNetwork = new ArrayList<>();
        for (final NetworkMesh network : networks) {
            byNetwork.add(network.advertised());
        }
        final RedundantPeer.Path path = peer.paths[peer.current];
        path.mesh.tellAddresses(path.handle, byNetwork);
    }

    private void onPathUp(final int network, final int pathHandle, final MemberId id, final long nowNs) {
        final long life = networks[network].life(pathHandle);
        final RedundantPeer before = byMember.get(id);
        if (before != null && before.life != life) {
            for (int n = 0; n < networks.length; n++) {
                if (before.paths[n].isUp()) {
                    networks[n].drop(before.paths[n].handle, "the node was restarted");
                }
            }
        }
        final RedundantPeer known = byMember.get(id);
        final RedundantPeer peer = known != null ? known : new RedundantPeer(id, life, freeHandle(), config, networks);
        peer.onUp(network, pathHandle, nowNs);
        byPath[network][pathHandle] = peer;
        if (known == null) {
            byMember.put(id, peer);
            byHandle[peer.handle] = peer;
        }
        tellAddresses(peer);
        if (known == null) {
            listener.onPeerUp(nowNs, peer.handle, id);
        } else {
            LOG.info("link {} to {} is up beside link {}", network, id, peer.current);
        }
    }

    private int freeHandle() {
        int handle = 0;
        while (byHandle[handle] != null) {
            handle++;
        }
        return handle;
    }

    private void onPathDown(final int network, final int pathHandle, final long nowNs) {
        final RedundantPeer peer = byPath[network][pathHandle];
        byPath[network][pathHandle] = null;
        peer.onDown(network, nowNs);
        if (!peer.isUp()) {
            byMember.remove(peer.member);
            byHandle[peer.handle] = null;
            listener.onPeerDown(nowNs, peer.handle);
        } else {
            LOG.info("link {} to {} is down; link {} is in use", network, peer.member, peer.current);
        }
    }

    /** Hears one network. */
    private final class NetworkListener implements MeshListener {
        private final int network;

        NetworkListener(final int network) {
            this.network = network;
        }

        @Override
        public void onPeerUp(final long nowNs, final int peer, final MemberId id) {
            onPathUp(network, peer, id, nowNs);
        }

        @Override
        public void onPeerDown(final long nowNs, final int peer) {
            onPathDown(network, peer, nowNs);
        }

        @Override
        public void onPacket(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
            listener.onPacket(nowNs, byPath[network][peer].handle, buffer, offset, length);
        }

        @Override
        public boolean isNew(final int peer, final long number) {
            return byPath[network][peer].received.take(number);
        }

        @Override
        public void onAddresses(final MemberId member, final List<PeerAddress> byNetwork) {
            for (int n = 0; n < Math.min(networks.length, byNetwork.size()); n++) {
                if (n != network && !byNetwork.get(n).isWildcard()) {
                    networks[n].learn(member, byNetwork.get(n));
                }
            }
        }

        @Override
        public void onListenFailed(final String what) {
            stop();
            listener.onListenFailed(what);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.Check;
import io.carillon.group.DurableRingLog;
import io.carillon.group.EntryKind;
import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.RingReport;
import io.carillon.group.RingStateStore;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.transport.Admission;
import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.LinkConfig;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.Mesh;
import io.carillon.group.transport.MeshIdentity;
import io.carillon.group.transport.MeshListener;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.RedundantMesh;
import io.carillon.group.transport.SegmentedMesh;
import io.carillon.group.transport.TransportConfig;
import io.carillon.group.transport.tcp.TcpMesh;
import io.carillon.group.transport.udp.UdpMesh;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a group over TCP: it owns ring, log and links on one {@link EngineLoop}. It may join and leave any
 * number of times; its identity lasts as long as it can prove
 * what it acknowledged (docs/ring.md, section 8), so within one process always.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class GroupNode implements Group {
    private static final Logger LOG = LoggerFactory.getLogger(GroupNode.class);
    private static final int DELIVERIES_MAX = 8;
    private static final int TRACE_LINES = 20;

    private final EngineLoop loop;
    private final DurableRingLog log;
    private final RingStateStore store;
    private final Consumer<String> failed;
    private final GroupEvents events = new GroupEvents();
    private final RingJournal journal;
    private final RingReporter reporter;
    private final Runnable passEnd = this::endPass;
    private RingConfig ringConfig;
    private TransportConfig transportConfig;
    private ChannelSecurity security = ChannelSecurity.NONE;
    private Admission admission = Admission.ALL;
    private ViewKeeper listener;
    private RingState state;
    private Membership membership;
    private boolean ignoresSplitBrain;
    private boolean ignoresQuorum;
    private int isolation;
    private UUID history;
    private String cluster = "";
    private int segment;

    /**
     * A node that is in no group.
     *
     * @param failed told, in a line for people, when the node cannot go on and has left without order: it cannot
     * listen, its log takes no more, or an invariant is broken.
     */
    public GroupNode(final EngineLoop loop, final RingConfig ringConfig, final TransportConfig transportConfig, final DurableRingLog log,
        final RingStateStore store, final Consumer<String> failed) {
        this.loop = loop;
        this.ringConfig = ringConfig;
        this.transportConfig = transportConfig;
        this.log = log;
        this.store = store;
        this.failed = failed;
        journal = new RingJournal(loop.nowNs());
        reporter = new RingReporter(journal, log);
        final RingState kept = store.load();
        state = kept != null ? kept : RingState.fresh(newId());
        LOG.info("{} member id {}", kept == null ? "no provable state of an earlier life: new" : "continuing as", state.self());
    }

    /** Sets who is told what happens, and from now on when a pass ends; once, before {@link #join}. */
    public void listener(final GroupListener groupListener) {
        Check.that(listener == null, "one listener");
        listener = new ViewKeeper(groupListener, log, () -> membership == null ? null : membership.stableConfiguration(),
            view -> journal.view(loop.nowNs(), view));
        loop.onPassEnd(passEnd);
    }

    /** Sets the ring's settings for the next {@link #join}. */
    public void ringConfig(final RingConfig config) {
        ringConfig = config;
    }

    /** Sets the transport's settings for the next {@link #join}. */
    public void transportConfig(final TransportConfig config) {
        transportConfig = config;
    }

    /** {@code gmcast.segment}: the site that this node is at, 0 to 255, for the next {@link #join}. */
    public void segment(final int number) {
        segment = number;
    }

    /** Sets what protects connections, for the next {@link #join}. */
    public void security(final ChannelSecurity channelSecurity) {
        security = channelSecurity;
    }

    /** Sets who says which address may connect; at once. */
    public void admission(final Admission asked) {
        admission = asked;
    }

    /** {@code gmcast.isolate}: 0 normal, 1 nothing is sent or understood, 2 connections are closed. */
    public void isolate(final int mode) {
        isolation = mode;
        if (membership != null) {
            membership.mesh().isolate(mode);
        }
    }

    /**
     * {@code pc.ignore_sb} and {@code pc.ignore_quorum}: the operator answers for what may be lost. At once, and for
     * every later {@link #join}.
     */
    public void overrides(final boolean ignoreSplitBrain, final boolean ignoreQuorum) {
        ignoresSplitBrain = ignoreSplitBrain;
        ignoresQuorum = ignoreQuorum;
        if (membership != null) {
            membership.call(ring -> ring.overrides(loop.nowNs(), ignoreSplitBrain, ignoreQuorum));
        }
    }

    /** {@code pc.bootstrap}: makes the members that are here a primary view. No effect in one. */
    public void bootstrap() {
        if (membership != null) {
            membership.call(ring -> ring.bootstrap(loop.nowNs()));
        }
    }

    @Override
    public void join(final String clusterName, final List<String> addresses, final boolean found, final long wantedSeqno,
        final byte[] info) {
        Check.that(loop.inLoop(), "join on the engine's thread");
        Check.that(membership == null, "join of a node that is in no group");
        final List<PeerAddress> seeds = new ArrayList<>();
        for (final String address : addresses) {
            seeds.add(PeerAddress.parse(address, PeerAddress.DEFAULT_PORT));
        }
        listener.forget();
        cluster = clusterName;
        final Membership m = new Membership(loop, log, store, events, journal, kept -> state = kept, this::fail);
        final Mesh mesh = mesh(clusterName, m);
        m.begin(ringConfig, state, mesh);
        membership = m;
        mesh.isolate(isolation);
        m.call(ring -> ring.overrides(loop.nowNs(), ignoresSplitBrain, ignoresQuorum));
        m.call(ring -> {
            ring.foundAs(history);
            ring.start(loop.nowNs(), found, wantedSeqno, info);
        });
        mesh.start(seeds);
    }

    private Mesh mesh(final String clusterName, final MeshListener meshListener) {
        final long life = new SecureRandom().nextLong();
        final RedundantMesh.Opener opener = (network, heard) -> {
            final TransportConfig config = transportConfig.onNetwork(network);
            final MeshIdentity identity = new MeshIdentity(clusterName, ringConfig.name(), state.self(), life, network);
            if (config.udp() != null) {
                final UdpMesh mesh = new UdpMesh(loop, config, identity, heard);
                mesh.admission((ip, answer) -> admission.ask(ip, answer));
                return mesh;
            }
            final TcpMesh mesh = new TcpMesh(loop, config, identity, heard);
            mesh.security(security);
            mesh.admission((ip, answer) -> admission.ask(ip, answer));
            return mesh;
        };
        final LinkConfig links = transportConfig.links();
        final SegmentedMesh segmented = new SegmentedMesh(segment, loop::nowNs, meshListener);
        segmented.over(links.further().isEmpty() ? opener.open(0, segmented)
            : new RedundantMesh(loop, links, transportConfig.peersMax(), segmented, opener));
        return segmented;
    }

    /** What carries the packets of this stay, beneath the segments; null when in no group. */
    public Mesh mesh() {
        return membership == null ? null : ((SegmentedMesh) membership.mesh()).carrier();
    }

    /** Links to other members, up or being made. */
    public List<LinkStatus> links() {
        return membership == null ? List.of() : membership.mesh().links();
    }

    @Override
    public void foundAs(final UUID continued) {
        history = continued;
    }

    @Override
    public long offer(final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        return membership == null ? RingResult.CLOSED : membership.offer(kind, buffer, offset, length);
    }

    @Override
    public long barrier() {
        return membership == null ? RingResult.CLOSED : membership.barrier();
    }

    @Override
    public void promote() {
        if (membership != null) {
            membership.call(ring -> ring.promote(loop.nowNs()));
        }
    }

    @Override
    public void weight(final int weight) {
        if (membership != null) {
            membership.call(ring -> ring.weight(loop.nowNs(), weight));
        }
    }

    @Override
    public void info(final byte[] info) {
        if (membership != null) {
            membership.call(ring -> ring.info(loop.nowNs(), info));
        }
    }

    @Override
    public void leave() {
        if (membership != null) {
            membership.call(ring -> ring.leave(loop.nowNs()));
        }
    }

    /** Ends the membership without order, as a crash would; the listener hears nothing. */
    public void abandon() {
        if (membership != null) {
            membership.end();
            membership = null;
            events.clear();
        }
    }

    @Override
    public MemberId self() {
        return state.self();
    }

    @Override
    public RingLog log() {
        return log;
    }

    @Override
    public RingView view() {
        return listener == null ? null : listener.view();
    }

    /** Port listened on; 0 before that. */
    public int port() {
        return membership == null ? 0 : membership.mesh().port();
    }

    @Override
    public List<String> describe() {
        final List<String> lines = new ArrayList<>();
        lines.add("member: " + ringConfig.name() + " " + state.self() + ", promised epoch " + state.promisedEpoch());
        lines.add("log: entries " + (log.baseIndex() + 1) + " to " + log.endIndex() + ", seqno " + log.endSeqno()
            + ", epoch " + log.endEpoch()
            + ", durable to " + log.loggedIndex());
        if (membership == null) {
            lines.add("not joined");
        } else {
            lines.addAll(membership.mesh().describe());
        }
        lines.addAll(journal.recent().lines(loop.nowNs(), TRACE_LINES));
        return lines;
    }

    /** Links, members, token and view history. */
    public RingReport report() {
        return reporter.report(ringConfig.name(), state.self(), cluster, membership, view(), loop.nowNs());
    }

    /** Sets where {@link #dumpFailure} writes; without, it writes nothing. */
    public void failureDirectory(final Path directory) {
        journal.failureDirectory(directory);
    }

    /** The black box as it is now, to be written to a file. */
    public ByteBuffer blackBox(final String reason) {
        return journal.dump(loop.nowNs(), ringConfig.name(), reason, describe());
    }

    /** Writes the black box to a file, since the node cannot go on. */
    public void dumpFailure(final String reason) {
        journal.dumpFailure(() -> blackBox(reason));
    }

    private void endPass() {
        try {
            for (int i = 0; i < DELIVERIES_MAX && membership != null; i++) {
                membership.endPass();
                if (!events.isEmpty()) {
                    events.deliver(listener);
                } else if (membership.hasLeft()) {
                    abandon();
                    events.left();
                    events.deliver(listener);
                } else {
                    break;
                }
            }
            listener.onBatchEnd();
            if (!events.isEmpty() || membership != null && membership.isTouched()) {
                loop.again();
            }
        } catch (final UncheckedIOException e) {
            fail(e.getMessage()); // the log or the state cannot be written: the message says what to do
        } catch (final RuntimeException e) {
            LOG.error("the node stops: an invariant is broken", e);
            journal.recent().lines(loop.nowNs(), TRACE_LINES).forEach(LOG::error);
            dumpFailure("invariant broken: " + e.getMessage());
            fail(String.valueOf(e.getMessage()));
        }
    }

    private void fail(final String what) {
        if (membership != null) {
            membership.mesh().discard();
        }
        abandon();
        failed.accept(what);
    }

    /**
     * An id of RFC 9562's version 7, which grows with time: members are sorted by id, so whoever came first is first,
     * and servers number their AUTO_INCREMENT by that.
     */
    private static MemberId newId() {
        final SecureRandom random = new SecureRandom();
        final long msb = System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(1 << 12);
        return new MemberId(msb, random.nextLong() >>> 2 | 1L << 63);
    }
}

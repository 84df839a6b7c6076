// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.carillon.certification.CertifierConfig;
import io.carillon.wsrep.NodeState;
import java.util.UUID;

/** A {@link FakeCluster} with servers, as most tests begin. */
final class ToyCluster extends FakeCluster {
    static final int WINDOW = 64;
    static final ReplicatorConfig CONFIG = new ReplicatorConfig(new CertifierConfig(WINDOW, 1 << 20, 1 << 20, Integer.MAX_VALUE), 0,
        Integer.MAX_VALUE, 30_000_000_000L, 10_000_000_000L, 0, ReplicatorConfig.FlowLimits.of(16));
    static final DonorChoice FIRST_SYNCED = (members, joiner, donors) -> {
        for (final MemberState member : members) {
            if (member.state() == NodeState.SYNCED && !member.id().equals(joiner)) {
                return member;
            }
        }
        return null;
    };

    private final ServerNames names = new ServerNames();

    /** A server that is not connected. */
    ToyServer server(final String name) {
        final FakeGroup group = newGroup(name);
        return new ToyServer(this, group, new UUID(0xABCD, group.id.lsb()), names);
    }

    /** Server "a", which founded the group. */
    ToyServer seed() {
        final ToyServer a = server("a").attach(null);
        a.connect("gcomm://");
        settle();
        return a;
    }

    /** A server that joined. */
    ToyServer joined(final String name) {
        final ToyServer server = server(name).attach(null);
        server.connect("gcomm://a");
        settle();
        return server;
    }

    /** A process as the sidecar of {@code server}, which knows nothing but what is in the log. */
    static void sidecar(final ToyServer server, final FakeCluster cluster, final FakeGroup group) {
        server.group = group;
        server.replicator = new Replicator(CONFIG, cluster::read, FIRST_SYNCED, index -> server.purgeable = index, () -> server.clockNs);
        server.replicator.group(group);
        group.listener = server.replicator.groupListener();
    }

    /** The sidecar of {@code server} is killed, and the others notice. */
    void killSidecar(final ToyServer server) {
        server.replicator = null;
        crash(server.group);
        settle();
    }

    /** There is another sidecar, for a server that was fed before and has the calls {@code open}. */
    void replaceSidecar(final ToyServer server, final long... open) {
        sidecar(server, this, restarted(server.group));
        server.reattach(open);
    }

    /** While {@code joiner} is cut off, another sidecar of {@code donor} finds that its server gives nothing any more. */
    void forgetsItsDonationWhileAway(final ToyServer donor, final ToyServer joiner) {
        isolate(joiner.group);
        donor.donation = null;
        killSidecar(donor);
        replaceSidecar(donor);
        settle();
        assertEquals(NodeState.SYNCED, donor.state);
        heal(joiner.group);
        settle();
    }

    /** The server {@code before} and its sidecar, killed and started again with what their disks hold: the same member, a new session. */
    ToyServer restarted(final ToyServer before) {
        final UUID session = new UUID(before.session.getMostSignificantBits() + 1, before.session.getLeastSignificantBits());
        final ToyServer server = new ToyServer(this, restarted(before.group), session, names);
        server.position = before.position;
        server.rows.putAll(before.rows);
        return server;
    }
}

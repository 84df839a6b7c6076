// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.certification.log.Durability;
import io.carillon.certification.log.LogConfig;
import io.carillon.certification.replicator.ReplicatorConfig;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.transport.LinkConfig;
import io.carillon.group.transport.LinkMode;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import io.carillon.mysql.ipc.Hello;
import io.carillon.wsrep.options.OptionException;
import io.carillon.wsrep.options.ProviderOptions;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the provider's options mean for the parts of a node. */
final class NodeSettings {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSettings.class);
    private static final String BASE_HOST = "base_host";
    private static final String BASE_PORT = "base_port";
    private static final String LISTEN = "gmcast.listen_addr";
    private static final String BASE_DIR = "base_dir";

    private final String name;
    private final ProviderOptions options;

    private NodeSettings(final String name, final ProviderOptions options) {
        this.name = name;
        this.options = options;
    }

    /**
     * Reads the options of a server: what its addresses imply, then the sidecar's own configuration, then what the server says.
     *
     * @throws OptionException naming the first one that is unknown or has a bad value.
     */
    static NodeSettings of(final Hello hello, final String ownOptions) throws OptionException {
        final ProviderOptions options = new ProviderOptions();
        final PeerAddress address = nodeAddress(hello.nodeAddress());
        if (!address.host().isEmpty()) {
            options.derive(BASE_HOST, address.host());
            options.derive("ist.recv_addr", address.host());
        }
        if (!hello.dataDir().isEmpty()) {
            options.derive(BASE_DIR, hello.dataDir());
        }
        options.derive(BASE_PORT, Integer.toString(address.port()));
        final NodeSettings settings = new NodeSettings(hello.nodeName(), options);
        settings.take(ownOptions);
        settings.take(hello.options());
        if (!options.isSet("gcache.dir")) {
            options.derive("gcache.dir", options.text(BASE_DIR));
        }
        return settings;
    }

    /** More options before the node connects, as text; says which of them change nothing. */
    void take(final String text) throws OptionException {
        options.withoutEffect(options.initialise(text)).forEach(LOG::warn);
    }

    /**
     * {@code wsrep_node_address}, of which only the host is needed: a port that is none is said and left out, as Galera does it.
     * Whether the host is one shows when somebody connects.
     */
    private static PeerAddress nodeAddress(final String text) {
        try {
            return PeerAddress.parse(text, PeerAddress.DEFAULT_PORT);
        } catch (final IllegalArgumentException e) {
            final int colon = text.lastIndexOf(':');
            final String host = text.substring(0, Math.max(colon, 0));
            LOG.info("wsrep_node_address: {}; using '{}' and port {}", e.getMessage(), host, PeerAddress.DEFAULT_PORT);
            return new PeerAddress(host, PeerAddress.DEFAULT_PORT);
        }
    }

    /** {@code wsrep_node_name}. */
    String name() {
        return name;
    }

    ProviderOptions options() {
        return options;
    }

    /** The node connects: what was open is decided, and listed from now on. */
    void connect() {
        if (!options.isSet(LISTEN)) {
            options.derive(LISTEN, listenText());
        }
        options.derive(BASE_PORT, Integer.toString(transport().listen().port()));
        options.connect();
    }

    private String listenText() {
        return options.isSet(LISTEN) ? options.text(LISTEN) : "tcp://0.0.0.0:" + options.text(BASE_PORT);
    }

    RingConfig ring() {
        final RingConfig defaults = RingConfig.defaults(name);
        return new RingConfig(name, weight(), options.durationNs("evs.keepalive_period"), defaults.memberKeepaliveNs(),
            options.durationNs("evs.suspect_timeout"), defaults.quickSuspectNs(), defaults.joinNs(), defaults.installNs(),
            defaults.pauseNs(), defaults.entryLengthMax(), defaults.offeredBytesMax(), defaults.heldBytesMax(), defaults.pullBytes(),
            defaults.tokenPassAfter(), replicator().logReach(), "all".equals(options.text("carillon.ring.stability")));
    }

    TransportConfig transport() {
        final int port = (int) options.integer(BASE_PORT);
        final PeerAddress listen = PeerAddress.parse(listenText(), port);
        return TransportConfig.defaults().withListen(listen).withAdvertised(new PeerAddress(options.text(BASE_HOST), listen.port()))
            .withLinks(links(listen));
    }

    private LinkConfig links(final PeerAddress listen) {
        final List<LinkConfig.Network> further;
        try {
            further = LinkConfig.parse(options.text("carillon.ring.links"), listen.port());
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("carillon.ring.links: " + e.getMessage(), e);
        }
        if (listen.isWildcard() && further.stream().anyMatch(network -> network.listen().port() == listen.port())) {
            throw new IllegalArgumentException("carillon.ring.links: port " + listen.port() + " of all addresses is taken by"
                + " gmcast.listen_addr; set that to this node's address on the first network, or give the links another port");
        }
        return LinkConfig.of(further, LinkMode.parse(options.text("carillon.ring.link_mode")));
    }

    LogConfig log() {
        return LogConfig.defaults(durability());
    }

    Durability durability() {
        return Durability.parse(options.text("carillon.log.durability"));
    }

    ReplicatorConfig replicator() {
        final ReplicatorConfig defaults = ReplicatorConfig.defaults();
        return new ReplicatorConfig(defaults.certifier(), (int) options.integer("gmcast.segment"), options.integer("repl.max_ws_size"),
            options.durationNs("pc.wait_prim_timeout"), options.durationNs("carillon.fate_timeout"),
            (int) options.integer("gcs.vote_policy"), flowLimits());
    }

    private ReplicatorConfig.FlowLimits flowLimits() {
        final boolean single = options.bool("gcs.fc_single_primary") || options.bool("gcs.fc_master_slave");
        return new ReplicatorConfig.FlowLimits(options.integer("gcs.fc_limit"), options.real("gcs.fc_factor"), !single,
            options.bool("gcs.sync_donor"));
    }

    private int weight() {
        return (int) options.integer("pc.weight");
    }
}

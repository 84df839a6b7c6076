// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.certification.log.Durability;
import io.carillon.certification.log.LogConfig;
import io.carillon.certification.replicator.ReplicatorConfig;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.TokenRotation;
import io.carillon.group.transport.LinkConfig;
import io.carillon.group.transport.LinkMode;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.RingKey;
import io.carillon.group.transport.TransportConfig;
import io.carillon.group.transport.UdpConfig;
import io.carillon.group.transport.tls.TlsSettings;
import io.carillon.mysql.ipc.Hello;
import io.carillon.wsrep.options.OptionException;
import io.carillon.wsrep.options.ProviderOptions;
import java.nio.file.Path;
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
        settings.tls();
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
        if (options.bool("socket.ssl") && !options.bool("socket.dynamic")) {
            options.derive(LISTEN, options.text(LISTEN).replaceFirst("^tcp://", "ssl://"));
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
            defaults.tokenPassAfter(), replicator().logReach(), "all".equals(options.text("carillon.ring.stability")),
            rotation());
    }

    /** What each option may be was checked when it was set; here, whether they fit together. */
    private TokenRotation rotation() {
        final int window = (int) options.integer("carillon.ring.window");
        final int personal = (int) options.integer("carillon.ring.personal_window");
        final int accelerated = (int) options.integer("carillon.ring.accelerated_window");
        final long holdNs = options.durationNs("carillon.ring.token_hold");
        if (personal > window) {
            throw new IllegalArgumentException("carillon.ring.personal_window=" + personal + " is more than carillon.ring.window=" + window
                + ": one member cannot send more on a visit of the token than all may in a round");
        }
        if (accelerated > personal) {
            throw new IllegalArgumentException("carillon.ring.accelerated_window=" + accelerated
                + " is more than carillon.ring.personal_window=" + personal + ": only what a member may send can follow the token");
        }
        if (holdNs < TokenRotation.HOLD_MIN_NS) {
            throw new IllegalArgumentException("carillon.ring.token_hold=" + options.text("carillon.ring.token_hold")
                + " is too short: an idle token would keep the processors busy; it must be PT0.01S at least");
        }
        return new TokenRotation("rotate".equals(options.text("carillon.ring.token")), window, personal, accelerated, holdNs);
    }

    TransportConfig transport() {
        final int port = (int) options.integer(BASE_PORT);
        final PeerAddress listen = PeerAddress.parse(listenText(), port);
        return TransportConfig.defaults().withListen(listen).withAdvertised(new PeerAddress(options.text(BASE_HOST), listen.port()))
            .withLinks(links(listen)).withUdp(udp(listen));
    }

    /** Over UDP, by itself or because there is a multicast address; null: over TCP. */
    private UdpConfig udp(final PeerAddress listen) {
        final String group = options.text("gmcast.mcast_addr");
        if (group.isEmpty() && !options.text("carillon.ring.transport").equals("udp")) {
            return null;
        }
        if (!group.isEmpty() && options.isSet("carillon.ring.transport") && options.text("carillon.ring.transport").equals("tcp")) {
            throw new IllegalArgumentException("gmcast.mcast_addr needs UDP, and carillon.ring.transport is tcp: leave one of them out");
        }
        final boolean ssl = options.isSet("socket.ssl") ? options.bool("socket.ssl") : !options.text("socket.ssl_key").isEmpty();
        if (ssl) {
            throw new IllegalArgumentException("socket.ssl* encrypts TCP, and this node is to talk over UDP: set carillon.ring.key, and"
                + " leave socket.ssl* out or set socket.ssl=no");
        }
        final String key = options.text("carillon.ring.key");
        if (key.isEmpty()) {
            throw new IllegalArgumentException("carillon.ring.key: over UDP anybody could speak for a member; name a file with a key, the"
                + " same on all nodes (openssl rand -base64 32), or say none where the network is trusted");
        }
        return new UdpConfig(key.equals("none") ? null : RingKey.read(Path.of(key)),
            group.isEmpty() ? null : PeerAddress.parse(group, listen.port()), (int) options.integer("gmcast.mcast_ttl"));
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

    /** What encrypts connections between nodes; null where nothing does. */
    TlsSettings tls() throws OptionException {
        if (!options.encrypts()) {
            return null;
        }
        return new TlsSettings(options.text("socket.ssl_cert"), options.text("socket.ssl_key"), options.text("socket.ssl_ca"),
            options.text("socket.ssl_password_file"), options.text("socket.ssl_cipher"), options.bool("socket.dynamic"));
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

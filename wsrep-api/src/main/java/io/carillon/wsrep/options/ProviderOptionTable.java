// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep.options;

import static io.carillon.wsrep.options.ProviderOption.Type.BOOL;
import static io.carillon.wsrep.options.ProviderOption.Type.BOOL_OR_INTEGER;
import static io.carillon.wsrep.options.ProviderOption.Type.DURABILITY;
import static io.carillon.wsrep.options.ProviderOption.Type.DURATION;
import static io.carillon.wsrep.options.ProviderOption.Type.INTEGER;
import static io.carillon.wsrep.options.ProviderOption.Type.KEY_FORMAT;
import static io.carillon.wsrep.options.ProviderOption.Type.LINK_MODE;
import static io.carillon.wsrep.options.ProviderOption.Type.REAL;
import static io.carillon.wsrep.options.ProviderOption.Type.SIZE_OR_AUTO;
import static io.carillon.wsrep.options.ProviderOption.Type.STABILITY;
import static io.carillon.wsrep.options.ProviderOption.Type.TEXT;
import static io.carillon.wsrep.options.ProviderOption.Type.TOKEN;
import static io.carillon.wsrep.options.ProviderOption.Type.TRANSPORT;
import static io.carillon.wsrep.options.ProviderOption.dynamic;
import static io.carillon.wsrep.options.ProviderOption.fixed;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Every option there is: those of Galera 26.4.23, with its defaults, and ours. */
final class ProviderOptionTable {
    private static final SortedMap<String, ProviderOption> OPTIONS = new TreeMap<>();

    static {
        files();
        evs();
        gcs();
        gmcast();
        pc();
        repl();
        socket();
        carillon();
    }

    private ProviderOptionTable() {
    }

    static SortedMap<String, ProviderOption> all() {
        return Collections.unmodifiableSortedMap(OPTIONS);
    }

    private static void add(final ProviderOption option) {
        OPTIONS.put(option.name(), option);
    }

    private static void files() {
        add(fixed("base_dir", TEXT, "."));
        add(fixed("base_host", TEXT, null));
        add(fixed("base_port", INTEGER, "4567").within(1, 65535));
        add(dynamic("cert.log_conflicts", BOOL, "no"));
        add(fixed("cert.max_length", INTEGER, null).within(1, Integer.MAX_VALUE));
        add(fixed("cert.length_check", INTEGER, null).within(0, Integer.MAX_VALUE));
        add(dynamic("cert.optimistic_pa", BOOL, "yes"));
        add(dynamic("debug", BOOL, "no"));
        add(dynamic("dbug", TEXT, null));
        add(dynamic("signal", TEXT, null));
        add(fixed("gcache.dir", TEXT, null));
        add(dynamic("gcache.keep_pages_size", INTEGER, "0").within(0, Long.MAX_VALUE));
        add(dynamic("gcache.keep_plaintext_size", INTEGER, null).within(0, Long.MAX_VALUE));
        add(dynamic("gcache.mem_size", INTEGER, "0").within(0, Long.MAX_VALUE));
        add(fixed("gcache.name", TEXT, "galera.cache"));
        add(dynamic("gcache.page_size", INTEGER, "128M").within(0, Long.MAX_VALUE));
        add(fixed("gcache.recover", BOOL, "yes"));
        add(fixed("gcache.size", INTEGER, "128M").within(0, Long.MAX_VALUE));
        add(dynamic("gcomm.thread_prio", TEXT, ""));
        add(fixed("ist.recv_addr", TEXT, null));
        add(fixed("ist.recv_bind", TEXT, null));
    }

    private static void evs() {
        add(dynamic("evs.auto_evict", BOOL_OR_INTEGER, "0").within(0, 1 << 20));
        add(dynamic("evs.causal_keepalive_period", DURATION, null));
        add(dynamic("evs.debug_log_mask", TEXT, "0x1").listedAtConnect());
        add(dynamic("evs.delay_margin", DURATION, "PT1S"));
        add(dynamic("evs.delayed_keep_period", DURATION, "PT30S"));
        add(dynamic("evs.evict", TEXT, null));
        add(dynamic("evs.inactive_check_period", DURATION, "PT0.5S"));
        add(dynamic("evs.inactive_timeout", DURATION, "PT15S"));
        add(dynamic("evs.info_log_mask", TEXT, "0").listedAtConnect());
        add(dynamic("evs.install_timeout", DURATION, null));
        add(dynamic("evs.join_retrans_period", DURATION, "PT1S"));
        add(dynamic("evs.keepalive_period", DURATION, "PT1S").listedAtConnect());
        add(dynamic("evs.max_install_timeouts", INTEGER, "3").within(0, 1000));
        add(dynamic("evs.send_window", INTEGER, "4").within(1, 1 << 20));
        add(dynamic("evs.stats_report_period", DURATION, "PT1M"));
        add(dynamic("evs.suspect_timeout", DURATION, "PT5S"));
        add(dynamic("evs.use_aggregate", BOOL, "true").listedAtConnect());
        add(dynamic("evs.user_send_window", INTEGER, "2").within(1, 1 << 20));
        add(fixed("evs.version", INTEGER, "1").within(0, 255).listedAtConnect());
        add(fixed("evs.view_forget_timeout", DURATION, "PT24H"));
    }

    private static void gcs() {
        add(dynamic("gcs.fc_debug", INTEGER, "0").within(0, Long.MAX_VALUE));
        add(dynamic("gcs.fc_factor", REAL, "1.0").within(0, 1));
        add(dynamic("gcs.fc_limit", INTEGER, "16").within(1, Long.MAX_VALUE));
        add(dynamic("gcs.fc_master_slave", BOOL, "no"));
        add(fixed("gcs.fc_single_primary", BOOL, "no"));
        add(dynamic("gcs.max_packet_size", INTEGER, "64500").within(0, Integer.MAX_VALUE));
        add(dynamic("gcs.max_throttle", REAL, "0.25").within(0, 1));
        add(dynamic("gcs.recv_q_hard_limit", INTEGER, "9223372036854775807").within(0, Long.MAX_VALUE));
        add(dynamic("gcs.recv_q_soft_limit", REAL, "0.25").within(0, 1));
        add(fixed("gcs.stateless", BOOL, null));
        add(dynamic("gcs.sync_donor", BOOL, "no"));
        add(fixed("gcs.vote_policy", INTEGER, null).within(0, 255));
    }

    private static void gmcast() {
        add(fixed("gmcast.group", TEXT, null));
        add(dynamic("gmcast.isolate", INTEGER, null).within(0, 2));
        add(fixed("gmcast.listen_addr", TEXT, null));
        add(fixed("gmcast.mcast_addr", TEXT, "").listedAtConnect());
        add(fixed("gmcast.mcast_ttl", INTEGER, "1").within(0, 255).listedAtConnect());
        add(dynamic("gmcast.peer_addr", TEXT, null));
        add(fixed("gmcast.peer_timeout", DURATION, "PT3S").listedAtConnect());
        add(fixed("gmcast.segment", INTEGER, "0").within(0, 255));
        add(fixed("gmcast.time_wait", DURATION, "PT5S").listedAtConnect());
        add(fixed("gmcast.version", INTEGER, "0").within(0, 255));
    }

    private static void pc() {
        add(fixed("pc.announce_timeout", DURATION, "PT3S"));
        add(dynamic("pc.bootstrap", BOOL, null));
        add(fixed("pc.checksum", BOOL, "false"));
        add(dynamic("pc.ignore_quorum", BOOL, "false"));
        add(dynamic("pc.ignore_sb", BOOL, "false"));
        add(fixed("pc.linger", DURATION, "PT20S").listedAtConnect());
        add(dynamic("pc.npvo", BOOL, "false"));
        add(fixed("pc.recovery", BOOL, "true"));
        add(fixed("pc.version", INTEGER, "0").within(0, 255));
        add(fixed("pc.wait_prim", BOOL, "true"));
        add(fixed("pc.wait_prim_timeout", DURATION, "PT30S"));
        add(dynamic("pc.weight", INTEGER, "1").within(0, 255));
        add(fixed("protonet.backend", TEXT, "asio"));
        add(fixed("protonet.version", INTEGER, "0").within(0, 255));
    }

    private static void repl() {
        add(dynamic("repl.causal_read_timeout", DURATION, "PT30S"));
        add(fixed("repl.commit_order", INTEGER, "3").within(0, 3));
        add(dynamic("repl.key_format", KEY_FORMAT, "FLAT8"));
        add(dynamic("repl.max_ws_size", INTEGER, "2147483647").within(0, Integer.MAX_VALUE));
        add(dynamic("repl.proto_max", INTEGER, "11").within(1, 255));
    }

    private static void socket() {
        add(fixed("socket.checksum", INTEGER, "2").within(0, 2));
        add(fixed("socket.dynamic", BOOL, null));
        add(dynamic("socket.recv_buf_size", SIZE_OR_AUTO, "auto").within(0, Integer.MAX_VALUE));
        add(dynamic("socket.send_buf_size", SIZE_OR_AUTO, "auto").within(0, Integer.MAX_VALUE));
        add(fixed("socket.ssl", BOOL, null));
        add(fixed("socket.ssl_ca", TEXT, null));
        add(fixed("socket.ssl_cert", TEXT, null));
        add(fixed("socket.ssl_cipher", TEXT, null));
        add(fixed("socket.ssl_compression", BOOL, null));
        add(fixed("socket.ssl_key", TEXT, null));
        add(fixed("socket.ssl_password_file", TEXT, null));
        add(dynamic("socket.ssl_reload", BOOL, null));
    }

    private static void carillon() {
        add(fixed("carillon.dir", TEXT, null));
        add(fixed("carillon.fate_timeout", DURATION, null));
        add(fixed("carillon.log.durability", DURABILITY, null));
        add(dynamic("carillon.log.retention", DURATION, null));
        add(fixed("carillon.ring.accelerated_window", INTEGER, null).within(0, 4096));
        add(fixed("carillon.ring.key", TEXT, null));
        add(fixed("carillon.ring.link_mode", LINK_MODE, null));
        add(fixed("carillon.ring.links", TEXT, null));
        add(fixed("carillon.ring.personal_window", INTEGER, null).within(1, 4096));
        add(fixed("carillon.ring.stability", STABILITY, null));
        add(fixed("carillon.ring.token", TOKEN, null));
        add(fixed("carillon.ring.token_hold", DURATION, null));
        add(fixed("carillon.ring.transport", TRANSPORT, null));
        add(fixed("carillon.ring.window", INTEGER, null).within(1, 4096));
        add(fixed("carillon.sidecar", TEXT, null));
        add(fixed("carillon.sidecar_grace", DURATION, null));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProviderOptionsTest {
    private final ProviderOptions options = new ProviderOptions();

    @Test
    void listsWhatHasAValueSortedAsGaleraDoes() {
        final String text = options.toString();
        assertTrue(text.startsWith("base_dir = .; base_port = 4567; "
            + "cert.log_conflicts = no; cert.optimistic_pa = yes; debug = no; "), text);
        assertTrue(text.endsWith("socket.checksum = 2; socket.recv_buf_size = auto; socket.send_buf_size = auto; "), text);
        assertFalse(text.contains("carillon."), text);
        assertFalse(text.contains("gmcast.isolate"), text);
    }

    /** What Galera 26.4.23 adds to its list when it connects, and nothing else. */
    @Test
    void connectingListsTheRingsDefaults() throws OptionException {
        final Set<String> before = lines();
        options.connect();
        final Set<String> added = lines();
        added.removeAll(before);
        assertEquals(Set.of("evs.causal_keepalive_period = PT1S", "evs.debug_log_mask = 0x1", "evs.info_log_mask = 0",
            "evs.install_timeout = PT7.5S", "evs.keepalive_period = PT1S", "evs.use_aggregate = true", "evs.version = 1",
            "evs.view_forget_timeout = P1D", "gmcast.mcast_addr = ", "gmcast.mcast_ttl = 1", "gmcast.peer_timeout = PT3S",
            "gmcast.time_wait = PT5S", "pc.linger = PT20S"), added);
        assertTrue(before.contains("evs.view_forget_timeout = PT24H"), before.toString());
        final String connected = options.toString();
        options.connect();
        assertEquals(connected, options.toString());
    }

    /** The same values given to Galera 26.4.23. */
    @Test
    void connectingWritesTheRingsValuesInOneWay() throws OptionException {
        options.initialise("evs.suspect_timeout=10;evs.inactive_timeout=PT90S;evs.keepalive_period=2;evs.view_forget_timeout=PT1000000S;"
            + "evs.stats_report_period=PT61.5S;pc.ignore_sb=1;pc.recovery=0;pc.announce_timeout=4;pc.wait_prim_timeout=PT3600S;"
            + "repl.causal_read_timeout=PT90S;cert.log_conflicts=ON;gmcast.peer_timeout=5;pc.wait_prim=1");
        options.connect();
        assertTrue(lines().containsAll(Set.of("evs.suspect_timeout = PT10S", "evs.inactive_timeout = PT1M30S",
            "evs.install_timeout = PT45S", "evs.causal_keepalive_period = PT2S",
            "evs.view_forget_timeout = P11DT13H46M40S", "evs.stats_report_period = PT1M1.5S",
            "pc.ignore_sb = true", "pc.recovery = false", "pc.announce_timeout = 4", "pc.wait_prim_timeout = PT3600S", "pc.wait_prim = 1",
            "repl.causal_read_timeout = PT90S", "cert.log_conflicts = ON", "gmcast.peer_timeout = PT5S")), options.toString());
        options.change("evs.suspect_timeout=7;pc.ignore_sb=YES;evs.auto_evict=3");
        assertTrue(lines().containsAll(Set.of("evs.suspect_timeout = PT7S", "pc.ignore_sb = YES", "evs.auto_evict = 3")),
            options.toString());
    }

    private Set<String> lines() {
        return new TreeSet<>(List.of(options.toString().split("; ")));
    }

    @Test
    void takesWhatItPrints() throws OptionException {
        final String printed = options.toString();
        assertEquals(options.change(printed).size(), printed.split("; ").length);
        assertEquals(printed, options.toString());
    }

    @Test
    void keepsTheOperatorsWords() throws OptionException {
        options.initialise(" gcache.size=10M;; evs.suspect_timeout = PT7.5S ;repl.causal_read_timeout=20");
        assertEquals(10 << 20, options.integer("gcache.size"));
        assertEquals(7_500_000_000L, options.durationNs("evs.suspect_timeout"));
        assertEquals(20_000_000_000L, options.durationNs("repl.causal_read_timeout"));
        assertEquals("20", options.text("repl.causal_read_timeout"));
        assertEquals(86_400_000_000_000L, options.durationNs("evs.view_forget_timeout"));
    }

    @Test
    void namesAnUnknownOptionAndTheNearest() {
        final OptionException e = assertThrows(OptionException.class, () -> options.initialise("gmcasts.segment=1"));
        assertEquals(OptionException.Kind.UNKNOWN, e.kind());
        assertEquals("Unknown parameter 'gmcasts.segment'; did you mean 'gmcast.segment'?", e.getMessage());
        assertEquals("Unknown parameter 'a'", assertThrows(OptionException.class, () -> options.change("a=1")).getMessage());
    }

    @Test
    void namesABadValueAndChangesNothing() {
        final OptionException e = assertThrows(OptionException.class, () -> options.change("pc.weight=2;gcs.fc_limit=abc"));
        assertEquals(OptionException.Kind.BAD_VALUE, e.kind());
        assertEquals("Setting 'gcs.fc_limit' to 'abc' failed: expected a whole number, K, M, G or T may follow", e.getMessage());
        assertEquals(1, options.integer("pc.weight"));
        assertThrows(OptionException.class, () -> options.change("pc.weight=256"));
        assertThrows(OptionException.class, () -> options.change("evs.suspect_timeout=-PT1S"));
        assertThrows(OptionException.class, () -> options.initialise("carillon.log.durability=paper"));
        assertThrows(OptionException.class, () -> options.change("pc.weight"));
    }

    @Test
    void refusesToChangeWhatIsFixedUnlessItIsTheSame() throws OptionException {
        options.change("base_port=4567");
        final OptionException e = assertThrows(OptionException.class, () -> options.change("base_port=4568"));
        assertEquals(OptionException.Kind.READ_ONLY, e.kind());
    }

    @Test
    void unlistedOptionsHaveDefaults() throws OptionException {
        assertEquals("os", options.text("carillon.log.durability"));
        assertEquals(3_000_000_000L, options.durationNs("carillon.sidecar_grace"));
        options.change("gmcast.isolate = 1");
        assertEquals(1, options.integer("gmcast.isolate"));
        options.forget("gmcast.isolate");
        assertEquals(0, options.integer("gmcast.isolate"));
    }

    @Test
    void saysWhatHasNoEffect() throws OptionException {
        assertEquals(List.of("provider option repl.commit_order = 1 has no effect: transactions always commit in their order"),
            options.withoutEffect(options.initialise("repl.commit_order=1; gcs.stateless=0; gcs.fc_limit=7")));
        assertEquals(List.of("provider option evs.evict = 1 has no effect: nobody is shut out by hand",
                "provider option pc.wait_prim = no has no effect: a server that connects waits for its primary view"),
            options.withoutEffect(options.initialise("evs.evict=1; evs.auto_evict=no; gmcast.mcast_addr=; pc.wait_prim=no")));
        assertEquals(List.of(), options.withoutEffect(options.initialise("repl.commit_order=3; repl.key_format=flat8")));
    }

    /** With Galera, a node with another limit comes to other verdicts than the rest. */
    @Test
    void theLimitOfTheCertificationIntervalIsNotChanged() throws OptionException {
        final List<String> said = options.withoutEffect(options.initialise("cert.max_length=32768; cert.length_check=1023"));
        assertEquals(2, said.size());
        assertTrue(said.stream().anyMatch(line -> line.startsWith("provider option cert.max_length = 32768 has no effect: ")
            && line.contains("16384 on all nodes")), said.toString());
        assertEquals(List.of(), options.withoutEffect(options.initialise("cert.max_length=16384; cert.length_check=127")));
        assertThrows(OptionException.class, () -> options.change("cert.max_length=100"));
        assertFalse(new ProviderOptions().toString().contains("cert.max_length"), "hidden, as with Galera");
    }

    /** Galera encrypts when a certificate is named, unless told not to. */
    @Test
    void whoWantsEncryptionIsNotLeftWithoutIt() throws OptionException {
        for (final String half : List.of("socket.ssl=yes", "socket.ssl_cert=/c.pem", "socket.ssl=1;socket.ssl_ca=a", "socket.ssl_ca=a")) {
            final ProviderOptions halved = new ProviderOptions();
            halved.initialise(half);
            final String said = assertThrows(OptionException.class, halved::encrypts).getMessage();
            assertTrue(said.startsWith("To enable SSL at least both of 'socket.ssl_key' and 'socket.ssl_cert' must be set"), said);
            assertTrue(said.contains("socket.ssl=no"), said);
        }
        options.initialise("socket.ssl_cert=/etc/cert.pem;socket.ssl=no");
        assertFalse(options.encrypts());
        assertFalse(options.toString().contains("ssl_reload"));
        assertFalse(new ProviderOptions().encrypts());
    }

    /** As Galera lists them. */
    @Test
    void encryptionIsListedOnceItIsDecided() throws OptionException {
        options.initialise("socket.ssl_cert=/c.pem;socket.ssl_key=/k.pem");
        assertTrue(options.encrypts());
        assertTrue(options.toString().contains("socket.ssl = YES; socket.ssl_cert = /c.pem; socket.ssl_cipher = ; socket.ssl_key = /k.pem;"
            + " socket.ssl_reload = 1; "), options.toString());
        assertEquals(OptionException.Kind.READ_ONLY,
            assertThrows(OptionException.class, () -> options.change("socket.ssl_cert=/d.pem")).kind());
        assertEquals(Map.of("socket.ssl_reload", "1"), options.changes("socket.ssl_reload=1"));
    }

    /** As Galera: before the start, or the same again. */
    @Test
    void theCommitOrderIsNotChangedAtRunTime() throws OptionException {
        assertThrows(OptionException.class, () -> options.change("repl.commit_order=0"));
        options.change("repl.commit_order=3");
        assertThrows(OptionException.class, () -> options.initialise("repl.commit_order=4"));
    }

    @Test
    void keyFormatsAreGalerasInAnyCase() throws OptionException {
        for (final String format : List.of("FLAT8", "FLAT8A", "FLAT16", "flat16a")) {
            options.change("repl.key_format=" + format);
            assertEquals(format, options.text("repl.key_format"));
        }
        assertThrows(OptionException.class, () -> options.change("repl.key_format=FLAT32"));
        assertThrows(OptionException.class, () -> options.change("gcs.fc_limit=0"));
    }

    /** The provider reads it, too. */
    @Test
    void knowsWhatTheProviderReads() throws OptionException {
        assertEquals(0, options.durationNs("carillon.fate_timeout"));
        options.initialise("carillon.fate_timeout=PT2S");
        assertEquals(2_000_000_000L, options.durationNs("carillon.fate_timeout"));
        assertThrows(OptionException.class, () -> options.change("carillon.fate_timeout=PT3S"));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProviderOptionsTest {
    private final ProviderOptions options = new ProviderOptions();

    @Test
    void listsWhatHasAValueSortedAsGaleraDoes() {
        final String text = options.toString();
        assertTrue(text.startsWith("base_dir = .; base_host = 127.0.0.1; base_port = 4567; "
            + "cert.log_conflicts = no; cert.optimistic_pa = yes; debug = no; "), text);
        assertTrue(text.endsWith("socket.checksum = 2; socket.recv_buf_size = auto; socket.send_buf_size = auto; "), text);
        assertFalse(text.contains("carillon."), text);
        assertFalse(text.contains("gmcast.isolate"), text);
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
        assertEquals(List.of(), options.withoutEffect(options.change("repl.commit_order=3; repl.key_format=FLAT16")));
        assertThrows(OptionException.class, () -> options.change("repl.key_format=FLAT32"));
    }

    /** The provider reads it, too. */
    @Test
    void knowsWhatTheProviderReads() throws OptionException {
        assertEquals(10_000_000_000L, options.durationNs("carillon.fate_timeout"));
        options.initialise("carillon.fate_timeout=PT2S");
        assertEquals(2_000_000_000L, options.durationNs("carillon.fate_timeout"));
        assertThrows(OptionException.class, () -> options.change("carillon.fate_timeout=PT3S"));
    }
}

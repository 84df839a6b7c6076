// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep.options;

import io.carillon.wsrep.options.OptionException.Kind;
import io.carillon.wsrep.options.ProviderOption.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The options of one node as text, checked when set, read typed.
 *
 * <p>Syntax: {@code k1=v1; k2=v2}; a backslash before a semicolon keeps it in the value. The text form lists every
 * option that has a value, sorted by name.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class ProviderOptions {
    /** What an option is worth when neither it nor Galera has a default to list. */
    private static final Map<String, String> UNLISTED_DEFAULTS = Map.ofEntries(
        Map.entry("base_host", "127.0.0.1"),
        Map.entry("carillon.fate_timeout", "PT0S"),
        Map.entry("carillon.log.durability", "os"),
        Map.entry("carillon.log.retention", "P1D"),
        Map.entry("carillon.ring.accelerated_window", "15"),
        Map.entry("carillon.ring.link_mode", "passive"),
        Map.entry("carillon.ring.personal_window", "20"),
        Map.entry("carillon.ring.stability", "majority"),
        Map.entry("carillon.ring.token", "park"),
        Map.entry("carillon.ring.token_hold", "PT0.5S"),
        Map.entry("carillon.ring.transport", "tcp"),
        Map.entry("carillon.ring.window", "160"),
        Map.entry("carillon.sidecar_grace", "PT3S"),
        Map.entry("cert.length_check", "127"),
        Map.entry("cert.max_length", "16384"),
        Map.entry("gmcast.isolate", "0"));

    /** Options whose other values Galera obeys and this does not: the value that is so, and why. */
    private static final Map<String, List<String>> ALWAYS = Map.ofEntries(
        Map.entry("cert.length_check", List.of("127", "the index of keys is cut with each write set")),
        Map.entry("cert.max_length", List.of("16384", "the limit is 16384 on all nodes, whose verdicts must agree")),
        Map.entry("repl.commit_order", List.of("3", "transactions always commit in their order")),
        Map.entry("carillon.log.retention", List.of("P1D", "the log is kept by its length, not by its age")),
        Map.entry("evs.auto_evict", List.of("0", "nobody is shut out for being slow")),
        Map.entry("evs.evict", List.of("", "nobody is shut out by hand")),
        Map.entry("gcs.stateless", List.of("no", "every member keeps data")),
        Map.entry("pc.npvo", List.of("false", "two primary views cannot be")),
        Map.entry("pc.wait_prim", List.of("true", "a server that connects waits for its primary view")));

    private static final String SSL = "socket.ssl";

    /** Whoever sets one of these expects encryption. */
    private static final List<String> ENCRYPTION = List.of("socket.ssl_ca", "socket.ssl_cert", "socket.ssl_key", "socket.ssl_cipher",
        "socket.ssl_password_file");

    /** Of the ring's options, those that Galera leaves in the operator's words when it connects. */
    private static final Set<String> LEFT_AS_SAID = Set.of("pc.announce_timeout", "pc.wait_prim", "pc.wait_prim_timeout");

    private final SortedMap<String, String> values = new TreeMap<>();
    private boolean connected;

    public ProviderOptions() {
        for (final ProviderOption option : ProviderOptionTable.all().values()) {
            if (option.defaultText() != null && !option.atConnect()) {
                values.put(option.name(), option.defaultText());
            }
        }
    }

    /** Sets everything named in {@code text} before the node starts, or nothing. Returns what was named, in the order of the text. */
    public Map<String, String> initialise(final String text) throws OptionException {
        final Map<String, String> named = parse(text, false);
        values.putAll(named);
        return named;
    }

    /**
     * Tells whether connections between nodes are encrypted, which Galera's rules decide: when asked for, or when certificate and key are
     * named; and lists what Galera lists then. Throws where half of it is named: a node that sent in the clear what was to be encrypted
     * would be worse than one that does not start.
     */
    public boolean encrypts() throws OptionException {
        final String asked = text(SSL);
        final boolean wanted = asked.isEmpty() ? ENCRYPTION.stream().anyMatch(name -> !text(name).isEmpty()) : OptionValue.bool(asked);
        if (!wanted) {
            return false;
        }
        if (text("socket.ssl_key").isEmpty() || text("socket.ssl_cert").isEmpty()) {
            throw new OptionException(Kind.BAD_VALUE, "To enable SSL at least both of 'socket.ssl_key' and 'socket.ssl_cert' must be set;"
                + " to run without encryption, leave out all of socket.ssl*, or set socket.ssl=no");
        }
        values.put(SSL, "YES");
        values.putIfAbsent("socket.ssl_cipher", "");
        values.put("socket.ssl_reload", "1");
        return true;
    }

    /** What {@link #change} would set, in the order of the text. Nothing is set. */
    public Map<String, String> changes(final String text) throws OptionException {
        return parse(text, true);
    }

    /** Sets everything named in {@code text} on a running node, or nothing. Returns what was named, in the order of the text. */
    public Map<String, String> change(final String text) throws OptionException {
        final Map<String, String> named = parse(text, true);
        values.putAll(named);
        if (connected) {
            named.keySet().stream().filter(name -> ProviderOptionTable.all().get(name).type() == Type.DURATION).forEach(this::normalise);
        }
        return named;
    }

    /** Sets one option without regard to whether it may change: for values that the node itself works out. */
    public void derive(final String name, final String value) {
        if (!ProviderOptionTable.all().containsKey(name)) {
            throw new IllegalArgumentException("no such option: " + name);
        }
        values.put(name, value);
    }

    /** Does to the text what Galera does when it connects: lists the ring's defaults, and writes its durations and truth values one way. */
    public void connect() {
        connected = true;
        for (final ProviderOption option : ProviderOptionTable.all().values()) {
            if (option.atConnect()) {
                values.putIfAbsent(option.name(), option.defaultText());
            }
        }
        values.putIfAbsent("evs.causal_keepalive_period", text("evs.keepalive_period"));
        values.putIfAbsent("evs.install_timeout", OptionValue.durationText(durationNs("evs.inactive_timeout") / 2));
        List.copyOf(values.keySet()).forEach(this::normalise);
    }

    private void normalise(final String name) {
        final String value = values.get(name);
        if (name.matches("(evs|gmcast|pc)[.].*") && !LEFT_AS_SAID.contains(name) && !value.isEmpty()) {
            switch (ProviderOptionTable.all().get(name).type()) {
                case DURATION -> values.put(name, OptionValue.durationText(OptionValue.durationNs(value)));
                case BOOL -> values.put(name, Boolean.toString(OptionValue.bool(value)));
                default -> { }
            }
        }
    }

    /** Forgets an option that is an action, so that it is not listed. */
    public void forget(final String name) {
        values.remove(name);
    }

    /** Tells whether the option has a value of its own. */
    public boolean isSet(final String name) {
        return values.containsKey(name);
    }

    /** The value, its default, or the empty text. */
    public String text(final String name) {
        final String value = values.get(name);
        if (value != null) {
            return value;
        }
        final ProviderOption option = ProviderOptionTable.all().get(name);
        return option.defaultText() != null ? option.defaultText() : UNLISTED_DEFAULTS.getOrDefault(name, "");
    }

    /** A value that is yes or no; no when unset. */
    public boolean bool(final String name) {
        final String value = text(name);
        return !value.isEmpty() && OptionValue.bool(value);
    }

    /** A whole number; 0 when unset. */
    public long integer(final String name) {
        final String value = text(name);
        return value.isEmpty() ? 0 : OptionValue.integer(value);
    }

    /** A number; 0 when unset. */
    public double real(final String name) {
        final String value = text(name);
        return value.isEmpty() ? 0 : OptionValue.real(value);
    }

    /** A duration in nanoseconds; 0 when unset. */
    public long durationNs(final String name) {
        final String value = text(name);
        return value.isEmpty() ? 0 : OptionValue.durationNs(value);
    }

    /** A line for each option of {@code named} that has a value which changes nothing here. */
    public List<String> withoutEffect(final Map<String, String> named) {
        final List<String> lines = new ArrayList<>();
        named.forEach((name, value) -> {
            final List<String> always = ALWAYS.get(name);
            if (always != null && !isSame(always.getFirst(), value)) {
                lines.add("provider option " + name + " = " + value + " has no effect: " + always.getLast());
            }
        });
        return lines;
    }

    private static boolean isSame(final String one, final String other) {
        try {
            return OptionValue.bool(one) == OptionValue.bool(other);
        } catch (final IllegalArgumentException notBool) {
            return one.equals(other);
        }
    }

    /** As {@code options_get} of the wsrep API prints it. */
    @Override
    public String toString() {
        final StringBuilder out = new StringBuilder(2048);
        values.forEach((name, value) -> out.append(name).append(" = ").append(value.replace(";", "\\;")).append("; "));
        return out.toString();
    }

    private Map<String, String> parse(final String text, final boolean running) throws OptionException {
        final Map<String, String> named = new LinkedHashMap<>();
        for (final String part : text.split("(?<!\\\\);")) {
            if (!part.isBlank()) {
                final int equals = part.indexOf('=');
                final String name = (equals < 0 ? part : part.substring(0, equals)).strip();
                if (equals < 0) {
                    throw new OptionException(Kind.BAD_VALUE, "provider option '" + name + "' has no value: write name=value; ...");
                }
                final String value = part.substring(equals + 1).strip().replace("\\;", ";");
                check(name, value, running);
                named.put(name, value);
            }
        }
        return named;
    }

    private void check(final String name, final String value, final boolean running) throws OptionException {
        final ProviderOption option = ProviderOptionTable.all().get(name);
        if (option == null) {
            throw new OptionException(Kind.UNKNOWN, "Unknown parameter '" + name + "'"
                + NearestName.hint(name, ProviderOptionTable.all().keySet()));
        }
        if (value.equals(values.get(name))) {
            return;
        }
        if (running && !option.dynamic()) {
            throw new OptionException(Kind.READ_ONLY, "Setting '" + name + "' to '" + value
                + "' failed: it cannot change while the node runs (it is '"
                + text(name) + "'); set it in wsrep_provider_options and restart");
        }
        try {
            option.check(value);
        } catch (final IllegalArgumentException e) {
            throw new OptionException(Kind.BAD_VALUE, "Setting '" + name + "' to '" + value + "' failed: expected " + e.getMessage());
        }
    }
}

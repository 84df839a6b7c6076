// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What Galera's {@code socket.ssl*} options say, as paths and names.
 *
 * @param certificate {@code socket.ssl_cert}: this node's certificate, and those between it and the authority.
 * @param key {@code socket.ssl_key}.
 * @param authorities {@code socket.ssl_ca}; empty for those in {@code certificate}.
 * @param passwordFile {@code socket.ssl_password_file}, whose first line opens the key; empty for none.
 * @param ciphers {@code socket.ssl_cipher}, a list in OpenSSL's form; empty for the default.
 * @param dynamic {@code socket.dynamic}: peers that do not encrypt are linked, too.
 */
public record TlsSettings(String certificate, String key, String authorities, String passwordFile, String ciphers, boolean dynamic) {
    /** The cipher suites of TLS 1.3 that both engines have, in the order of preference. */
    static final List<String> SUITES = List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    /** The suites that {@code socket.ssl_cipher} leaves, or all where it names none of TLS 1.3. */
    public List<String> suites() {
        final Set<String> named = new LinkedHashSet<>();
        for (final String name : names()) {
            if (SUITES.contains(name)) {
                named.add(name);
            }
        }
        return named.isEmpty() ? SUITES : List.copyOf(named);
    }

    /** What {@code socket.ssl_cipher} names that means nothing to TLS 1.3. */
    public List<String> ciphersWithoutEffect() {
        final List<String> without = new ArrayList<>(names());
        without.removeAll(SUITES);
        return without;
    }

    private List<String> names() {
        final List<String> names = new ArrayList<>();
        for (final String name : ciphers.split("[:, ]+")) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }
}

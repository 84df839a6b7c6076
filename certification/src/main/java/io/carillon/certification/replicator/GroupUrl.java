// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A group address as in {@code wsrep_cluster_address}: {@code gcomm://host[:port],...[?option=value&...]}.
 *
 * @param addresses host:port each; empty for a new group.
 * @param options in the order given.
 */
public record GroupUrl(List<String> addresses, Map<String, String> options) {
    private static final String SCHEME = "gcomm://";

    /** Parses {@code url}. Throws {@link IllegalArgumentException} saying what is wrong with it. */
    public static GroupUrl parse(final String url, final int defaultPort) {
        if (!url.startsWith(SCHEME)) {
            throw new IllegalArgumentException("wsrep_cluster_address is '" + url + "'; it must begin with gcomm://");
        }
        final int question = url.indexOf('?');
        final String hosts = url.substring(SCHEME.length(), question < 0 ? url.length() : question);
        final List<String> addresses = new ArrayList<>();
        for (final String part : hosts.split(",")) {
            final String host = part.trim();
            if (!host.isEmpty()) {
                addresses.add(withPort(host, defaultPort, url));
            }
        }
        return new GroupUrl(List.copyOf(addresses), question < 0 ? Map.of() : options(url.substring(question + 1), url));
    }

    /** The addresses alone, each with its port. */
    public String withoutOptions() {
        return SCHEME + String.join(",", addresses);
    }

    private static String withPort(final String host, final int defaultPort, final String url) {
        final String address = host.startsWith("tcp://") ? host.substring("tcp://".length()) : host;
        final int bracket = address.lastIndexOf(']');
        final boolean bareIpv6 = bracket < 0 && address.indexOf(':') != address.lastIndexOf(':');
        final int colon = bareIpv6 ? -1 : address.indexOf(':', Math.max(bracket, 0));
        if (colon < 0) {
            return (bareIpv6 ? "[" + address + "]" : address) + ":" + defaultPort;
        }
        try {
            final int port = Integer.parseInt(address.substring(colon + 1));
            if (port > 0 && port <= 0xFFFF) {
                return address;
            }
        } catch (final NumberFormatException e) {
            throw new IllegalArgumentException("bad port in '" + host + "' of wsrep_cluster_address '" + url + "'", e);
        }
        throw new IllegalArgumentException("bad port in '" + host + "' of wsrep_cluster_address '" + url + "'");
    }

    private static Map<String, String> options(final String text, final String url) {
        final Map<String, String> options = new LinkedHashMap<>();
        for (final String pair : text.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            final int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("'" + pair + "' in wsrep_cluster_address '" + url + "' is not option=value");
            }
            options.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return options;
    }
}

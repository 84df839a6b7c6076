// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

/**
 * Host and port of a node, as people write them.
 *
 * @param host name or IP literal without brackets; empty in an advertised address whose host the receiver sees better.
 * @param port 0 to 65535.
 */
public record PeerAddress(String host, int port) {
    /** Galera's port. */
    public static final int DEFAULT_PORT = 4567;

    /**
     * Reads {@code host}, {@code host:port}, {@code [v6]:port}, {@code v6} or {@code :port}, with or without {@code
     * tcp://} or {@code ssl://} in front.
     * Throws {@link IllegalArgumentException} that says what is wrong.
     */
    public static PeerAddress parse(final String text, final int defaultPort) {
        final int scheme = text.indexOf("://");
        final String rest = (scheme < 0 ? text : text.substring(scheme + 3)).trim();
        if (scheme >= 0 && !text.startsWith("tcp://") && !text.startsWith("ssl://")) {
            throw bad(text, "only tcp:// and ssl:// are known");
        }
        final int end = rest.startsWith("[") ? rest.indexOf(']') : 0;
        if (end < 0) {
            throw bad(text, "']' is missing");
        }
        final int colon = rest.indexOf(':', end);
        final boolean bareV6 = end == 0 && colon >= 0 && colon != rest.lastIndexOf(':');
        final String hostPart = bareV6 || colon < 0 ? rest : rest.substring(0, colon);
        final String host = end > 0 ? rest.substring(1, end) : hostPart;
        if (end > 0 && hostPart.length() != end + 1) {
            throw bad(text, "a port after ']' begins with ':'");
        }
        return new PeerAddress(host, bareV6 || colon < 0 ? defaultPort : port(text, rest.substring(colon + 1)));
    }

    /** Tells whether the host is missing, or one of the addresses that mean "all of mine". */
    public boolean isWildcard() {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::") || host.equals("*");
    }

    /** The same port at another host. */
    public PeerAddress at(final String otherHost) {
        return new PeerAddress(otherHost, port);
    }

    private static int port(final String text, final String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw bad(text, "the port must be a number from 0 to 65535");
        }
        final int port = Integer.parseInt(digits);
        if (port > 65535) {
            throw bad(text, "the port must be a number from 0 to 65535");
        }
        return port;
    }

    private static IllegalArgumentException bad(final String text, final String why) {
        return new IllegalArgumentException("address '" + text + "': " + why);
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}

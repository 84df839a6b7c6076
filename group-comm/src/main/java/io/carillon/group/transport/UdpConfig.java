// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

/**
 * What UDP needs beside {@link TransportConfig}.
 *
 * @param key what datagrams are encrypted with; null: they are not.
 * @param multicast address that every member hears ({@code gmcast.mcast_addr}); null: each is sent to by itself.
 * @param multicastTtl routers that multicast passes ({@code gmcast.mcast_ttl}).
 */
public record UdpConfig(RingKey key, PeerAddress multicast, int multicastTtl) {
}

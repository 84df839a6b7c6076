// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import java.util.ArrayList;
import java.util.List;

/**
 * Further networks between the nodes, and how they are used; times in nanoseconds.
 *
 * @param further networks beside the one of {@code gmcast.listen_addr}, which is number 0; none: one link to each peer.
 * @param mode what takes which link.
 * @param heartbeatNs period of the pings by which links are compared.
 * @param silentNs a link is silent when its latest answer is so much older than another link's to the same peer, round trips aside.
 * @param returnNs a link is returned to when it has answered for so long.
 * @param dropNs a link silent for so long is closed and made anew.
 */
public record LinkConfig(List<Network> further, LinkMode mode, long heartbeatNs, long silentNs, long returnNs, long dropNs) {
    /** Networks beside the first at most. */
    public static final int FURTHER_MAX = 7;
    private static final long MS = 1_000_000L;

    /**
     * One further network.
     *
     * @param listen own address there.
     * @param peers where others may be found there; the rest is learnt from them over any network.
     */
    public record Network(PeerAddress listen, List<PeerAddress> peers) {
    }

    /** One network only. */
    public static LinkConfig none() {
        return of(List.of(), LinkMode.PASSIVE);
    }

    /** The default times. */
    public static LinkConfig of(final List<Network> further, final LinkMode mode) {
        return new LinkConfig(List.copyOf(further), mode, 40 * MS, 100 * MS, 1_000 * MS, 3_000 * MS);
    }

    /**
     * Reads the networks of {@code carillon.ring.links}: a comma between networks; of each the own address, and after spaces
     * those of others. Throws {@link IllegalArgumentException} that says what is wrong.
     */
    public static List<Network> parse(final String text, final int defaultPort) {
        final List<Network> networks = new ArrayList<>();
        for (final String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            final List<PeerAddress> addresses = new ArrayList<>();
            for (final String word : part.strip().split("\\s+")) {
                final PeerAddress address = PeerAddress.parse(word, defaultPort);
                if (address.isWildcard()) {
                    throw new IllegalArgumentException("link address '" + word + "': it must be one address of this network");
                }
                addresses.add(address);
            }
            networks.add(new Network(addresses.getFirst(), List.copyOf(addresses.subList(1, addresses.size()))));
        }
        if (networks.size() > FURTHER_MAX) {
            throw new IllegalArgumentException(networks.size() + " further networks: " + FURTHER_MAX + " are the most");
        }
        return networks;
    }
}

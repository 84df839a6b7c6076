// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

/**
 * How large a datagram may be on the way to a peer: what every network carries, until a probe of a larger size is
 * answered; that again when probes of the size in use are no more (a black hole). Sizes are of the datagram's body; the
 * headers of IP and UDP are counted here, once.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class PathMtu {
    /** What every network carries, as QUIC assumes. */
    static final int FLOOR = 1200;
    private static final int HEADERS_V4 = 28;
    private static final int HEADERS_V6 = 48;
    /** Sizes of IP packets that are worth a try: tunnels, PPPoE, Ethernet, jumbo frames. */
    private static final int[] CANDIDATES = {1280, 1380, 1420, 1450, 1492, 1500, 4000, 9000};
    /** Largest body that is ever sent or taken. */
    static final int CEILING = 9000 - HEADERS_V4;
    private static final int TRIES = 3;
    private static final long ANSWER_NS = 200_000_000L;
    private static final long CONFIRM_NS = 1_000_000_000L;
    private static final long RAISE_NS = 60_000_000_000L;

    private final int headers;
    private int size = FLOOR;
    private int probed;
    private int tries;
    private long sentNs;
    private long nextNs;
    private long raiseNs;
    private boolean confirming;
    private int blackHoles;

    PathMtu(final boolean v6, final long nowNs) {
        headers = v6 ? HEADERS_V6 : HEADERS_V4;
        nextNs = nowNs;
        raiseNs = nowNs;
    }

    /** Largest body that is known to arrive. */
    int size() {
        return size;
    }

    /** How often a size that had arrived did no more. */
    int blackHoles() {
        return blackHoles;
    }

    /** Size of the probe that is due, or 0. */
    int due(final long nowNs) {
        if (probed != 0) {
            if (nowNs - sentNs < ANSWER_NS) {
                return 0;
            }
            onUnanswered(nowNs);
            if (probed != 0) {
                return sent(probed, nowNs);
            }
        }
        if (nowNs - nextNs < 0) {
            return 0;
        }
        final int larger = larger();
        if (larger != 0 && nowNs - raiseNs >= 0) {
            confirming = false;
            return sent(larger, nowNs);
        }
        if (size > FLOOR) {
            confirming = true;
            return sent(size, nowNs);
        }
        nextNs = nowNs + CONFIRM_NS;
        return 0;
    }

    /** A probe arrived at the other side. */
    void onAnswered(final int answered, final long nowNs) {
        if (answered != probed) {
            return;
        }
        probed = 0;
        tries = 0;
        if (!confirming) {
            size = answered;
            nextNs = nowNs;
        } else {
            nextNs = nowNs + CONFIRM_NS;
        }
    }

    /** The system refused a datagram of this size: it is larger than the interface's. */
    void onTooLarge(final int refused, final long nowNs) {
        if (refused == probed) {
            tries = TRIES;
            onUnanswered(nowNs);
        } else if (refused > FLOOR && refused <= size) {
            fall(nowNs);
        }
    }

    private int sent(final int probe, final long nowNs) {
        tries = probe == probed ? tries + 1 : 1;
        probed = probe;
        sentNs = nowNs;
        return probe;
    }

    private void onUnanswered(final long nowNs) {
        if (tries < TRIES) {
            return;
        }
        probed = 0;
        tries = 0;
        if (confirming) {
            blackHoles++;
            fall(nowNs);
        } else {
            raiseNs = nowNs + RAISE_NS;
            nextNs = nowNs;
        }
    }

    private void fall(final long nowNs) {
        size = FLOOR;
        probed = 0;
        tries = 0;
        confirming = false;
        raiseNs = nowNs + CONFIRM_NS;
        nextNs = nowNs + CONFIRM_NS;
    }

    private int larger() {
        for (final int candidate : CANDIDATES) {
            if (candidate - headers > size) {
                return candidate - headers;
            }
        }
        return 0;
    }
}

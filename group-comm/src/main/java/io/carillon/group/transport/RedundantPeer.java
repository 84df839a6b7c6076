// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;

/**
 * A peer with its links, one a network, and which of them are used.
 *
 * <p>A link is judged only by comparison: it is silent when another link to the same peer has answered a ping that was
 * sent later, by more than a limit, at two looks in a row. So a paused peer, or a pause of this process, accuses no link.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class RedundantPeer {
    private static final int SILENT_LOOKS = 2;
    private static final long NEVER = Long.MIN_VALUE;

    /** The link on one network. */
    static final class Path {
        final NetworkMesh mesh;
        /** Handle in its mesh; -1 when there is no link. */
        int handle = -1;
        boolean silent;
        private int silentLooks;
        /** Since when it has answered without a break. */
        private long usableNs;
        private long silentNs;

        Path(final NetworkMesh mesh) {
            this.mesh = mesh;
        }

        boolean isUp() {
            return handle >= 0;
        }

        boolean isUsable() {
            return isUp() && !silent;
        }
    }

    /** What a look brought, for who looks. */
    interface Observer {
        /** The link on {@code network} answers no more, or again. */
        void onSilence(RedundantPeer peer, int network, boolean silent, long lagNs);
    }

    final MemberId member;
    final long life;
    final int handle;
    final Path[] paths;
    /** Numbers of packets that came over several links. */
    final NumberWindow received = new NumberWindow();
    /** Network whose link carries what takes one only. */
    int current;
    /** How often another link took over from one that failed. */
    long failovers;

    private final LinkConfig config;

    RedundantPeer(final MemberId member, final long life, final int handle, final LinkConfig config, final NetworkMesh[] networks) {
        this.member = member;
        this.life = life;
        this.handle = handle;
        this.config = config;
        paths = new Path[networks.length];
        for (int i = 0; i < networks.length; i++) {
            paths[i] = new Path(networks[i]);
        }
    }

    void onUp(final int network, final int pathHandle, final long nowNs) {
        final Path path = paths[network];
        final boolean first = !isUp();
        path.handle = pathHandle;
        path.silent = false;
        path.silentLooks = 0;
        // Nobody waits for the first one; later ones prove themselves.
        path.usableNs = first ? nowNs - config.returnNs() : nowNs;
        current = first ? network : current;
        choose(nowNs);
    }

    void onDown(final int network, final long nowNs) {
        paths[network].handle = -1;
        paths[network].silent = false;
        choose(nowNs);
    }

    boolean isUp() {
        for (final Path path : paths) {
            if (path.isUp()) {
                return true;
            }
        }
        return false;
    }

    /** Compares the links; to be called once a heartbeat. */
    void look(final long nowNs, final Observer observer) {
        long newestNs = NEVER;
        for (final Path path : paths) {
            if (path.isUp()) {
                newestNs = Math.max(newestNs, path.mesh.answeredNs(path.handle));
            }
        }
        for (int network = 0; network < paths.length; network++) {
            if (paths[network].isUp()) {
                compare(network, newestNs, nowNs, observer);
            }
        }
        choose(nowNs);
    }

    private void compare(final int network, final long newestNs, final long nowNs, final Observer observer) {
        final Path path = paths[network];
        final long lagNs = newestNs - path.mesh.answeredNs(path.handle);
        if (lagNs <= config.silentNs() + 2 * Math.max(0, path.mesh.roundTripNs(path.handle))) {
            path.silentLooks = 0;
            if (path.silent) {
                path.silent = false;
                path.usableNs = nowNs;
                observer.onSilence(this, network, false, lagNs);
            }
        } else if (++path.silentLooks >= SILENT_LOOKS && !path.silent) {
            path.silent = true;
            path.silentNs = nowNs;
            observer.onSilence(this, network, true, lagNs);
        } else if (path.silent && nowNs - path.silentNs >= config.dropNs()) {
            path.mesh.drop(path.handle, "it does not answer while another link does");
        }
    }

    /**
     * The first network whose link answers, and has done so for a while unless the one in use does not. When none
     * answers the peer is at fault, not a link: the one in use stays.
     */
    private void choose(final long nowNs) {
        final boolean holds = paths[current].isUsable();
        for (int network = 0; network < paths.length; network++) {
            final boolean proven = !holds || network == current || nowNs - paths[network].usableNs >= config.returnNs();
            if (paths[network].isUsable() && proven) {
                use(network);
                return;
            }
        }
        for (int network = 0; network < paths.length && !paths[current].isUp(); network++) {
            if (paths[network].isUp()) {
                use(network);
            }
        }
    }

    private void use(final int network) {
        if (network != current) {
            failovers += paths[current].isUsable() ? 0 : 1;
            current = network;
        }
    }
}

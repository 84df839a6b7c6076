// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;

/** Linked peers, sorted by id, so that whatever loops over them does so in the same order everywhere. */
final class PeerTable {
    private final List<Peer> byId = new ArrayList<>();
    private Peer[] byHandle = new Peer[8];

    List<Peer> all() {
        return byId;
    }

    Peer at(final int handle) {
        return handle >= 0 && handle < byHandle.length ? byHandle[handle] : null;
    }

    Peer of(final MemberId id) {
        for (final Peer peer : byId) {
            if (peer.id.equals(id)) {
                return peer;
            }
        }
        return null;
    }

    /** Adds a peer; a former link of the same member gives way. */
    Peer add(final int handle, final MemberId id, final long nowNs) {
        final Peer former = of(id);
        if (former != null) {
            remove(former);
        }
        if (at(handle) != null) {
            remove(at(handle));
        }
        if (handle >= byHandle.length) {
            byHandle = java.util.Arrays.copyOf(byHandle, Math.max(handle + 1, 2 * byHandle.length));
        }
        final Peer peer = new Peer(handle, id, nowNs);
        byHandle[handle] = peer;
        int at = 0;
        while (at < byId.size() && byId.get(at).id.compareTo(id) < 0) {
            at++;
        }
        byId.add(at, peer);
        return peer;
    }

    void remove(final Peer peer) {
        byId.remove(peer);
        if (byHandle[peer.handle] == peer) {
            byHandle[peer.handle] = null;
        }
    }

    /** Forgives every silence: it was this process that was paused, not they. */
    void postponeSuspicion(final long nowNs) {
        for (final Peer peer : byId) {
            peer.silence.forgive(nowNs);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import java.util.List;
import org.agrona.DirectBuffer;

/** What the mesh tells its owner, on the loop's thread. It may send from within. */
public interface MeshListener {
    /** Control and bulk connection of a peer are open. The handle is reused only after {@link #onPeerDown}. */
    void onPeerUp(long nowNs, int peer, MemberId id);

    /** Either connection of the peer closed. */
    void onPeerDown(long nowNs, int peer);

    /** A packet; the buffer is valid during the call. */
    void onPacket(long nowNs, int peer, DirectBuffer buffer, int offset, int length);

    /** Asked before a packet that may come on several links is given. False: it came already. */
    default boolean isNew(final int peer, final long number) {
        return true;
    }

    /** A peer tells where it is found on each network; without a host where it does not know. */
    default void onAddresses(final MemberId member, final List<PeerAddress> byNetwork) {
        // of interest where there are several networks
    }

    /** It cannot listen; {@code what} says where, why and what to do. It is stopped. */
    void onListenFailed(String what);
}

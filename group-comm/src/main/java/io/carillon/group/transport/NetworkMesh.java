// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * A mesh over one network, as {@link RedundantMesh} needs it to make one of several.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public interface NetworkMesh extends Mesh {
    /** Random number of the peer's process: the same on all networks, another one in its next life. */
    long life(int peer);

    /** When the latest ping was sent that the peer answered; the time of its coming up before the first. */
    long answeredNs(int peer);

    /** As {@link #send}, with a number above 0 by which the other side knows the same packet on another link. */
    void sendNumbered(int peer, long number, DirectBuffer packet, int offset, int length, TrafficClass trafficClass);

    /** Tells the peer where this node is found on each network, in their order. */
    void tellAddresses(int peer, List<PeerAddress> byNetwork);

    /** Somebody says that {@code member} is at {@code address} of this network. */
    void learn(MemberId member, PeerAddress address);

    /** Closes the link to the peer, and looks for it again. */
    void drop(int peer, String why);

    /** What is told to others; without a host where only they can see which one leads here. Port 0 before it listens. */
    PeerAddress advertised();
}

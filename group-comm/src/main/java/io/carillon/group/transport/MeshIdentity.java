// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;

/**
 * Who this node is to the others on one network.
 *
 * @param cluster peers of another name are refused.
 * @param node name of this node, for people.
 * @param self own incarnation.
 * @param life random number of this process, the same on all networks.
 * @param network number of the network: only those who believe to be on the same are linked to.
 */
public record MeshIdentity(String cluster, String node, MemberId self, long life, int network) {
    /** What speaks against a link with whoever says this of itself; null if nothing does. */
    public Refusal objection(final Hello hello) {
        if (hello.commonVersion() < 0) {
            return Refusal.VERSION;
        }
        if (!hello.cluster().equals(cluster)) {
            return Refusal.CLUSTER_NAME;
        }
        if (hello.member().equals(self)) {
            return hello.mesh() == life ? Refusal.SELF : Refusal.CLONE;
        }
        return hello.network() != network ? Refusal.NETWORK : null;
    }
}

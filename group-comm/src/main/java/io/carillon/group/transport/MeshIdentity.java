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
record MeshIdentity(String cluster, String node, MemberId self, long life, int network) {
}

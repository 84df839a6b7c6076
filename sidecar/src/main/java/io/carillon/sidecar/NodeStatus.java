// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.util.List;

/**
 * What a node says of itself to the command line.
 *
 * @param node node name.
 * @param version of the sidecar.
 * @param pid of the sidecar.
 * @param serverPid of the server in session, 0 for none.
 * @param state as {@code wsrep_local_state_comment}.
 * @param primary whether it is in a primary view.
 * @param group UUID of the group.
 * @param view count of primary views.
 * @param members of the view.
 * @param positions by name, seqnos and indexes.
 * @param queues by name, bytes and counts.
 * @param memory by name, bytes.
 * @param ring lines about ring and links.
 */
record NodeStatus(String node, String version, long pid, long serverPid, String state, boolean primary, String group, long view,
    List<MemberStatus> members, java.util.Map<String, Long> positions, java.util.Map<String, Long> queues,
    java.util.Map<String, Long> memory, List<String> ring) {
    /** A member of the view; {@code weight} 0 for one that has no vote. */
    record MemberStatus(String name, String id, String session, String incoming, int weight, String state, boolean self) {
    }
}

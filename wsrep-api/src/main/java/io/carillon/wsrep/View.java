// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

import java.util.List;

/**
 * A configuration of the group as the server sees it.
 *
 * @param stateId group UUID and seqno of the view's entry.
 * @param number count of primary views in this history, -1 if not primary.
 * @param status whether it may accept writes.
 * @param ownIndex this node's place in {@code members}, -1 if it is not there.
 * @param protocol replication protocol version.
 * @param members sorted by id, which grows with the time when the server started.
 */
public record View(Gtid stateId, long number, Status status, int ownIndex, int protocol, List<Member> members) {
    /** Codes are those of the wsrep API. */
    public enum Status {
        PRIMARY, NON_PRIMARY, DISCONNECTED
    }

    public View {
        members = List.copyOf(members);
    }
}

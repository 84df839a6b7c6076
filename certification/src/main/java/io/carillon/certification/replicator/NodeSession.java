// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.Gtid;
import java.nio.file.Path;
import java.util.UUID;

/**
 * An application's session with its replicator.
 *
 * @param session member id that the application knows; the same after a restart of the sidecar.
 * @param name {@code wsrep_node_name}.
 * @param incoming address for clients.
 * @param dataDir where {@code grastate.dat} is kept, or null for nowhere.
 * @param state position of the application.
 * @param received last seqno that came in the feed of an earlier connection of the same provider, -1 none.
 * @param released every seqno up to it is committed, -1 none.
 * @param openCalls calls of an earlier connection that wait for their verdict.
 */
public record NodeSession(UUID session, String name, String incoming, Path dataDir, Gtid state, long received, long released,
    long[] openCalls) {
}

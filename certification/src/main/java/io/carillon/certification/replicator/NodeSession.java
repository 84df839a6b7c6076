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
 * @param awaitsSnapshot it was asked for its request by an earlier connection, and waits for the snapshot since.
 * @param givesSnapshot it was asked for a snapshot by an earlier connection, and its end was not reported.
 */
public record NodeSession(UUID session, String name, String incoming, Path dataDir, Gtid state, long received, long released,
    long[] openCalls, boolean awaitsSnapshot, boolean givesSnapshot) {

    /** A session without a state transfer under way. */
    public NodeSession(final UUID session, final String name, final String incoming, final Path dataDir, final Gtid state,
        final long received, final long released, final long[] openCalls) {
        this(session, name, incoming, dataDir, state, received, released, openCalls, false, false);
    }

    /** Tells whether the server has data that an earlier sidecar fed it with. */
    boolean isRunning() {
        return received >= 0 && !awaitsSnapshot;
    }
}

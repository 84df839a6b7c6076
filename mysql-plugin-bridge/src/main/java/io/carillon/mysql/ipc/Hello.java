// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.wsrep.Gtid;
import java.util.UUID;

/**
 * What a provider says of itself and its server when a session begins.
 *
 * @param session member id that the server knows; the same after a restart of the sidecar.
 * @param pid process of the server.
 * @param nodeName {@code wsrep_node_name}.
 * @param nodeAddress {@code wsrep_node_address}, may hold a port.
 * @param incoming address for clients.
 * @param dataDir the server's data directory.
 * @param options text of {@code wsrep_provider_options}.
 * @param state position that the server started with.
 * @param received last seqno that came in the feed of an earlier connection of the same provider, -1 none.
 * @param released every seqno up to it is committed, -1 none.
 * @param openCalls calls of an earlier connection that wait for their verdict.
 * @param flags those of the frame: state transfers that go on from an earlier connection.
 */
public record Hello(UUID session, int pid, String nodeName, String nodeAddress, String incoming, String dataDir, String options,
    Gtid state, long received, long released, long[] openCalls, int flags) {
    private static final int OPEN_CALLS_MAX = 65_536;

    /** Tells whether the server waits for a snapshot since an earlier connection. */
    public boolean awaitsSnapshot() {
        return (flags & Frames.HELLO_AWAITS_SNAPSHOT) != 0;
    }

    /** Tells whether the server gives a snapshot since an earlier connection. */
    public boolean givesSnapshot() {
        return (flags & Frames.HELLO_GIVES_SNAPSHOT) != 0;
    }

    /** Reads the body of a HELLO. */
    static Hello read(final FrameReader frame) throws FrameFormatException {
        final long protocol = frame.u32();
        if (protocol != Frames.PROTOCOL) {
            throw new FrameFormatException("the provider speaks version " + protocol + " of the protocol, this sidecar version "
                + Frames.PROTOCOL + ": use libcarillon.so and bin/carillon of the same distribution");
        }
        final UUID session = frame.uuid();
        final int pid = frame.i32();
        final String nodeName = frame.str();
        final String nodeAddress = frame.str();
        final String incoming = frame.str();
        final String dataDir = frame.str();
        final String options = frame.str();
        final UUID stateUuid = frame.uuid();
        final long stateSeqno = frame.i64();
        final long received = frame.i64();
        final long released = frame.i64();
        final long count = frame.u32();
        if (count > OPEN_CALLS_MAX || count * Long.BYTES != frame.remaining()) {
            throw new FrameFormatException("HELLO names " + count + " open calls in " + frame.remaining() + " bytes");
        }
        final long[] openCalls = new long[(int) count];
        for (int i = 0; i < openCalls.length; i++) {
            openCalls[i] = frame.i64();
        }
        return new Hello(session, pid, nodeName, nodeAddress, incoming, dataDir, options, new Gtid(stateUuid, stateSeqno), received,
            released, openCalls, frame.flags());
    }
}

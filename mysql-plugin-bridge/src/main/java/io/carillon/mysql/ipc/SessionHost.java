// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.certification.replicator.StatusSink;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.ReplicationEngine;

/** Gives a provider's session its engine. Called on the engine's thread. */
public interface SessionHost {
    /**
     * A provider said HELLO. Events for {@code application} may begin during this call.
     *
     * @param allowList the server's, to be asked who may connect.
     * @throws SessionRefusedException when its options are bad, or the node cannot run.
     */
    Attachment attach(Hello hello, ReplicatedApplication application, AllowList allowList) throws SessionRefusedException;

    /** The server's list of who may connect. */
    @FunctionalInterface
    interface AllowList {
        /** Asks about the IP address {@code ip}; the answer comes as {@link Attachment#peerAnswered} with {@code number}. */
        void ask(long number, String ip);
    }

    /** An engine as one session uses it. */
    interface Attachment {
        ReplicationEngine engine();

        /** Text of {@code options_get}. */
        String options();

        /** Version of the engine, for people. */
        String version();

        /** Gives the variables that only the sidecar knows. */
        void status(StatusSink into);

        /** Starts averages and extremes of these variables anew. */
        void resetStatus();

        /** The server stands still ({@code pause}), or goes on. */
        void pause(boolean on);

        /** Isolation as the server asks for it: 0 none, 1 isolated, 2 disconnect. */
        void isolate(int mode);

        /** The answer to the question {@code number} to the server's allow list. */
        void peerAnswered(long number, boolean admitted);

        /** The session is over; nothing is called on its application any more. */
        void detach();
    }
}

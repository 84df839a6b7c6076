// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.CertifierConfig;

/**
 * Settings of a replicator; bytes and nanoseconds.
 *
 * @param certifier bounds of the certification index.
 * @param segment {@code gmcast.segment}.
 * @param writeSetMax {@code repl.max_ws_size}.
 * @param waitPrimaryNs {@code pc.wait_prim_timeout}: connect fails without a primary view by then.
 * @param fateNs {@code carillon.fate_timeout}: how long a call in flight waits for a lost primary; 0: until its fate is known.
 * @param votePolicy {@code gcs.vote_policy}: so many members without an error suffice for success; 0: the majority decides.
 * @param flow when writers are asked to slow down.
 */
public record ReplicatorConfig(CertifierConfig certifier, int segment, long writeSetMax, long waitPrimaryNs, long fateNs, int votePolicy,
    FlowLimits flow) {
    private static final long SECOND = 1_000_000_000L;

    /**
     * Options {@code gcs.fc_*}.
     *
     * @param limit write sets waiting to be applied from which writers are asked to slow down.
     * @param factor they may go on below that part of the limit.
     * @param grows whether the limit grows with the square root of the number of members.
     * @param syncDonor {@code gcs.sync_donor}: whether a donor, too, asks for it.
     */
    public record FlowLimits(long limit, double factor, boolean grows, boolean syncDonor) {
        /** Galera's defaults, but for the limit. */
        public static FlowLimits of(final long limit) {
            return new FlowLimits(limit, 1.0, true, false);
        }
    }

    /** Galera's defaults, and no bound on the wait for a fate. */
    public static ReplicatorConfig defaults() {
        return new ReplicatorConfig(CertifierConfig.DEFAULT, 0, Integer.MAX_VALUE, 30 * SECOND, 0, 0, FlowLimits.of(16));
    }

    /** Seqnos before its view that a joiner's log must reach back: an index, and the fragments of the large write sets in it. */
    public int logReach() {
        return 2 * certifier.window();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

/**
 * Counters of a {@link Certifier}; averages are over what committed since the last {@link #resetAverages}. Engine's
 * thread only.
 */
public final class CertifierStatistics {
    long certified;
    long conflicts;
    long averaged;
    long distanceSum;
    long intervalSum;

    CertifierStatistics() {
    }

    /** Write sets that got a verdict. */
    public long certified() {
        return certified;
    }

    /** Of these, how many do not commit. */
    public long conflicts() {
        return conflicts;
    }

    /**
     * Average of {@code seqno - dependsOn}: how many write sets could be applied in parallel. {@code
     * wsrep_cert_deps_distance}.
     */
    public double dependencyDistance() {
        return averaged == 0 ? 0 : (double) distanceSum / averaged;
    }

    /**
     * Average of {@code seqno - 1 - lastSeen}: how many write sets were ordered while one was on its way. {@code
     * wsrep_cert_interval}.
     */
    public double interval() {
        return averaged == 0 ? 0 : (double) intervalSum / averaged;
    }

    /** Starts the averages anew, as FLUSH STATUS does. */
    public void resetAverages() {
        averaged = 0;
        distanceSum = 0;
        intervalSum = 0;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

/** Takes status variables, names without {@code wsrep_}. */
public interface StatusSink {
    void add(String name, long value);

    void add(String name, double value);

    void add(String name, String value);
}

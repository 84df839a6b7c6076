// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.LogEntry;
import io.carillon.group.ring.RingView;

/** Reads the configuration that a VIEW or CONFIG entry holds. */
@FunctionalInterface
public interface ViewReader {
    RingView read(LogEntry entry);
}

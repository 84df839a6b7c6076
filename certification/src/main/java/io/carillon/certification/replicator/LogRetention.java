// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

/** Lets the log drop what nobody needs. */
@FunctionalInterface
public interface LogRetention {
    /** Nothing at or below {@code index} is needed by this node, by certification, or by a member that is here. */
    void purge(long index);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Group communication: a total order that survives crash, pause, loss and partition (docs/ring.md).
 *
 * <p>{@link io.carillon.group.ring} is the protocol without I/O, {@link io.carillon.group.transport} carries its packets,
 * {@link io.carillon.group.simulator} runs it under faults from a seed.
 */
package io.carillon.group;

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Deterministic simulator of the ring (docs/simulator.md): several members run the production core over simulated
 * network, log and state store in virtual
 * time; one seed decides everything, so that any run can be replayed.
 */
package io.carillon.group.simulator;

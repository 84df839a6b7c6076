// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The protocol without I/O, clock or thread (docs/ring.md): {@link io.carillon.group.ring.RingCore} is told what happens and says what to
 * do.
 *
 * <p>Why nothing acknowledged is lost is argued step by step in docs/proof.md. The same rules are a model in TLA+, {@code Ring.tla} in
 * group-comm/src/test/tla, of which {@code RingModelTest} has every state visited, and which finds the lost entry where one is left out.
 */
package io.carillon.group.ring;

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** A member as a running thing: ring, log and mesh on one loop, what it tells the layer above, and what operators see of it. */
package io.carillon.group.node;

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The layer between the group and the application: certification and delivery in order, state of the members, life of the node.
 *
 * <p>Everything here runs on the engine's thread; nothing locks, blocks or sleeps. See docs/replicator.md.
 */
package io.carillon.certification.replicator;

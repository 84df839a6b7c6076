// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Carries the ring's packets: the loop, the contract of a mesh ({@link io.carillon.group.transport.Mesh}), and meshes over meshes (several
 * networks, sites).
 */
package io.carillon.group.transport;

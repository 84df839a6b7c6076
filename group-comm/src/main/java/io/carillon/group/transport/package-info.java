// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Carries the ring's packets: one event loop, a TCP mesh on it, and the node that owns ring, log and links on that loop's thread.
 */
package io.carillon.group.transport;

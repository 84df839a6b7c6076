// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The vocabulary of write-set replication, and the contract between a replicated application and the engine.
 *
 * <p>Nothing here knows how write sets are ordered or certified.
 */
package io.carillon.wsrep;

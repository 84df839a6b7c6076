// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The sidecar's end of the socket to a server's provider: frames of docs/ipc.md on one side, the contract between a
 * replicated application and the engine on the other.
 */
package io.carillon.mysql.ipc;

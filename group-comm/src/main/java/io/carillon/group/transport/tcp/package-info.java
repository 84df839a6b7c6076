// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** A mesh of TCP connections, two to a peer, in the clear or over TLS. */
package io.carillon.group.transport.tcp;

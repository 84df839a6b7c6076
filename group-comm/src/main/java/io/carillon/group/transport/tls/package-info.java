// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** TLS on the links between nodes: Galera's {@code socket.ssl*} options, their files, and what they are checked for. */
package io.carillon.group.transport.tls;

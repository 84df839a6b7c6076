// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** A mesh of datagrams, unicast and multicast: sealed, cut to what the path takes, repeated where that is cheap. */
package io.carillon.group.transport.udp;

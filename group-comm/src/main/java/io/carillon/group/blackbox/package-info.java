// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** The last protocol events of a node, kept without allocation and dumped for a post-mortem (docs/observing.md). */
package io.carillon.group.blackbox;

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** The process: configuration, wiring, command line. */
package io.carillon.sidecar;

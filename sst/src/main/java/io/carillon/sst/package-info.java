// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** State transfer: who gives a joiner its snapshot. */
package io.carillon.sst;

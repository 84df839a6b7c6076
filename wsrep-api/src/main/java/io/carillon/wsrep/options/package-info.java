// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** Provider options: Galera's names, types, defaults and text form, and ours under {@code carillon.}. */
package io.carillon.wsrep.options;

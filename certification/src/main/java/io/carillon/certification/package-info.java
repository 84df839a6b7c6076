// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Decides, from the ordered stream alone, which write sets commit.
 *
 * <p>Every member runs the same {@link io.carillon.certification.Certifier} over the same stable entries, so that all
 * reach the same verdicts without talking. What a verdict may depend on is therefore restricted to the entries
 * themselves and the verdicts before them (docs/write-set.md holds the layout, docs/ring.md the stream).
 */
package io.carillon.certification;

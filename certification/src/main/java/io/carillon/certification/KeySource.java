// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

/** The keys of one write set, in order, block by block; read twice when it commits. Engine's thread only. */
public interface KeySource {
    /** No keys. */
    KeySource EMPTY = new KeySource() {
        @Override
        public void rewind() {
        }

        @Override
        public boolean next(final KeyBlock into) {
            return false;
        }
    };

    /** Starts again at the first key. */
    void rewind();

    /** Sets {@code into} to the next keys, at least one. False at the end. */
    boolean next(KeyBlock into);
}

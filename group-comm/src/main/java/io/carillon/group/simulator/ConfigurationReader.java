// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.RingView;

/** Reads the content of VIEW and CONFIG entries. */
final class ConfigurationReader {
    private ConfigurationReader() {
    }

    static RingView read(final StoredEntry entry) {
        throw new UnsupportedOperationException("entry " + entry.index());
    }
}

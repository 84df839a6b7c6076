// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import org.junit.jupiter.api.Test;

class CertifierWarmUpTest {
    /** It checks its verdicts itself. */
    @Test
    void itsWriteSetsAreValidAndCommit() {
        assertDoesNotThrow(() -> new CertifierWarmUp().run());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

/** Version of this build. */
final class Version {
    private static final String UNKNOWN = "development";

    private Version() {
    }

    static String text() {
        final String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? UNKNOWN : version;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** A rule broken on purpose, so that the simulator can show that it would notice. Never anything but NONE outside of tests. */
enum PlantedBug {
    NONE,
    DELIVER_BEFORE_STABLE,
    ACK_AFTER_PROMISE,
    VIEW_BEFORE_STABLE,
    LEAVER_COUNTED,
    JOINER_COUNTED
}

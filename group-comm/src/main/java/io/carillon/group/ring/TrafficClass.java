// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** Which connection of a peer a packet takes: a large payload never delays an acknowledgement. */
public enum TrafficClass {
    CONTROL, BULK
}

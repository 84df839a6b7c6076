// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.group.RingReport;
import java.util.Map;

/**
 * The answer to {@code carillon ring}.
 *
 * @param version of the sidecar.
 * @param nowMs time of the answer, milliseconds since 1970.
 * @param primary whether the node is in a primary view.
 * @param group UUID of the group's history, empty before it is known.
 * @param states of members by id, as in {@code wsrep_local_state_comment}.
 * @param ring all else.
 */
record RingStatus(String version, long nowMs, boolean primary, String group, Map<String, String> states, RingReport ring) {
}

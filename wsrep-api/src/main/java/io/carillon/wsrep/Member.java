// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

import java.util.UUID;

/**
 * A member of a view as the server sees it.
 *
 * @param id session of the server's provider; survives a restart of the sidecar.
 * @param name {@code wsrep_node_name}, at most 31 bytes.
 * @param incoming address for clients, at most 255 bytes.
 */
public record Member(UUID id, String name, String incoming) {
}

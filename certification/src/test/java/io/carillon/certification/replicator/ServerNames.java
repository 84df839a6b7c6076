// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The servers of one test by name: a donor finds its joiner here, as the script of a real one does by its address. */
final class ServerNames {
    private final Map<String, ToyServer> servers = new ConcurrentHashMap<>();

    /** A server begins; an earlier one of its name is gone. */
    void add(final ToyServer server) {
        servers.put(server.name, server);
    }

    ToyServer find(final String name) {
        return servers.get(name);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

/** Takes status variables, names without {@code wsrep_}. Values are copied during the call. */
public interface StatusVariables {
    void add(String name, long value);

    void add(String name, double value);

    void add(String name, String value);
}

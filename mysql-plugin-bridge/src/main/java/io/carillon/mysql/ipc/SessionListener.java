// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

/** Hears of sessions. On the engine's thread. */
public interface SessionListener {
    void sessionBegan(ProviderSession session);

    void sessionEnded(ProviderSession session, String reason);

    void sessionRefused(Hello hello, SessionRefusedException refusal);

    /** Somebody connected and ended, or sent garbage, before a HELLO. */
    void connectionDropped(String reason);

    /** The engine threw: its state cannot be relied on any more. */
    void failed(Throwable cause);
}

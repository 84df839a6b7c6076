// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import java.util.function.Consumer;

/** Says who may connect. */
@FunctionalInterface
public interface Admission {
    /** Everybody may. */
    Admission ALL = (ip, answer) -> answer.accept(true);

    /**
     * Asks whether a peer at {@code ip} may connect. {@code answer} is told now or later, on the loop's thread; only the
     * first time counts. Who gets no answer within the time of a handshake is let go.
     */
    void ask(String ip, Consumer<Boolean> answer);
}

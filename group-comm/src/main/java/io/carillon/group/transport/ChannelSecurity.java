// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.netty.channel.ChannelPipeline;

/** Puts what protects a connection into its pipeline, before anything that reads frames. */
@FunctionalInterface
public interface ChannelSecurity {
    /** Nothing: plain TCP. */
    ChannelSecurity NONE = (pipeline, initiator) -> { };

    /** Called once for each connection; {@code initiator} when this side opened it. */
    void install(ChannelPipeline pipeline, boolean initiator);
}

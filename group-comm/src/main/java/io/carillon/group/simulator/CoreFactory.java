// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.RingLog;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingEffects;
import io.carillon.group.ring.RingState;

/** Makes the core under test: the production one, or one with a bug planted on purpose. */
@FunctionalInterface
public interface CoreFactory {
    /** See {@link RingCore#RingCore}. */
    RingCore create(RingConfig config, RingState restored, RingLog log, RingEffects effects);
}

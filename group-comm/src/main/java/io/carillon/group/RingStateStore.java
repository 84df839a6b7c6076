// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import io.carillon.group.ring.RingState;

/** Keeps the few facts that a member must not forget. Called by the owner thread. */
public interface RingStateStore {
    /** What was kept, or null if there is nothing, or nothing that may be relied on (docs/ring.md, section 8). */
    RingState load();

    /** Makes {@code state} durable; {@code done} runs on the owner's thread, in the order of the calls. */
    void persist(RingState state, Runnable done);
}

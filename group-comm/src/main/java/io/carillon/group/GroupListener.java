// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import io.carillon.group.ring.RingView;

/** What the group tells the layer above. On the engine's thread; may call {@link Group}. */
public interface GroupListener {
    /** The log grew up to {@code index}: time to prefetch. */
    void onOrdered(long index);

    /** Everything up to {@code index} is stable: read it from the log and deliver it in order. */
    void onStable(long index);

    /** This member is not in a primary view. */
    void onNotPrimary(RingView view);

    /** An own offer will never be ordered. */
    void onRejected(long originSeq, long reason);

    /** Answer to {@link Group#barrier}: an index, or a negative result. */
    void onBarrier(long barrier, long index);

    /**
     * The log was reset: the next stable entry does not follow the last one. See {@link
     * io.carillon.group.ring.RingEffects#historyDiffers}.
     */
    void onHistoryDiffers(String what);

    /** The member has left in order, or {@link Group#leave} gave up waiting. */
    void onLeft();

    /** End of a pass of the engine's loop: send what was coalesced. */
    void onBatchEnd();
}

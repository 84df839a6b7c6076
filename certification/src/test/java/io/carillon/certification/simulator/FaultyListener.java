// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.group.PassingListener;

/** Hears of one thing too early, see {@link NodeBug}. */
final class FaultyListener extends PassingListener {
    private final Group group;
    private final NodeBug bug;

    FaultyListener(final GroupListener listener, final Group group, final NodeBug bug) {
        super(listener);
        this.group = group;
        this.bug = bug;
    }

    @Override
    public void onStable(final long index) {
        super.onStable(bug == NodeBug.APPLIED_BEFORE_STABLE ? group.log().endIndex() : index);
    }

    @Override
    public void onBarrier(final long barrier, final long index) {
        super.onBarrier(barrier, bug == NodeBug.READ_NOT_ORDERED && index > 0 ? 1 : index);
    }
}

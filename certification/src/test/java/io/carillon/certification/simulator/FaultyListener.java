// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.group.ring.RingView;

/** Hears of one thing too early, see {@link NodeBug}. */
final class FaultyListener implements GroupListener {
    private final GroupListener listener;
    private final Group group;
    private final NodeBug bug;

    FaultyListener(final GroupListener listener, final Group group, final NodeBug bug) {
        this.listener = listener;
        this.group = group;
        this.bug = bug;
    }

    @Override
    public void onOrdered(final long index) {
        listener.onOrdered(index);
    }

    @Override
    public void onStable(final long index) {
        listener.onStable(bug == NodeBug.APPLIED_BEFORE_STABLE ? group.log().endIndex() : index);
    }

    @Override
    public void onNotPrimary(final RingView view) {
        listener.onNotPrimary(view);
    }

    @Override
    public void onRejected(final long originSeq, final long reason) {
        listener.onRejected(originSeq, reason);
    }

    @Override
    public void onBarrier(final long barrier, final long index) {
        listener.onBarrier(barrier, bug == NodeBug.READ_NOT_ORDERED && index > 0 ? 1 : index);
    }

    @Override
    public void onHistoryDiffers(final String what) {
        listener.onHistoryDiffers(what);
    }

    @Override
    public void onLeft() {
        listener.onLeft();
    }

    @Override
    public void onBatchEnd() {
        listener.onBatchEnd();
    }
}

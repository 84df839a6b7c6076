// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import io.carillon.group.ring.RingView;

/** Tells another listener everything, but for what its subclass does with it. Threading as {@link GroupListener}'s. */
public abstract class PassingListener implements GroupListener {
    private final GroupListener next;

    /** Passes everything on to {@code next}. */
    protected PassingListener(final GroupListener next) {
        this.next = next;
    }

    @Override
    public void onOrdered(final long index) {
        next.onOrdered(index);
    }

    @Override
    public void onStable(final long index) {
        next.onStable(index);
    }

    @Override
    public void onNotPrimary(final RingView view) {
        next.onNotPrimary(view);
    }

    @Override
    public void onRejected(final long originSeq, final long reason) {
        next.onRejected(originSeq, reason);
    }

    @Override
    public void onBarrier(final long barrier, final long index) {
        next.onBarrier(barrier, index);
    }

    @Override
    public void onHistoryDiffers(final String what) {
        next.onHistoryDiffers(what);
    }

    @Override
    public void onLeft() {
        next.onLeft();
    }

    @Override
    public void onBatchEnd() {
        next.onBatchEnd();
    }
}

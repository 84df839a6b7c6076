// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.GroupListener;
import io.carillon.group.LogEntry;
import io.carillon.group.PassingListener;
import io.carillon.group.RingLog;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.RingView;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Passes everything on and keeps the view that the listener was told of: not the one that the ring has got meanwhile,
 * and not one of an earlier life that is still in the log.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class ViewKeeper extends PassingListener {
    private final RingLog log;
    private final Supplier<Configuration> stable;
    private final Consumer<RingView> changed;
    private final LogEntry entry = new LogEntry();
    private RingView view;

    /**
     * {@code stable} gives the newest stable configuration of the current ring, null for none; {@code changed} is told of every view
     * before the listener is.
     */
    public ViewKeeper(final GroupListener listener, final RingLog log, final Supplier<Configuration> stable,
        final Consumer<RingView> changed) {
        super(listener);
        this.log = log;
        this.stable = stable;
        this.changed = changed;
    }

    /** The view that the listener was told of last; null before the first. */
    public RingView view() {
        return view;
    }

    /** A new membership begins. */
    public void forget() {
        view = null;
    }

    @Override
    public void onStable(final long index) {
        final Configuration latest = stable.get();
        if (latest != null && latest.index() <= index && (view == null || latest.index() != view.index())
            && log.read(latest.index(), entry)) {
            view = latest.view(entry.seqno);
            changed.accept(view);
        }
        super.onStable(index);
    }

    @Override
    public void onNotPrimary(final RingView notPrimary) {
        view = notPrimary;
        changed.accept(view);
        super.onNotPrimary(notPrimary);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the addresses of names off the loop, because the system's resolver blocks.
 *
 * <p><b>Threading:</b> the loop's thread; answers come there.
 */
public final class NameLookup {
    private static final Logger LOG = LoggerFactory.getLogger(NameLookup.class);
    private static final int RESOLVERS = 2;
    private static final int LOOKUPS_MAX = 1024;
    private static final ThreadPoolExecutor RESOLVER = resolver();

    private final EngineLoop loop;

    /** Takes the address that is to be tried; or null, and why there is none. */
    public interface Target {
        void take(InetSocketAddress address, String why);
    }

    /** Takes the answer: addresses, at least one; or null, and why there is none. */
    private interface Answer {
        void take(InetAddress[] addresses, String why);
    }

    public NameLookup(final EngineLoop loop) {
        this.loop = loop;
    }

    /** Begins a try at {@code entry}: its name is looked up, and one of its addresses taken. Literals are answered at once. */
    public void dial(final AddressEntry entry, final Target target) {
        entry.dialling = true;
        find(entry.address.host(), (addresses, why) -> target.take(addresses == null ? null : entry.next(addresses), why));
    }

    private void find(final String host, final Answer answer) {
        final InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        if (literal != null) {
            answer.take(new InetAddress[] {literal}, "");
            return;
        }
        try {
            RESOLVER.execute(() -> resolve(host, answer));
        } catch (final RejectedExecutionException e) {
            answer.take(null, "too many name look-ups are waiting");
        }
    }

    private void resolve(final String host, final Answer answer) {
        InetAddress[] found = null;
        String failure = "";
        try {
            found = InetAddress.getAllByName(host);
        } catch (final UnknownHostException e) {
            failure = "the name '" + host + "' has no address";
        }
        final InetAddress[] addresses = found;
        final String why = failure;
        try {
            loop.execute(() -> answer.take(addresses, why));
        } catch (final RejectedExecutionException e) {
            LOG.debug("name {} resolved after the loop's end", host);
        }
    }

    private static ThreadPoolExecutor resolver() {
        final ThreadPoolExecutor executor = new ThreadPoolExecutor(RESOLVERS, RESOLVERS, 5, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(LOOKUPS_MAX), task -> {
                final Thread thread = new Thread(task, "carillon-resolver");
                thread.setDaemon(true);
                return thread;
            });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}

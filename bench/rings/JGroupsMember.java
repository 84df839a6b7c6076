// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

import io.carillon.group.node.DeliveryMeter;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.util.MessageBatch;

/**
 * One member of a JGroups channel with SEQUENCER in {@code bench/ring}. A message counts when it is delivered in its order.
 *
 * <p>Arguments: stack (a file), number, addresses of all by commas, own messages under way (0: none), bytes, pause after
 * each own one in us, seconds to warm up, seconds to measure.
 */
public final class JGroupsMember implements Receiver {
    private static final int TRACKED = 1 << 16;

    private final int members;
    private final Semaphore free;
    private final DeliveryMeter meter;
    private final long[] sentNs = new long[TRACKED];
    private final AtomicBoolean complete = new AtomicBoolean();
    private final JChannel channel;
    private long ownDelivered;

    private JGroupsMember(final String[] args) throws Exception {
        final String[] addresses = args[2].split(",");
        members = addresses.length;
        free = new Semaphore(Integer.parseInt(args[3]));
        meter = new DeliveryMeter(Integer.parseInt(args[6]), Integer.parseInt(args[7]));
        System.setProperty("bench.address", addresses[Integer.parseInt(args[1]) - 1]);
        System.setProperty("bench.hosts", String.join("[7800],", addresses) + "[7800]");
        channel = new JChannel(args[0]);
        channel.setReceiver(this);
        channel.setDiscardOwnMessages(false);
    }

    public static void main(final String[] args) throws Exception {
        new JGroupsMember(args).run(Integer.parseInt(args[3]), Integer.parseInt(args[4]), Long.parseLong(args[5]) * 1000);
    }

    private void run(final int window, final int bytes, final long pauseNs) throws Exception {
        channel.connect("measured");
        while (!complete.get()) {
            LockSupport.parkNanos(1_000_000);
        }
        final byte[] payload = new byte[bytes];
        long sent = 0;
        while (!isOver()) {
            if (window == 0 || !maySend()) {
                LockSupport.parkNanos(10_000_000);
                continue;
            }
            if (!free.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                continue;
            }
            if (pauseNs > 0) {
                LockSupport.parkNanos(pauseNs);
            }
            synchronized (meter) {
                sentNs[(int) sent++ & TRACKED - 1] = System.nanoTime();
            }
            channel.send(new BytesMessage(null, payload));
        }
        synchronized (meter) {
            System.out.println(meter.result());
            System.out.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    private boolean maySend() {
        synchronized (meter) {
            return meter.maySend(System.nanoTime());
        }
    }

    private boolean isOver() {
        synchronized (meter) {
            return meter.isOver(System.nanoTime());
        }
    }

    @Override
    public void viewAccepted(final View view) {
        if (view.size() == members) {
            synchronized (meter) {
                meter.begin(System.nanoTime());
            }
            complete.set(true);
        }
    }

    @Override
    public void receive(final Message message) {
        synchronized (meter) {
            deliver(message, System.nanoTime());
        }
    }

    @Override
    public void receive(final MessageBatch batch) {
        synchronized (meter) {
            final long nowNs = System.nanoTime();
            for (final Message message : batch) {
                deliver(message, nowNs);
            }
        }
    }

    private void deliver(final Message message, final long nowNs) {
        meter.delivered(nowNs);
        if (message.src().equals(channel.address())) {
            meter.own(nowNs, sentNs[(int) ownDelivered++ & TRACKED - 1]);
            free.release();
        }
    }
}

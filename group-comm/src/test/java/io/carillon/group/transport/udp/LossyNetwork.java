// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a bad network does to the datagrams that come to one node, by a seed. Loop's thread. */
public final class LossyNetwork extends ChannelInboundHandlerAdapter {
    private final SplittableRandom random;
    /** Of 1000. */
    volatile int lost;
    volatile int doubled;
    volatile int swapped;
    /** Longer ones vanish. */
    volatile int lengthMax = Integer.MAX_VALUE;
    /** Those that came lately, to be sent again by who wants to. */
    final List<DatagramPacket> seen = new ArrayList<>();
    volatile int seenMax;
    private DatagramPacket held;

    public LossyNetwork(final long seed) {
        random = new SplittableRandom(seed);
    }

    public LossyNetwork lose(final int ofThousand) {
        lost = ofThousand;
        return this;
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        final DatagramPacket packet = (DatagramPacket) message;
        if (packet.content().readableBytes() > lengthMax || random.nextInt(1000) < lost) {
            packet.release();
            return;
        }
        if (seen.size() < seenMax) {
            seen.add(packet.copy());
        }
        if (random.nextInt(1000) < doubled) {
            context.fireChannelRead(packet.copy());
        }
        if (held == null && random.nextInt(1000) < swapped) {
            held = packet;
            return;
        }
        context.fireChannelRead(packet);
        if (held != null) {
            final DatagramPacket late = held;
            held = null;
            context.fireChannelRead(late);
        }
    }

    /** Everything seen comes again. */
    void replay(final io.netty.channel.Channel channel) {
        final ChannelHandlerContext context = channel.pipeline().context(this);
        for (final DatagramPacket packet : seen) {
            context.fireChannelRead(packet.copy());
        }
    }

    @Override
    public void handlerRemoved(final ChannelHandlerContext context) {
        seen.forEach(DatagramPacket::release);
        seen.clear();
        if (held != null) {
            held.release();
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import java.util.List;
import org.agrona.DirectBuffer;

/** A mesh of which nothing may be used but what a test overrides. */
abstract class UnusedMesh implements NetworkMesh {
    @Override
    public long life(final int peer) {
        throw new AssertionError();
    }

    @Override
    public long answeredNs(final int peer) {
        throw new AssertionError();
    }

    @Override
    public long roundTripNs(final int peer) {
        throw new AssertionError();
    }

    @Override
    public void drop(final int peer, final String why) {
        throw new AssertionError();
    }

    @Override
    public void sendNumbered(final int peer, final long number, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        throw new AssertionError();
    }

    @Override
    public void tellAddresses(final int peer, final List<PeerAddress> byNetwork) {
        throw new AssertionError();
    }

    @Override
    public void learn(final MemberId member, final PeerAddress address) {
        throw new AssertionError();
    }

    @Override
    public PeerAddress advertised() {
        throw new AssertionError();
    }

    @Override
    public void start(final List<PeerAddress> addresses) {
        throw new AssertionError();
    }

    @Override
    public void stop() {
        throw new AssertionError();
    }

    @Override
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        throw new AssertionError();
    }

    @Override
    public void flush() {
        throw new AssertionError();
    }

    @Override
    public void discard() {
        throw new AssertionError();
    }

    @Override
    public void isolate(final int mode) {
        throw new AssertionError();
    }

    @Override
    public int port() {
        throw new AssertionError();
    }

    @Override
    public int peerCount() {
        throw new AssertionError();
    }

    @Override
    public long refusedCount() {
        throw new AssertionError();
    }

    @Override
    public List<LinkStatus> links() {
        throw new AssertionError();
    }

    @Override
    public List<String> describe() {
        throw new AssertionError();
    }
}

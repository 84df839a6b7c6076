// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * One address of the {@link AddressBook}: who is there, and how tries to reach it went.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class AddressEntry {
    final PeerAddress address;
    final boolean configured;
    /** Who answered there last, or is said to be there; null when not known. */
    MemberId member;
    boolean self;
    boolean dialling;
    boolean clear;
    long nextNs;
    long backOffNs;
    long lostNs;
    String lastFailure = "not tried yet";
    /** Which of the name's addresses is next. */
    private int turn;

    AddressEntry(final PeerAddress address, final boolean configured, final long nowNs) {
        this.address = address;
        this.configured = configured;
        nextNs = nowNs;
        lostNs = nowNs;
    }

    /** Whether it is this node's own. */
    public boolean isSelf() {
        return self;
    }

    /** Who answered there was this node: it is not tried again. */
    public void foundSelf() {
        self = true;
    }

    /** Whether a try has begun and not ended. */
    public boolean isDialling() {
        return dialling;
    }

    /** Whether it is known to encrypt nothing, so that the next try is in the clear. */
    public boolean isClear() {
        return clear;
    }

    /** Says whether the next try is in the clear. */
    public void clear(final boolean known) {
        clear = known;
    }

    /** The try ends without a result. */
    public void giveUp() {
        dialling = false;
    }

    /** One of a name's addresses a try: the next try takes the next. */
    InetSocketAddress next(final InetAddress[] found) {
        return new InetSocketAddress(found[Math.floorMod(turn++, found.length)], address.port());
    }

    @Override
    public String toString() {
        return address + (configured ? "" : " (learnt)") + (lastFailure.isEmpty() ? "" : ", last try: " + Hello.printable(lastFailure));
    }
}

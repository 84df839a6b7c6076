// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import java.util.Arrays;

/**
 * Who is asked by PULL, and who said that it cannot answer. What a member says concerns one question: who had purged, or
 * lacked, what was asked for may well be the only one that holds what follows.
 */
final class PullSources {
    /** Answers to this many of the latest questions are told apart. */
    private static final int REMEMBERED = 32;

    private final RingMachine machine;
    /** By number of the question: whom it went to, or nobody, and since when its answer, or the rest of it, is waited for. */
    private final int[] askedSlot = new int[REMEMBERED];
    private final long[] askedNs = new long[REMEMBERED];
    private int latest;
    /** What the marks below concern. */
    private long question;
    /** By slot: who purged what is asked for. */
    private boolean[] purged = {};
    /** By slot: who lacks it, or starts over. It may hold it by and by. */
    private boolean[] lacking = {};
    /** By slot: who acknowledged it, and was asked. */
    private boolean[] asked = {};
    /** All have purged it or lack it: the latest answer has to do. */
    private boolean lastResort;

    PullSources(final RingMachine machine) {
        this.machine = machine;
        Arrays.fill(askedSlot, Peer.NO_SLOT);
    }

    /** Another ring has other slots. */
    void onInstalled() {
        Arrays.fill(askedSlot, Peer.NO_SLOT);
        forget();
    }

    /** What is asked from now on. */
    void ask(final long what) {
        if (what != question) {
            question = what;
            forget();
        }
    }

    /** Nobody has said anything yet. */
    private void forget() {
        purged = new boolean[machine.ring.size()];
        lacking = new boolean[machine.ring.size()];
        asked = new boolean[machine.ring.size()];
        lastResort = false;
    }

    /**
     * Whom to ask, beginning with {@code first}; null for nobody. In the last resort those who said that they have purged
     * it come before those who lack it: they can give what follows.
     */
    Peer next(final int first) {
        final Peer able = first(first, lastResort, false);
        return able != null || !lastResort ? able : first(first, true, true);
    }

    /**
     * Who acknowledged what is asked for and was not asked since all of them were, beginning with {@code first}; null after
     * each of them, and if nobody did. An index acknowledged in this epoch is in a log from which nothing is cut before the
     * next ring: it may be purged since, and then its owner says so. Who did not acknowledge it may hold it all the same, so
     * this is a matter of order only, and never of the last resort.
     */
    Peer nextHolder(final int first) {
        final Ring ring = machine.ring;
        for (int turn = 0; turn < ring.size(); turn++) {
            final int slot = (first + turn) % ring.size();
            if (isHolder(slot) && !asked[slot]) {
                asked[slot] = true;
                return ring.peers[slot];
            }
        }
        Arrays.fill(asked, false);
        return null;
    }

    /** Tells whether anybody acknowledged what is asked for. */
    boolean isHolderKnown() {
        for (int slot = 0; slot < machine.ring.size(); slot++) {
            if (isHolder(slot)) {
                return true;
            }
        }
        return false;
    }

    /** A log that starts over asks by seqno: nobody acknowledges those. */
    private boolean isHolder(final int slot) {
        return question > 0 && isThere(slot) && !purged[slot] && !lacking[slot] && machine.ring.horizon.acknowledged(slot) >= question;
    }

    private Peer first(final int begin, final boolean withPurged, final boolean withLacking) {
        final Ring ring = machine.ring;
        for (int turn = 0; turn < ring.size(); turn++) {
            final int slot = (begin + turn) % ring.size();
            if (isThere(slot) && (withPurged || !purged[slot]) && (withLacking || !lacking[slot])) {
                return ring.peers[slot];
            }
        }
        return null;
    }

    private boolean isThere(final int slot) {
        final Peer peer = machine.ring.peers[slot];
        return slot != machine.ring.self && peer != null && !peer.suspected;
    }

    /** Tells whether somebody is left that has not said that it lacks what is asked for. */
    boolean isAnyLeft() {
        return first(0, lastResort, false) != null;
    }

    boolean isLastResort() {
        return lastResort;
    }

    /** True if that was not known of it. */
    boolean onPurged(final int slot) {
        final boolean news = !purged[slot];
        purged[slot] = true;
        lastResort |= first(0, false, false) == null;
        return news;
    }

    void onLacking(final int slot) {
        lacking[slot] = true;
        lastResort |= first(0, false, false) == null;
    }

    /** The number of a question that goes to the member in {@code slot} now. */
    int onAsked(final int slot) {
        latest++;
        askedSlot[latest & REMEMBERED - 1] = slot;
        askedNs[latest & REMEMBERED - 1] = machine.nowNs;
        return latest;
    }

    /**
     * How long it took until something came of {@code slot} in answer to question {@code number}; what follows is waited for from now
     * on. By the question itself: since the first that asked for the same, a lost answer would look like one that is late, and since
     * the last a late one like one that is early. 0 if the question is forgotten.
     */
    long waitedNs(final int slot, final int number) {
        final int at = number & REMEMBERED - 1;
        if (latest - number < 0 || latest - number >= REMEMBERED || askedSlot[at] != slot) {
            return 0;
        }
        final long waitedNs = machine.nowNs - askedNs[at];
        askedNs[at] = machine.nowNs;
        return waitedNs;
    }

    /** No answer came, perhaps for want of one: who lacked it is worth another question. */
    void onSilence() {
        Arrays.fill(lacking, false);
    }
}

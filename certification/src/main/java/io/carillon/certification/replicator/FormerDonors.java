// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who gives a snapshot to a server that this node had before the present one. That has the same address, so what they send comes to
 * it: nobody else is asked until they have ended. One that cannot be seen may live on, and is waited for.
 */
final class FormerDonors {
    private static final Logger LOG = LoggerFactory.getLogger(FormerDonors.class);

    /** {@code session} is its server's; {@code isSeen}: it is a member with data, else it is forgotten at {@code untilNs}. */
    private record Donor(UUID session, String name, boolean isSeen, long untilNs) {
    }

    private final Node node;
    /** Ascending, so that every run goes through them in the same order. */
    private final Map<MemberId, Donor> donors = new TreeMap<>();

    FormerDonors(final Node node) {
        this.node = node;
    }

    void begin() {
        donors.clear();
    }

    boolean isAny() {
        return !donors.isEmpty();
    }

    boolean contains(final MemberId member) {
        return donors.containsKey(member);
    }

    /** The name of one that is not {@code chosen}; null: there is none. */
    String otherThan(final MemberId chosen) {
        return donors.entrySet().stream().filter(donor -> !donor.getKey().equals(chosen)).map(donor -> donor.getValue().name)
            .findFirst().orElse(null);
    }

    /** It says that it still gives it. */
    void gives(final MemberState donor) {
        if (!donors.containsKey(donor.id())) {
            LOG.warn("{} gives a snapshot that the server before this one asked for, and may write into the same files: no other donor"
                + " is asked until that has ended. If it hangs, end its script there, or its server", donor.name());
        }
        donors.put(donor.id(), new Donor(donor.session(), donor.name(), true, 0));
    }

    /** It is done, or has failed. */
    void ended(final MemberId donor) {
        donors.remove(donor);
    }

    /** A primary view: whoever is waited for can be heard from now on. */
    void view(final long nowNs) {
        donors.replaceAll((id, donor) -> donor.isSeen ? donor : unseen(donor, nowNs));
    }

    private static Donor unseen(final Donor donor, final long nowNs) {
        return new Donor(donor.session, donor.name, false, nowNs + SnapshotRequest.WORD_NS);
    }

    /** Members or their states changed. */
    void membersChanged(final long nowNs) {
        donors.entrySet().removeIf(donor -> isOver(node.state.member(donor.getKey()), donor.getValue()));
        donors.replaceAll((id, donor) -> donor.isSeen && !isSeen(node.state.member(id)) ? unseen(donor, nowNs) : donor);
    }

    /** Its server is another process, or it is back and gives nothing. */
    private static boolean isOver(final MemberState state, final Donor donor) {
        return state != null && (!state.session().equals(donor.session) || !donor.isSeen && state.hasData() && state.desyncCount() == 0);
    }

    private static boolean isSeen(final MemberState state) {
        return state != null && state.hasData();
    }

    /** Time passed. */
    void tick(final long nowNs) {
        donors.values().removeIf(donor -> !donor.isSeen && nowNs - donor.untilNs >= 0);
    }
}

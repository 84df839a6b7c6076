// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import java.util.List;

/** Chooses who gives a snapshot. Must be a function of its arguments alone: every member calls it at the same place of the order. */
@FunctionalInterface
public interface DonorChoice {
    /**
     * The donor, or null when nobody can be it now.
     *
     * @param members all members as of the request, sorted by id.
     * @param joiner who asks.
     * @param donors {@code wsrep_sst_donor}: names in order of preference, with a trailing comma meaning "or anybody".
     */
    MemberState choose(List<MemberState> members, MemberId joiner, String donors);
}

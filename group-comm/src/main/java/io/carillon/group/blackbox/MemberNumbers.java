// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Small numbers for all members ever met, never used again: handles and slots, which are, become these when they are recorded. */
final class MemberNumbers {
    /** Who is not known, or came when the table was full. */
    static final int NOBODY = 0;
    private static final int MEMBERS_MAX = 4096;

    /** A member and its name, which is empty until it is known. */
    record Known(MemberId id, String name) {
    }

    private final List<Known> members = new ArrayList<>();
    private final Map<MemberId, Integer> numbers = new HashMap<>();
    private int[] byHandle = new int[16];
    private int[] bySlot = new int[16];

    int of(final MemberId id) {
        final Integer known = numbers.get(id);
        if (known != null) {
            return known;
        }
        if (members.size() == MEMBERS_MAX) {
            return NOBODY;
        }
        members.add(new Known(id, ""));
        numbers.put(id, members.size());
        return members.size();
    }

    void name(final MemberId id, final String name) {
        final int number = of(id);
        if (number != NOBODY && !members.get(number - 1).name.equals(name)) {
            members.set(number - 1, new Known(id, name));
        }
    }

    void handle(final int handle, final int number) {
        byHandle = put(byHandle, handle, number);
    }

    void slot(final int slot, final int number) {
        bySlot = put(bySlot, slot, number);
    }

    private static int[] put(final int[] table, final int at, final int number) {
        final int[] large = at < table.length ? table : Arrays.copyOf(table, Math.max(at + 1, 2 * table.length));
        large[at] = number;
        return large;
    }

    int ofHandle(final long handle) {
        return handle >= 0 && handle < byHandle.length ? byHandle[(int) handle] : NOBODY;
    }

    int ofSlot(final long slot) {
        return slot >= 0 && slot < bySlot.length ? bySlot[(int) slot] : NOBODY;
    }

    /** The handle that {@code id} has now, or -1. */
    int handleOf(final MemberId id) {
        final int number = numbers.getOrDefault(id, NOBODY);
        for (int handle = 0; number != NOBODY && handle < byHandle.length; handle++) {
            if (byHandle[handle] == number) {
                return handle;
            }
        }
        return -1;
    }

    /** In the order of their numbers, which begin at 1. */
    List<Known> all() {
        return List.copyOf(members);
    }
}

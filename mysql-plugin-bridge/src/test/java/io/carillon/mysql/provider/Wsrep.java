// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.util.ArrayList;
import java.util.List;

/** The binary interface of the wsrep API, version 26, 64 bit: members of {@code wsrep_t} in order, and where fields of structures are. */
final class Wsrep {
    static final int SLOT_COUNT = 45;
    static final int WSREP_T_LENGTH = 360;

    static final int INIT_ARGS_LENGTH = 144;
    static final int GTID_LENGTH = 24;
    static final int META_LENGTH = 64;
    static final int META_SEQNO = 16;
    static final int META_NODE = 24;
    static final int META_TRX = 40;
    static final int META_CONNECTION = 48;
    static final int META_DEPENDS_ON = 56;
    static final int BUF_LENGTH = 16;
    static final int HANDLE_LENGTH = 16;
    static final int KEY_LENGTH = 16;
    static final int VIEW_SEQNO = 16;
    static final int VIEW_NUMBER = 24;
    static final int VIEW_STATUS = 32;
    static final int VIEW_CAPABILITIES = 36;
    static final int VIEW_OWN_INDEX = 40;
    static final int VIEW_MEMBERS = 44;
    static final int VIEW_PROTOCOL = 48;
    static final int VIEW_FIRST_MEMBER = 56;
    static final int MEMBER_LENGTH = 304;
    static final int MEMBER_NAME = 16;
    static final int MEMBER_INCOMING = 48;
    static final int STATS_VAR_LENGTH = 24;

    /** Members of {@code wsrep_t}; data members have no descriptor. */
    enum Slot {
        VERSION(null),
        INIT(status(ADDRESS)),
        CAPABILITIES(status()),
        OPTIONS_SET(status(ADDRESS)),
        OPTIONS_GET(returning(ADDRESS)),
        ENC_SET_KEY(status(ADDRESS)),
        CONNECT(status(ADDRESS, ADDRESS, ADDRESS, JAVA_BOOLEAN)),
        DISCONNECT(status()),
        RECV(status(ADDRESS)),
        ASSIGN_READ_VIEW(status(ADDRESS, ADDRESS)),
        CERTIFY(status(JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS)),
        COMMIT_ORDER_ENTER(status(ADDRESS, ADDRESS)),
        COMMIT_ORDER_LEAVE(status(ADDRESS, ADDRESS, ADDRESS)),
        RELEASE(status(ADDRESS)),
        REPLAY_TRX(status(ADDRESS, ADDRESS)),
        ABORT_CERTIFICATION(status(JAVA_LONG, JAVA_LONG, ADDRESS)),
        ROLLBACK(status(JAVA_LONG, ADDRESS)),
        APPEND_KEY(status(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_BOOLEAN)),
        APPEND_DATA(status(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_BOOLEAN)),
        SYNC_WAIT(status(ADDRESS, JAVA_INT, ADDRESS)),
        LAST_COMMITTED_ID(status(ADDRESS)),
        FREE_CONNECTION(status(JAVA_LONG)),
        TO_EXECUTE_START(status(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS)),
        TO_EXECUTE_END(status(JAVA_LONG, ADDRESS)),
        PREORDERED_COLLECT(status(ADDRESS, ADDRESS, JAVA_LONG, JAVA_BOOLEAN)),
        PREORDERED_COMMIT(status(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN)),
        SST_SENT(status(ADDRESS, JAVA_INT)),
        SST_RECEIVED(status(ADDRESS, ADDRESS, JAVA_INT)),
        SNAPSHOT(status(ADDRESS, ADDRESS)),
        STATS_GET(returning(ADDRESS)),
        STATS_FREE(nothing(ADDRESS)),
        STATS_RESET(nothing()),
        PAUSE(returning(JAVA_LONG)),
        RESUME(status()),
        DESYNC(status()),
        RESYNC(status()),
        LOCK(status(ADDRESS, JAVA_BOOLEAN, JAVA_LONG, JAVA_LONG)),
        UNLOCK(status(ADDRESS, JAVA_LONG)),
        IS_LOCKED(returning(JAVA_BOOLEAN, ADDRESS, ADDRESS, ADDRESS)),
        PROVIDER_NAME(null),
        PROVIDER_VERSION(null),
        PROVIDER_VENDOR(null),
        FREE(nothing()),
        DLH(null),
        CTX(null);

        final FunctionDescriptor descriptor;

        Slot(final FunctionDescriptor descriptor) {
            this.descriptor = descriptor;
        }

        long offset() {
            return (long) ordinal() * ADDRESS.byteSize();
        }
    }

    private Wsrep() {
    }

    private static FunctionDescriptor status(final MemoryLayout... arguments) {
        return returning(JAVA_INT, arguments);
    }

    private static FunctionDescriptor returning(final MemoryLayout result, final MemoryLayout... arguments) {
        return FunctionDescriptor.of(result, withProvider(arguments));
    }

    private static FunctionDescriptor nothing(final MemoryLayout... arguments) {
        return FunctionDescriptor.ofVoid(withProvider(arguments));
    }

    private static MemoryLayout[] withProvider(final MemoryLayout... arguments) {
        final List<MemoryLayout> all = new ArrayList<>();
        all.add(ADDRESS);
        all.addAll(List.of(arguments));
        return all.toArray(MemoryLayout[]::new);
    }
}

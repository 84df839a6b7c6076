// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

/** Layout of a write set, as docs/write-set.md gives it. Little-endian; offsets and lengths in bytes. */
public final class WriteSetLayout {
    public static final int MAGIC = 0x31535743;

    public static final int MAGIC_OFFSET = 0;
    public static final int FLAGS_OFFSET = 4;
    public static final int TRX_ID_OFFSET = 8;
    public static final int CONNECTION_ID_OFFSET = 16;
    public static final int LAST_SEEN_OFFSET = 24;
    public static final int PREVIOUS_SEQNO_OFFSET = 32;
    public static final int KEY_COUNT_OFFSET = 40;
    public static final int NAMES_LENGTH_OFFSET = 44;
    public static final int DATA_LENGTH_OFFSET = 48;
    public static final int ANNOTATION_LENGTH_OFFSET = 56;
    public static final int FRAGMENT_COUNT_OFFSET = 60;
    public static final int HEADER_LENGTH = 64;

    public static final int KEY_HASH_OFFSET = 0;
    public static final int KEY_META_OFFSET = 8;
    public static final int KEY_RESERVED_OFFSET = 12;
    public static final int KEY_LENGTH = 16;

    public static final int KEY_TYPE_MASK = 0x3;
    public static final int KEY_DEPTH_SHIFT = 2;
    public static final int KEY_DEPTH_MASK = 0x3;
    public static final int KEY_TABLE_SHIFT = 4;
    /** Table number of a key whose table has no name in the write set. */
    public static final int NO_TABLE = 0xFFFFFFF;

    /** Every defined bit of the flags. */
    public static final int FLAGS_MASK = 0x3FF | WriteSetFlags.UNSHIELDED;

    /** At the start of a FRAGMENT payload: i64 call number, i32 fragment number, i32 reserved. */
    public static final int FRAGMENT_HEADER_LENGTH = 16;
    public static final int FRAGMENT_CALL_OFFSET = 0;
    public static final int FRAGMENT_NUMBER_OFFSET = 8;

    /** Sections longer than this travel as fragments. */
    public static final int INLINE_LENGTH_MAX = 256 << 10;

    /** Longest write set, sections included: the limit of {@code repl.max_ws_size}. */
    public static final long WRITE_SET_LENGTH_MAX = Integer.MAX_VALUE;

    private WriteSetLayout() {
    }

    /** The meta word of a key. */
    public static int keyMeta(final KeyType type, final int depth, final int table) {
        return table << KEY_TABLE_SHIFT | depth << KEY_DEPTH_SHIFT | type.code();
    }
}

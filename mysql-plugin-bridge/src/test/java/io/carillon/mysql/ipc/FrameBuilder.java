// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.wsrep.WriteSetLayout;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Builds frames as a provider does, independently of {@link FrameWriter}. */
final class FrameBuilder {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final int type;
    private final long id;
    private int flags;

    FrameBuilder(final int type, final long id) {
        this.type = type;
        this.id = id;
    }

    static FrameBuilder hello(final UUID session, final String name, final String options, final UUID state, final long seqno,
        final long received, final long... openCalls) {
        final FrameBuilder frame = new FrameBuilder(Frames.HELLO, 0).i32(Frames.PROTOCOL).uuid(session)
            .i32((int) ProcessHandle.current().pid()).str(name).str("127.0.0.1").str("127.0.0.1:3306").str("/data/" + name).str(options)
            .uuid(state).i64(seqno).i64(received).i64(received).i32(openCalls.length);
        for (final long call : openCalls) {
            frame.i64(call);
        }
        return frame;
    }

    /** A write set with one EXCLUSIVE key. */
    static byte[] writeSet(final int flags, final long trxId, final long lastSeen, final long keyHash, final byte[] data) {
        final int length = WriteSetLayout.HEADER_LENGTH + WriteSetLayout.KEY_LENGTH + data.length;
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN).putInt(WriteSetLayout.MAGIC).putInt(flags)
            .putLong(trxId).putLong(7)
            .putLong(lastSeen).putLong(-1).putInt(1).putInt(0).putLong(data.length).putInt(0).putInt(0)
            .putLong(keyHash).putInt(3 | 3 << 2 | 0xFFFFFFF << 4).putInt(0).put(data).array();
    }

    FrameBuilder flags(final int newFlags) {
        flags = newFlags;
        return this;
    }

    FrameBuilder u8(final int value) {
        body.write(value);
        return this;
    }

    FrameBuilder i32(final int value) {
        return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    FrameBuilder i64(final long value) {
        return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }

    FrameBuilder uuid(final UUID value) {
        return raw(ByteBuffer.allocate(16).putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits()).array());
    }

    FrameBuilder str(final String text) {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return i32(utf8.length).raw(utf8);
    }

    FrameBuilder raw(final byte[] bytes) {
        body.writeBytes(bytes);
        return this;
    }

    byte[] build() {
        final int length = Frames.HEADER_LENGTH + body.size();
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN).putInt(length).putShort((short) type)
            .putShort((short) flags).putLong(id)
            .put(body.toByteArray()).array();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.log.Durability;
import io.carillon.certification.log.LogConfig;
import io.carillon.certification.log.NodeDirectory;
import io.carillon.certification.log.WriteSetLog;
import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large write sets: what is read back from fragments is what one write set in one piece would say. */
final class FragmentedWriteSetTest {
    private static final int CALL = 31;

    @TempDir
    private Path path;

    private final WriteSetBuilder builder = new WriteSetBuilder();
    private final WriteSetFlyweight whole = new WriteSetFlyweight();
    private final WriteSetFlyweight header = new WriteSetFlyweight();
    private final UnsafeBuffer headerBytes = new UnsafeBuffer(new byte[WriteSetLayout.HEADER_LENGTH]);
    private final FragmentedWriteSet fragments = new FragmentedWriteSet();
    private byte[] bytes;
    private NodeDirectory directory;
    private WriteSetLog log;

    @BeforeEach
    void open() {
        directory = NodeDirectory.open(path);
        log = WriteSetLog.open(directory, LogConfig.defaults(Durability.MEMORY), Runnable::run);
        fragments.begin(log);
    }

    @AfterEach
    void close() {
        log.close();
        directory.close();
    }

    private void build(final SplittableRandom random, final int rows) {
        builder.begin(0).lastSeen(0);
        final byte[] data = new byte[random.nextInt(3000)];
        random.nextBytes(data);
        for (int i = 0; i < rows; i++) {
            builder.key(KeyType.of(random.nextInt(4)), "db".getBytes(StandardCharsets.UTF_8), ("t"
                + i % 7).getBytes(StandardCharsets.UTF_8), new byte[] {(byte) i, (byte) (i >> 8)});
        }
        final int length = builder.data(new UnsafeBuffer(data), 0, data.length).annotation("note").build();
        bytes = new byte[length];
        builder.buffer().getBytes(0, bytes);
        whole.wrap(new UnsafeBuffer(bytes), 0, length);
    }

    private void append(final int number, final int from, final int to) {
        final ExpandableArrayBuffer payload = new ExpandableArrayBuffer();
        payload.putLong(WriteSetLayout.FRAGMENT_CALL_OFFSET, CALL, ByteOrder.LITTLE_ENDIAN);
        payload.putInt(WriteSetLayout.FRAGMENT_NUMBER_OFFSET, number, ByteOrder.LITTLE_ENDIAN);
        payload.putBytes(WriteSetLayout.FRAGMENT_HEADER_LENGTH, bytes, WriteSetLayout.HEADER_LENGTH + from, to - from);
        log.append(log.endIndex() + 1, log.endSeqno(), 1, 1, 1, log.endIndex(), EntryKind.FRAGMENT, payload, 0,
            WriteSetLayout.FRAGMENT_HEADER_LENGTH + to - from);
    }

    private LogEntry last() {
        final LogEntry entry = new LogEntry();
        assertTrue(log.read(log.endIndex(), entry));
        return entry;
    }

    /** Cuts the sections anywhere, also within keys and into nothing, with other entries between. */
    private int cut(final SplittableRandom random, final int pieceMax) {
        final int length = bytes.length - WriteSetLayout.HEADER_LENGTH;
        int number = 0;
        for (int from = 0; from < length; number++) {
            if (random.nextInt(3) == 0) {
                log.append(log.endIndex() + 1, log.endSeqno() + 1, 1, 9, 9, 1, EntryKind.WRITE_SET, new UnsafeBuffer(new byte[70]), 0, 70);
            }
            final int to = Math.min(length, from + random.nextInt(pieceMax));
            append(number, from, to);
            fragments.add(last());
            from = to;
        }
        builder.header(number);
        builder.buffer().getBytes(0, headerBytes, 0, WriteSetLayout.HEADER_LENGTH);
        header.wrap(headerBytes, 0, WriteSetLayout.HEADER_LENGTH);
        return number;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void keysAndDataAreThoseOfTheWhole(final int seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        build(random, 1 + random.nextInt(300));
        cut(random, 10 + random.nextInt(500));
        assertTrue(header.isValid());
        assertTrue(fragments.isValid(header));
        for (int pass = 0; pass < 2; pass++) {
            fragments.rewind();
            final KeyBlock block = new KeyBlock();
            int key = 0;
            while (fragments.next(block)) {
                assertTrue(block.count > 0);
                for (int i = 0; i < block.count; i++, key++) {
                    assertEquals(whole.keyHash(key), block.buffer.getLong(i * WriteSetLayout.KEY_LENGTH, ByteOrder.LITTLE_ENDIAN));
                    assertEquals(whole.keyMeta(key), block.buffer.getInt(i * WriteSetLayout.KEY_LENGTH
                        + WriteSetLayout.KEY_META_OFFSET, ByteOrder.LITTLE_ENDIAN));
                }
            }
            assertEquals(whole.keyCount(), key);
        }
        final byte[] data = new byte[(int) header.dataLength()];
        final long[] next = {header.dataPosition()};
        fragments.read(header.dataPosition(), header.dataLength(), (position, buffer, offset, length) -> {
            assertEquals(next[0], position);
            buffer.getBytes(offset, data, (int) (position - header.dataPosition()), length);
            next[0] += length;
        });
        final byte[] expected = new byte[data.length];
        whole.buffer().getBytes(whole.dataOffset(), expected);
        assertArrayEquals(expected, data);
        for (int table = 0; table < 9; table++) {
            assertEquals(whole.tableName(table), fragments.tableName(header, table));
        }
        assertThrows(Check.Violation.class, () -> fragments.read(1, header.sectionsLength(), (position, buffer, offset, length) -> { }));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theVerdictIsThatOfTheWhole(final boolean shared) {
        final SplittableRandom random = new SplittableRandom(3);
        final CertifierConfig config = new CertifierConfig(64, 1 << 20, 1 << 20, shared ? 100 : Integer.MAX_VALUE);
        build(random, 500);
        cut(random, 700);
        assertTrue(fragments.isValid(header));
        try (Certifier certifier = new Certifier(config); Certifier expected = new Certifier(config)) {
            final Verdict verdict = new Verdict();
            final Verdict wanted = new Verdict();
            for (int seqno = 1; seqno <= 3; seqno++) {
                certifier.certify(seqno, seqno, 0, header, fragments, verdict);
                expected.certify(seqno, seqno, 0, whole, whole.keys(), wanted);
                assertEquals(wanted.toString(), verdict.toString());
                assertEquals(wanted.conflictTable, verdict.conflictTable);
            }
            assertEquals(Verdict.Reason.KEY_CONFLICT, verdict.reason);
            assertEquals(whole.keyCount(), certifier.indexSize());
        }
    }

    @Test
    void incompleteDisorderedOrForeignFragmentsAreInvalid() {
        final SplittableRandom random = new SplittableRandom(4);
        build(random, 50);
        final int length = bytes.length - WriteSetLayout.HEADER_LENGTH;
        builder.header(2);
        builder.buffer().getBytes(0, headerBytes, 0, WriteSetLayout.HEADER_LENGTH);
        header.wrap(headerBytes, 0, WriteSetLayout.HEADER_LENGTH);
        append(0, 0, 100);
        final LogEntry first = last();
        assertFalse(fragments.isValid(header), "none");
        fragments.add(first);
        assertFalse(fragments.isValid(header), "one of two");
        append(1, 100, length - 1);
        fragments.add(last());
        assertFalse(fragments.isValid(header), "a byte short");
        append(1, 100, length);
        fragments.begin(log);
        fragments.add(last());
        log.read(first.index, first);
        fragments.add(first);
        assertFalse(fragments.isValid(header), "wrong order");
        fragments.begin(log);
        log.read(1, first);
        fragments.add(first);
        fragments.add(last());
        assertTrue(fragments.isValid(header), "whole");
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WriteSetLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Builder and flyweight against the layout, and against bytes that are none. */
final class WriteSetTest {
    private static final byte[] DB = "shop".getBytes(UTF_8);
    private static final byte[] ORDERS = "orders".getBytes(UTF_8);
    private static final byte[] ITEMS = "items".getBytes(UTF_8);

    private final WriteSetBuilder builder = new WriteSetBuilder();
    private final WriteSetFlyweight writeSet = new WriteSetFlyweight();

    private static byte[] row(final int id) {
        return new byte[] {(byte) id, 0, 0, 0};
    }

    private WriteSetFlyweight sample() {
        final byte[] data = "rows".getBytes(UTF_8);
        builder.begin(WriteSetFlags.TRX_START | WriteSetFlags.TRX_END).ids(77, 5).lastSeen(1234).previousSeqno(99)
            .key(KeyType.EXCLUSIVE, DB, ORDERS, row(1)).key(KeyType.UPDATE, DB, ORDERS, row(2)).key(KeyType.REFERENCE, DB, ITEMS, row(1))
            .data(new UnsafeBuffer(data), 0, data.length).data(new UnsafeBuffer(data), 0, 2).annotation("update orders");
        return writeSet.wrap(builder.buffer(), 0, builder.build());
    }

    @Test
    void whatWasBuiltIsRead() {
        sample();
        assertTrue(writeSet.isValid());
        assertEquals(WriteSetFlags.TRX_START | WriteSetFlags.TRX_END, writeSet.flags());
        assertTrue(writeSet.has(WriteSetFlags.TRX_END));
        assertFalse(writeSet.isIsolated());
        assertEquals(77, writeSet.trxId());
        assertEquals(5, writeSet.connectionId());
        assertEquals(1234, writeSet.lastSeen());
        assertEquals(99, writeSet.previousSeqno());
        assertEquals(0, writeSet.fragmentCount());
        final byte[] data = new byte[(int) writeSet.dataLength()];
        writeSet.buffer().getBytes(writeSet.dataOffset(), data);
        assertArrayEquals("rowsro".getBytes(UTF_8), data);
        assertEquals("update orders", writeSet.annotation());
        assertEquals(writeSet.sectionsLength() + WriteSetLayout.HEADER_LENGTH, writeSet.buffer().capacity());
    }

    @Test
    void prefixesComeFirstAsSharedKeysAndOnce() {
        sample();
        // shop; shop.orders; row 1; row 2; shop.items; row 1.
        assertEquals(6, writeSet.keyCount());
        final KeyType[] types = {KeyType.SHARED, KeyType.SHARED, KeyType.EXCLUSIVE, KeyType.UPDATE, KeyType.SHARED, KeyType.REFERENCE};
        final int[] depths = {1, 2, 3, 3, 2, 3};
        final String[] names = {"shop", "shop.orders", "shop.orders", "shop.orders", "shop.items", "shop.items"};
        for (int i = 0; i < types.length; i++) {
            assertEquals(types[i], writeSet.keyType(i));
            assertEquals(depths[i], writeSet.keyMeta(i) >>> WriteSetLayout.KEY_DEPTH_SHIFT & WriteSetLayout.KEY_DEPTH_MASK);
            assertEquals(names[i], writeSet.tableName(writeSet.keyMeta(i) >>> WriteSetLayout.KEY_TABLE_SHIFT));
        }
        assertEquals("", writeSet.tableName(3));
        assertEquals("", writeSet.tableName(WriteSetLayout.NO_TABLE));
    }

    @Test
    void everyFlagThatProvidersSetIsValidAndNoOther() {
        for (int flag = 1; flag > 0; flag <<= 1) {
            final int length = builder.begin(flag).build();
            assertEquals(flag <= WriteSetFlags.IMPLICIT_DEPS || flag == WriteSetFlags.UNSHIELDED,
                writeSet.wrap(builder.buffer(), 0, length).isValid(), "flag " + flag);
        }
    }

    @Test
    void theStrongestTypeOfAKeyWins() {
        builder.begin(0).key(KeyType.REFERENCE, DB, ORDERS).key(KeyType.EXCLUSIVE, DB, ORDERS).key(KeyType.SHARED, DB,
            ORDERS).key(KeyType.UPDATE, DB);
        writeSet.wrap(builder.buffer(), 0, builder.build());
        assertEquals(2, writeSet.keyCount());
        assertEquals(KeyType.UPDATE, writeSet.keyType(0));
        assertEquals(KeyType.EXCLUSIVE, writeSet.keyType(1));
    }

    /** XXH3-64, seed 0, as its authors publish it; parts behind their lengths. */
    @Test
    void theHashIsXxh3OfPartsBehindTheirLengths() {
        final KeyHash hash = new KeyHash();
        assertEquals(0x2D06_8005_38D3_94C2L, hash.of(new byte[0][], 0));
        // One part of no bytes: four zero bytes.
        final long fourZeros = hash.of(new byte[][] {{}}, 1);
        assertEquals(fourZeros, net.openhft.hashing.LongHashFunction.xx3().hashInt(0));
        assertEquals(net.openhft.hashing.LongHashFunction.xx3().hashBytes(new byte[] {2, 0, 0, 0, 'a', 'b', 1, 0, 0, 0, 'c'}),
            hash.of(new byte[][] {{'a', 'b'}, {'c'}}, 2));
        final byte[] large = new byte[5000];
        assertEquals(hash.of(new byte[][] {large}, 1), hash.of(new byte[][] {large, {1}}, 1));
    }

    @Test
    void cutShortOrLongerItIsNone() {
        final int length = sample().buffer().capacity();
        for (int i = 0; i < length; i++) {
            assertFalse(writeSet.wrap(builder.buffer(), 0, i).isValid());
        }
        assertFalse(writeSet.wrap(builder.buffer(), 0, length + 1).isValid());
        assertTrue(writeSet.wrap(builder.buffer(), 0, length).isValid());
    }

    @Test
    void aHeaderOfFragmentsStandsAlone() {
        sample();
        builder.header(3);
        assertTrue(writeSet.wrap(builder.buffer(), 0, WriteSetLayout.HEADER_LENGTH).isValid());
        assertFalse(writeSet.wrap(builder.buffer(), 0, WriteSetLayout.HEADER_LENGTH + 16).isValid());
        assertEquals(3, writeSet.fragmentCount());
    }

    /**
     * Mutated and random bytes: accepted ones are read without leaving their bounds, certified, and the answer is the
     * same for a copy elsewhere in memory.
     */
    @Test
    void malformedBytesAreRejectedAlikeAndNeverReadBeyond() {
        final SplittableRandom random = new SplittableRandom(1);
        final byte[] valid = new byte[sample().buffer().capacity()];
        builder.buffer().getBytes(0, valid);
        int accepted = 0;
        int rejected = 0;
        try (Certifier certifier = new Certifier(CertifierConfig.DEFAULT); Certifier other = new Certifier(CertifierConfig.DEFAULT)) {
            for (long seqno = 1; seqno <= 200_000; seqno++) {
                final byte[] bytes = mutate(valid, random);
                // The bytes end where the array ends: a read beyond would throw (agrona checks bounds) or fault.
                final boolean isValid = writeSet.wrap(new UnsafeBuffer(bytes), 0, bytes.length).isValid();
                final UnsafeBuffer moved = new UnsafeBuffer(new byte[bytes.length + 7]);
                moved.putBytes(7, bytes);
                final WriteSetFlyweight copy = new WriteSetFlyweight().wrap(moved, 7, bytes.length);
                assertEquals(isValid, copy.isValid());
                final Verdict verdict = new Verdict();
                final Verdict copied = new Verdict();
                if (isValid && writeSet.fragmentCount() == 0) {
                    accepted++;
                    readAll();
                    certifier.certify(seqno, seqno & 3, 0, writeSet, writeSet.keys(), verdict);
                    other.certify(seqno, seqno & 3, 0, copy, copy.keys(), copied);
                } else {
                    rejected++;
                    certifier.refuse(seqno, Verdict.Reason.MALFORMED, verdict);
                    other.refuse(seqno, Verdict.Reason.MALFORMED, copied);
                }
                assertEquals(verdict.toString(), copied.toString());
            }
        }
        assertTrue(accepted > 1000 && rejected > 1000, accepted + " accepted, " + rejected + " rejected");
    }

    private void readAll() {
        for (int i = 0; i < writeSet.keyCount(); i++) {
            writeSet.keyHash(i);
            writeSet.tableName(writeSet.keyMeta(i) >>> WriteSetLayout.KEY_TABLE_SHIFT);
        }
        writeSet.annotation();
        writeSet.buffer().getBytes(writeSet.dataOffset(), new byte[(int) writeSet.dataLength()]);
    }

    private static byte[] mutate(final byte[] valid, final SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            final byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            return noise;
        }
        final byte[] bytes = random.nextInt(3) == 0 ? java.util.Arrays.copyOf(valid, random.nextInt(valid.length + 40)) : valid.clone();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            final int at = random.nextInt(random.nextBoolean() ? Math.min(bytes.length, WriteSetLayout.HEADER_LENGTH) : bytes.length);
            if (random.nextBoolean() || at + Integer.BYTES > bytes.length) {
                bytes[at] = (byte) random.nextInt(256);
            } else {
                final int[] extremes = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 16, 1 << 28, 0x7FFF_FFF0};
                new UnsafeBuffer(bytes).putInt(at, extremes[random.nextInt(extremes.length)], ByteOrder.LITTLE_ENDIAN);
            }
        }
        return bytes;
    }
}

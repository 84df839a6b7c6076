// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingState;
import io.carillon.wsrep.Gtid;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When a member may say that it kept what it acknowledged: docs/ring.md, section 8. */
final class NodeStateFileTest {
    private static final UUID BOOT = UUID.fromString("11111111-2222-3333-4444-555555555555");
    private static final UUID OTHER_BOOT = UUID.fromString("99999999-2222-3333-4444-555555555555");
    private static final UUID GROUP = UUID.fromString("aaaaaaaa-2222-3333-4444-555555555555");
    private static final RingState STATE = new RingState(new MemberId(7, 8), 42, 3, 41);

    @TempDir
    private Path path;

    private final OwnerQueue owner = new OwnerQueue();
    private NodeDirectory directory;

    @BeforeEach
    void lock() {
        directory = NodeDirectory.open(path);
    }

    @AfterEach
    void unlock() {
        directory.close();
    }

    private WriteSetLog openLog(final Durability durability) {
        return WriteSetLog.open(directory, new LogConfig(durability, 1 << 20, 0, 0), owner);
    }

    /** One run of the node with 5 entries; ends in order, or by kill -9. */
    private void run(final Durability durability, final boolean inOrder) throws InterruptedException {
        final WriteSetLog log = openLog(durability);
        final LogModel model = new LogModel();
        for (int i = 0; i < 5; i++) {
            model.append(log, EntryKind.WRITE_SET, 1, new byte[50]);
        }
        log.flush();
        final NodeStateFile file = NodeStateFile.open(directory, durability, log, BOOT, owner);
        final List<String> done = new ArrayList<>();
        file.persist(RingState.fresh(STATE.self()), () -> done.add("first"));
        file.persist(STATE, () -> done.add("second"));
        file.group(GROUP);
        owner.runUntil(() -> done.size() == 2 && log.loggedIndex() == 5);
        assertEquals(List.of("first", "second"), done);
        if (inOrder) {
            log.close();
            file.close();
        } else {
            log.abandon();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MEMORY, true, true, true", "MEMORY, true, false, true", "MEMORY, false, true, false", "MEMORY, false, false, false",
        "OS, true, true, true", "OS, true, false, true", "OS, false, true, true", "OS, false, false, false",
        "DISK, true, true, true", "DISK, true, false, true", "DISK, false, true, true", "DISK, false, false, true"})
    void keptWhatItAcknowledged(final Durability durability, final boolean inOrder, final boolean sameBoot,
        final boolean kept) throws Exception {
        run(durability, inOrder);
        try (WriteSetLog log = openLog(durability); NodeStateFile file = NodeStateFile.open(directory, durability, log,
            sameBoot ? BOOT : OTHER_BOOT, owner)) {
            assertEquals(kept ? STATE : null, file.load(), file.description());
            assertEquals(GROUP, file.group());
        }
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aNewNodeKnowsNothing(final Durability durability) {
        try (WriteSetLog log = openLog(durability); NodeStateFile file = NodeStateFile.open(directory, durability, log, BOOT, owner)) {
            assertNull(file.load());
            assertEquals(Gtid.UNDEFINED_UUID, file.group());
        }
    }

    @Test
    void theModeThatCountsIsTheOneInWhichItAcknowledged() throws Exception {
        run(Durability.OS, false);
        try (WriteSetLog log = openLog(Durability.DISK); NodeStateFile file = NodeStateFile.open(directory,
            Durability.DISK, log, OTHER_BOOT, owner)) {
            assertNull(file.load());
            assertTrue(file.description().contains("machine was started anew"), file.description());
        }
    }

    @Test
    void whatWasForgottenStaysForgotten() throws Exception {
        run(Durability.OS, false);
        for (int i = 0; i < 2; i++) {
            final WriteSetLog log = openLog(Durability.OS);
            assertNull(NodeStateFile.open(directory, Durability.OS, log, OTHER_BOOT, owner).load());
            log.abandon();
        }
    }

    @Test
    void anotherLogIsNotItsLog() throws Exception {
        run(Durability.DISK, true);
        try (Stream<Path> files = Files.list(path.resolve("log"))) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        try (WriteSetLog log = openLog(Durability.DISK); NodeStateFile file = NodeStateFile.open(directory,
            Durability.DISK, log, BOOT, owner)) {
            assertNull(file.load());
            assertTrue(file.description().contains("lost its log"), file.description());
        }
    }

    @Test
    void aShorterLogThanTheStateKnowsOfIsALoss() throws Exception {
        run(Durability.DISK, false);
        try (WriteSetLog log = openLog(Durability.DISK)) {
            log.truncateAfter(2);
        }
        try (WriteSetLog log = openLog(Durability.DISK); NodeStateFile file = NodeStateFile.open(directory,
            Durability.DISK, log, BOOT, owner)) {
            assertNull(file.load());
            assertTrue(file.description().contains("ends with entry 2 and went to 3"), file.description());
        }
    }

    /** It would vote for a past in which what it acknowledged did not happen. */
    @ParameterizedTest
    @EnumSource(value = Durability.class, names = {"OS", "DISK"})
    void aDamagedLogIsALoss(final Durability durability) throws Exception {
        final LogModel model = new LogModel();
        final WriteSetLog written = openLog(durability);
        final NodeStateFile before = NodeStateFile.open(directory, durability, written, BOOT, owner);
        final List<String> done = new ArrayList<>();
        before.persist(new RingState(STATE.self(), STATE.promisedEpoch(), 1), () -> done.add("kept"));
        for (int i = 0; i < 9; i++) {
            model.append(written, EntryKind.WRITE_SET, 1, new byte[50]);
            written.flush();
            owner.runUntil(() -> written.loggedIndex() == model.entries.size());
        }
        owner.runUntil(() -> !done.isEmpty());
        written.abandon();
        try (RandomAccessFile file = new RandomAccessFile(written.files().active().path.toFile(), "rw")) {
            file.seek(Segment.HEADER_LENGTH + 5L * EntryLayout.entryLength(50) + EntryLayout.HEADER_LENGTH);
            file.write(1);
        }
        try (WriteSetLog log = openLog(durability); NodeStateFile file = NodeStateFile.open(directory, durability, log, BOOT, owner)) {
            assertEquals(5, log.endIndex());
            assertNull(file.load());
            assertTrue(file.description().contains("its log is damaged"), file.description());
        }
        try (WriteSetLog log = openLog(durability); NodeStateFile file = NodeStateFile.open(directory, durability, log, BOOT, owner)) {
            assertNull(file.load(), "it has forgotten once, for good");
        }
    }

    @Test
    void aTornWriteLeavesTheRecordBefore() throws Exception {
        run(Durability.DISK, false);
        final Path file = path.resolve("node.state");
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            final long newest = slotCount(bytes, 0) > slotCount(bytes, 4096) ? 0 : 4096;
            bytes.seek(newest + 40);
            bytes.write(0x55);
        }
        try (WriteSetLog log = openLog(Durability.DISK); NodeStateFile state = NodeStateFile.open(directory,
            Durability.DISK, log, BOOT, owner)) {
            // The torn record was the one with the group's UUID.
            assertEquals(STATE, state.load());
            assertEquals(Gtid.UNDEFINED_UUID, state.group());
        }
    }

    private static long slotCount(final RandomAccessFile bytes, final long at) throws IOException {
        bytes.seek(at);
        return Long.reverseBytes(bytes.readLong());
    }

    @Test
    void aSecondProcessIsToldSo() {
        final UncheckedIOException taken = assertThrows(UncheckedIOException.class, () -> NodeDirectory.open(path));
        assertTrue(taken.getMessage().contains("in use by another process"), taken.getMessage());
        assertTrue(taken.getMessage().contains(path.toString()), taken.getMessage());
    }

    @Test
    void aDirectoryThatCannotBeIsNamed() throws IOException {
        final Path file = Files.createFile(path.resolve("file"));
        final UncheckedIOException refusal = assertThrows(UncheckedIOException.class, () -> NodeDirectory.open(file.resolve("below")));
        assertTrue(refusal.getMessage().contains("cannot use the state directory " + file.resolve("below")), refusal.getMessage());
    }

    @Test
    void bootIdOfThisMachine() {
        try (WriteSetLog log = openLog(Durability.OS); NodeStateFile file = NodeStateFile.open(directory, Durability.OS, log, owner)) {
            file.persist(STATE, () -> {
            });
            file.group(GROUP);
        }
        try (WriteSetLog log = openLog(Durability.OS); NodeStateFile file = NodeStateFile.open(directory, Durability.OS, log, owner)) {
            assertNull(file.load(), "the log is shorter than the state says");
            assertEquals(GROUP, file.group());
        }
    }
}

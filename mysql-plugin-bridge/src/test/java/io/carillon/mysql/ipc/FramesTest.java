// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The page, the Java constants and the C constants say the same. */
final class FramesTest {
    private static final Path PAGE = Path.of("../docs/ipc.md");
    private static final Path HEADER = Path.of("native/frames.h");
    private static final Pattern ROW = Pattern.compile("^\\| (\\d+) \\|(?: (?:P→S|S→P) \\|)? ([A-Z_]+) \\|");
    private static final Pattern C_CONSTANT = Pattern.compile("\\bFRAME_([A-Z_]+)\\s*=?\\s*(\\d+)");
    private static final Set<String> NO_TYPES = Set.of("PROTOCOL", "HEADER_LENGTH", "FRAME_LENGTH_MAX", "PART_LENGTH_MAX", "LENGTH_OFFSET",
        "TYPE_OFFSET", "FLAGS_OFFSET", "ID_OFFSET", "HELLO_AWAITS_SNAPSHOT", "HELLO_GIVES_SNAPSHOT", "CONNECT_AGAIN",
        "WRITE_SET_AHEAD", "VIEW_CONNECTED", "VIEW_NOT_CHANGED",
        "VIEW_SYNTHETIC", "CAPABILITIES");

    @Test
    void javaConstantsAreThoseOfThePage() throws IOException, IllegalAccessException {
        assertEquals(typesOfThePage(), typesOfFrames());
    }

    @Test
    void limitsAreThoseOfThePage() throws IOException {
        final String page = Files.readString(PAGE);
        assertTrue(page.contains("Frame header, " + Frames.HEADER_LENGTH + " bytes"));
        assertTrue(page.contains("A frame is at most " + (Frames.FRAME_LENGTH_MAX >> 20) + " MiB"));
        assertTrue(page.contains("bytes (at most " + (Frames.PART_LENGTH_MAX >> 10) + " KiB)"));
        assertTrue(page.contains("at most " + (Frames.FEED_CREDIT >> 20) + " MiB of feed bytes unconsumed"));
        assertTrue(page.contains("u32 protocol (" + Frames.PROTOCOL + ")"));
    }

    @Test
    void cConstantsAreThoseOfThePage() throws IOException {
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(HEADER), "no provider source in this tree");
        final Map<String, Integer> found = new TreeMap<>();
        final Matcher constants = C_CONSTANT.matcher(Files.readString(HEADER));
        while (constants.find()) {
            found.put(constants.group(1), Integer.parseInt(constants.group(2)));
        }
        for (final Map.Entry<String, Integer> type : typesOfThePage().entrySet()) {
            assertEquals(type.getValue(), found.get(type.getKey()), "FRAME_" + type.getKey() + " in " + HEADER);
        }
    }

    @Test
    void helloTellsOfStateTransfersThatGoOn() throws FrameFormatException {
        for (int flags = 0; flags <= 3; flags++) {
            final byte[] frame = FrameBuilder.hello(new UUID(1, 2), "n1", "", new UUID(0, 0), -1, -1).flags(flags).build();
            final FrameReader reader = new FrameReader();
            reader.wrap(new UnsafeBuffer(frame), 0, frame.length);
            final Hello hello = Hello.read(reader);
            assertEquals(flags, (hello.awaitsSnapshot() ? 1 : 0) + (hello.givesSnapshot() ? 2 : 0));
        }
    }

    private static Map<String, Integer> typesOfThePage() throws IOException {
        final Map<String, Integer> types = new TreeMap<>();
        for (final String line : Files.readAllLines(PAGE)) {
            final Matcher row = ROW.matcher(line);
            if (row.find()) {
                types.put(row.group(2), Integer.parseInt(row.group(1)));
            }
        }
        assertTrue(types.size() > 30, "the page's tables were not found");
        return types;
    }

    private static Map<String, Integer> typesOfFrames() throws IllegalAccessException {
        final Map<String, Integer> types = new TreeMap<>();
        for (final Field field : Frames.class.getDeclaredFields()) {
            if (field.getType() == int.class && !NO_TYPES.contains(field.getName())) {
                types.put(field.getName(), field.getInt(null));
            }
        }
        return types;
    }
}

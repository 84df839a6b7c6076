// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of docs/write-set.md, the constants of Java and those of C say the same. */
final class WriteSetLayoutTest {
    private static final Path PAGE = Path.of("../docs/write-set.md");
    private static final Path C_HEADER = Path.of("../mysql-plugin-bridge/native/write_set.h");
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (\\d+) \\| (\\w+) \\|.*");
    private static final Pattern C_CONSTANT = Pattern.compile("\\s+WS_(\\w+_OFFSET) = (\\d+),?.*");

    /** Offsets of the header by constant name. */
    private static Map<String, Integer> page() throws IOException {
        final Map<String, Integer> offsets = new TreeMap<>();
        int end = 0;
        for (final String line : Files.readAllLines(PAGE)) {
            final Matcher row = ROW.matcher(line);
            if (row.matches()) {
                final int offset = Integer.parseInt(row.group(1));
                assertEquals(end, offset, "the rows follow each other: " + line);
                end = offset + Integer.parseInt(row.group(2));
                offsets.put(row.group(3).replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT) + "_OFFSET", offset);
            }
        }
        assertEquals(WriteSetLayout.HEADER_LENGTH, end);
        return offsets;
    }

    @Test
    void javaIsAsThePageSays() throws Exception {
        for (final Map.Entry<String, Integer> row : page().entrySet()) {
            final Field constant = WriteSetLayout.class.getField(row.getKey());
            assertEquals(row.getValue(), constant.getInt(null), row.getKey());
        }
        assertTrue(Files.readString(PAGE).contains(String.format("`0x%08x`", WriteSetLayout.MAGIC)));
    }

    @Test
    void cIsAsThePageSays() throws IOException {
        final Map<String, Integer> offsets = page();
        int found = 0;
        for (final String line : Files.readAllLines(C_HEADER)) {
            final Matcher constant = C_CONSTANT.matcher(line);
            if (constant.matches() && offsets.containsKey(constant.group(1))) {
                assertEquals(offsets.get(constant.group(1)), Integer.parseInt(constant.group(2)), line);
                found++;
            }
        }
        assertEquals(offsets.size(), found);
    }
}

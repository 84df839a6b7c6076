// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The launcher's heap holds the fullest certification index there can be. All members certify the same write sets: if one's
 * memory ran out, everybody's would.
 */
@Timeout(300)
final class IndexMemoryTest {
    private static final Pattern HEAP = Pattern.compile("-Xmx\\d+m");
    /** For all else that a sidecar keeps on its heap: measured 20 MB. */
    private static final String REST_MB = "40";

    @Test
    void theLaunchersHeapHoldsTheFullestIndex() throws Exception {
        final Matcher heap = HEAP.matcher(Files.readString(Path.of("src/main/dist/bin/carillon"), StandardCharsets.UTF_8));
        assertTrue(heap.find(), "the launcher sets the heap's limit");
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-Xms32m", heap.group(),
            "--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-cp", System.getProperty("java.class.path"), FullestIndex.class.getName(), REST_MB));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains("all certified"), output);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.blackbox.BlackBox;
import io.carillon.group.blackbox.BlackBoxDump;
import io.carillon.group.blackbox.BlackBoxFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code carillon ring} and {@code carillon blackbox} print. The time limit only turns a hang into a failure. */
@Timeout(120)
final class RingCommandTest {
    private static final long WALL_MS = Instant.parse("2026-01-02T03:04:05.678Z").toEpochMilli();

    @TempDir
    Path directory;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<AdminServer> servers = new ArrayList<>();

    private int run(final boolean ring, final String... arguments) {
        final StateDirectories usual = new StateDirectories(directory.resolve("state"), directory.resolve("none"));
        final PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        final PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        final Callable<Integer> command = ring ? new RingCommand(usual, printed, errors) : new BlackBoxCommand(usual, printed, errors);
        return new CommandLine(command).setExecutionExceptionHandler((failure, line, result) -> {
            errors.print(failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }).execute(arguments);
    }

    private void node(final Map<String, String> answers) throws IOException {
        final Path state = Files.createDirectories(directory.resolve("state"));
        servers.add(AdminServer.start(AdminSocket.of(state), answers::get));
    }

    @AfterEach
    void close() {
        servers.forEach(AdminServer::close);
    }

    private static RingStatus status() {
        final Map<String, Long> totals = new LinkedHashMap<>();
        for (final String name : List.of("gathered", "ringsInstalled", "tokensPassed", "tokensHeld", "tokensRepeated", "entriesPulled",
            "offersRepeated", "packetsDropped", "suspected", "heardAgain", "pauses", "logsCut", "logsStartedOver")) {
            totals.put(name, totals.size() + 1L);
        }
        final Map<String, Long> gathers = new LinkedHashMap<>();
        gathers.put("started", 1L);
        gathers.put("connection closed", 2L);
        final List<RingReport.Voter> two = List.of(new RingReport.Voter("n1", "id-1", 1), new RingReport.Voter("n2", "id-2", 1));
        return new RingStatus("1", WALL_MS, true, "group-id", Map.of("id-1", "Synced", "id-2", "Donor/Desynced",
            "id-3", "Joining: receiving State Transfer"), new RingReport("n1",
            "id-1",
            "shop", 4567, "OPERATIONAL", "parked", "n2", 3, 12, 1000, 999, 990,
            List.of(new RingReport.Link(0, "n2", "id-2", "tcp", "10.0.0.2:4567", "UP", true, 85, 1234, 1, 20, 300, 4000, 0, 5, 0),
                new RingReport.Link(1, "n3", "id-3", "udp", "10.1.0.3:4567", "BEING_MADE", false, -1, -1, 0, 0, 0, 0, 0, 0, 2)),
            List.of("10.0.0.9:4567, last try: connection refused"),
            List.of(new RingReport.Fault(WALL_MS - 1000, 1, "n3", "10.1.0.3:4567", "silent for 15000 ms")),
            List.of(new RingReport.Member("id-1", "n1", 1, true, false, true, 999, 1, 990, 0, 0),
                new RingReport.Member("id-2", "n2", 1, false, true, true, 995, 5, 980, 10, 12),
                new RingReport.Member("id-3", "n3", 0, false, false, false, 0, 1000, 0, 990, -1)),
            totals, gathers, List.of(
                new RingReport.View(WALL_MS - 60_000, true, 11, 5, 1, "founded", List.of("founded"), 1.25, two.subList(0, 1),
                    List.of("n1"), List.of()),
                new RingReport.View(WALL_MS - 50_000, true, 12, 9, 2, "member joins", List.of("member joins"), 20.5, two, List.of("n2"),
                    List.of()),
                new RingReport.View(WALL_MS - 40_000, false, 13, -1, -1, "connection closed", List.of(), -1, two.subList(0, 1), List.of(),
                    List.of("n2")))));
    }

    @Test
    void theTextShowsEverythingThatAnOperatorLooksFor() throws Exception {
        node(Map.of("ring", new ObjectMapper().writeValueAsString(status())));
        assertEquals(0, run(true, "--views", "2"));
        assertEquals("""
            Local node n1, id id-1, cluster shop, port 4567
            Ring      epoch 12, OPERATIONAL, primary
            Token     parked, with n2, number 3
            Log       end 1000, logged 999, stable 990

            Links     network, node, address
              0 n2           tcp 10.0.0.2:4567  up, in use, faults 0
                  round trip 0.085 ms, longest 1.234 ms
                  in 1 packets 20 bytes, out 300 packets 4000 bytes, unsent 0, lost 5
              1 n3           udp 10.1.0.3:4567  being made, faults 2
                  round trip unknown, longest unknown
                  in 0 packets 0 bytes, out 0 packets 0 bytes, unsent 0, lost 0
              no link to 10.0.0.9:4567, last try: connection refused
            Faults
              2026-01-02 03:04:04.678 UTC  1 n3           10.1.0.3:4567  silent for 15000 ms

            Members
                 name           weight  state          link   logged lag stable lag     silent  id
              *  n1                  1  Synced         local           1          0          -  id-1
               T n2                  1  Donor/Desynced up              5         10      12 ms  id-2
                 n3                  0  Joining        DOWN            -          -          ?  id-3

            Since the process started
              tokens    parked ones passed 3, held 4; repeated 5
              repairs   entries asked for 6 times, offers repeated 7, packets dropped 8
              liveness  suspected 9, heard again 10, own pauses 11
              logs      cut 12, started over 13
              gathered  1 times (started 1, connection closed 2), rings installed 2

            Views     the last 2 of 3
              2026-01-02 03:03:15.678 UTC  epoch 12, view 2, seqno 9: member joins, took 20.5 ms (member joins)
                  members n1:1 n2:1; came n2
              2026-01-02 03:03:25.678 UTC  epoch 13, NOT PRIMARY: connection closed, without gathering
                  members n1:1; left n2
            """, out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void jsonIsWhatTheNodeSaid() throws Exception {
        final String answer = new ObjectMapper().writeValueAsString(status());
        node(Map.of("ring", answer));
        assertEquals(0, run(true, "--json", "--dir", directory.resolve("state").toString()));
        assertEquals(answer + "\n", out.toString(StandardCharsets.UTF_8));
        assertEquals("n2", new ObjectMapper().readTree(answer).path("ring").path("holder").asText());
    }

    @Test
    void aNodeThatCannotAnswerIsQuoted() throws Exception {
        node(Map.of("ring", "{\"error\":\"no server has connected yet\"}", "blackbox", "{\"error\":\"the disk is full\"}"));
        assertEquals(1, run(true));
        assertEquals(1, run(false));
        assertEquals("carillon: no server has connected yet\ncarillon: the disk is full\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void theBlackBoxOfANodeOrAFileIsPrinted() throws Exception {
        final BlackBox box = new BlackBox(0);
        box.started(1, new MemberId(1, 2), "n1", 3, 4, 5);
        box.timer(9_000_000_000L, 7_000_000);
        final Path state = Files.createDirectories(directory.resolve("state"));
        final Path file = BlackBoxFiles.writeFailure(state, WALL_MS,
            BlackBoxDump.of(box, 10_000_000_000L, WALL_MS, "n1", "a check failed", List.of()));
        node(Map.of("blackbox", "{\"file\":\"" + file + "\"}"));
        assertEquals(0, run(false));
        final String printed = out.toString(StandardCharsets.UTF_8);
        assertTrue(printed.startsWith("black box of n1, 2026-01-02 03:04:05.678000 UTC: a check failed\n"), printed);
        assertTrue(printed.endsWith("started: promised epoch 3, log ends at 4, stable 5\n"
            + "    -1.000000 s  03:04:04.678000  a timer was 7.0 ms late\n"), printed);
        final Path text = directory.resolve("text");
        assertEquals(0, run(false, file.toString(), "--last", "2", "--output", text.toString()));
        assertTrue(Files.readString(text).endsWith("\n    -1.000000 s  03:04:04.678000  a timer was 7.0 ms late\n"));
        assertTrue(!Files.readString(text).contains("started:"));
    }

    @Test
    void whatIsNoBlackBoxIsSaidToBeNone() throws Exception {
        final Path file = Files.writeString(directory.resolve("odd"), "odd");
        assertEquals(CommandLine.ExitCode.SOFTWARE, run(false, file.toString()));
        assertEquals(file + " is no black box of this version", err.toString(StandardCharsets.UTF_8));
    }
}

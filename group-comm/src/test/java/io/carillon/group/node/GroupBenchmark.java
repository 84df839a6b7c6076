// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Three members over TCP in one process, each with its loop: a message is offered, sent, received, ordered, logged in memory,
 * acknowledged and told to be stable at all three. Run by {@code bench/allocation} for what this leaves to the collector.
 *
 * <p>Part of it are the checkpoints, a configuration entry after 100,000 others or 64 MiB, which each of the three decodes: with 64 KB
 * a message they alone are more than a byte each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 6, time = 10) // the black boxes' memory grows with their first events
@Measurement(iterations = 3, time = 5)
@Fork(1)
public class GroupBenchmark {
    private static final int MEMBERS = 3;
    private static final int COUNT = 3000;

    @Param({"64", "1024"})
    public int bytes;
    @Param({"auto", "rotate"})
    public String token;

    private final BenchmarkedMember[] members = new BenchmarkedMember[MEMBERS];
    private long end;

    /** Forms the group. */
    @Setup(Level.Trial)
    public void form() throws Exception {
        for (int nth = 0; nth < MEMBERS; nth++) {
            members[nth] = new BenchmarkedMember("n" + nth, token.equals("rotate"), bytes);
            members[nth].join(Arrays.copyOf(members, nth));
        }
        end = members[MEMBERS - 1].end();
    }

    /** Ends it. */
    @TearDown(Level.Trial)
    public void end() {
        for (final BenchmarkedMember member : members) {
            member.close();
        }
    }

    /** The first member sends all. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public void oneSends() {
        members[0].offer(COUNT);
        awaitAll();
    }

    /** Each sends a third. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public void allSend() {
        for (final BenchmarkedMember member : members) {
            member.offer(COUNT / MEMBERS);
        }
        awaitAll();
    }

    private void awaitAll() {
        end += COUNT;
        for (final BenchmarkedMember member : members) {
            member.await(end);
        }
    }
}

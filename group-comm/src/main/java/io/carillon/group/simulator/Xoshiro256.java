// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/**
 * The generator xoshiro256** (Blackman and Vigna), seeded through SplitMix64. Not the JDK's, because a kept seed must
 * mean the same run on every JDK.
 */
public final class Xoshiro256 {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long s0;
    private long s1;
    private long s2;
    private long s3;

    Xoshiro256(final long seed) {
        long x = seed;
        x += GOLDEN;
        s0 = splitMix(x);
        x += GOLDEN;
        s1 = splitMix(x);
        x += GOLDEN;
        s2 = splitMix(x);
        x += GOLDEN;
        s3 = splitMix(x);
    }

    /** A stream of its own for one concern of the run {@code seed}: drawing more in one concern does not shift the others. */
    public static Xoshiro256 stream(final long seed, final String concern) {
        long mixed = splitMix(seed + GOLDEN);
        for (int i = 0; i < concern.length(); i++) {
            mixed = splitMix(mixed ^ concern.charAt(i));
        }
        return new Xoshiro256(mixed);
    }

    private static long splitMix(final long x) {
        long z = x;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Uniform over all values. */
    public long nextLong() {
        final long result = Long.rotateLeft(s1 * 5, 7) * 9;
        final long t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = Long.rotateLeft(s3, 45);
        return result;
    }

    /** Uniform in [0, bound). */
    public int below(final int bound) {
        return (int) ((nextLong() >>> 33) * bound >>> 31);
    }

    /** Uniform in [from, to], both included. */
    public long between(final long from, final long to) {
        return from + (long) (nextDouble() * (to - from + 1));
    }

    /** Log-uniform in [from, to]: every order of magnitude is as likely as any other. {@code from} is positive. */
    public long spread(final long from, final long to) {
        return (long) (from * Math.pow((double) to / from, nextDouble()));
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** True with the given probability. */
    public boolean chance(final double probability) {
        return probability > 0 && nextDouble() < probability;
    }

    /** Exponential with the given mean. */
    public long exponential(final long mean) {
        return (long) (-Math.log(1.0 - nextDouble()) * mean);
    }
}

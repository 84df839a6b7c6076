// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Checks the model in sizes that take minutes each, and prints a line for each. {@code bench/model} runs it. */
public final class LargeModels {
    private static final List<RingModel> MODELS = List.of(
        RingModel.equal("three equal voters, an offer, two changes of ring", 3, 1),
        RingModel.equal("an offer, a restart and a change of ring", 2, 1).with(1, 0, 0),
        RingModel.change("Equal", "ToPair", 2, 1).called("a leave, an offer and a change of ring"),
        RingModel.equal("a restart and two changes of ring", 3, 0).with(1, 0, 0),
        RingModel.equal("a member without memory and two changes of ring", 3, 0).with(0, 1, 0),
        RingModel.equal("a log given up and two changes of ring", 3, 0).with(0, 0, 1),
        RingModel.change("Equal", "ToPair", 3, 0).called("a leave and two changes of ring"),
        RingModel.change("Pair", "ToEqual", 3, 0).called("a promotion and two changes of ring"),
        RingModel.change("Pair", "ToHeavyJoiner", 3, 0).called("a heavy promotion and two changes of ring"),
        RingModel.change("Equal", "ToHeavy", 3, 0).called("a change of weight and two changes of ring"),
        RingModel.change("Equal", "ToHeavy", 2, 1).with(1, 0, 0).called("a change of weight, an offer and a restart"),
        RingModel.equal("three changes of ring", 4, 0));

    private LargeModels() {
    }

    /** Arguments: how many of the models, from the first. Ends with 1 when one does not hold. */
    public static void main(final String[] arguments) throws IOException, InterruptedException {
        final int count = arguments.length == 0 ? MODELS.size() : Math.min(Integer.parseInt(arguments[0]), MODELS.size());
        final Path directory = Files.createTempDirectory("carillon-model");
        final ModelChecker checker = new ModelChecker(directory, Runtime.getRuntime().availableProcessors());
        int failed = 0;
        for (final RingModel model : MODELS.subList(0, count)) {
            final long startedNs = System.nanoTime();
            final ModelChecker.Verdict verdict = checker.check(model);
            final boolean holds = verdict.complete() && verdict.violated().isEmpty();
            System.out.printf("%-60s %,12d states %6d s  %s%n", model, verdict.states(), (System.nanoTime() - startedNs) / 1_000_000_000L,
                holds ? "holds" : "FAILED");
            if (!holds) {
                failed++;
                System.out.println(verdict.text());
            }
        }
        System.out.println(count - failed + " passed, " + failed + " failed");
        System.exit(failed == 0 ? 0 : 1);
    }
}

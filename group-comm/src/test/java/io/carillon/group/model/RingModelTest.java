// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The model of docs/proof.md in small sizes, every state; and with one rule broken at a time in a size, or a story,
 * that just shows it. {@code bench/model} checks larger ones.
 */
class RingModelTest {
    @TempDir
    private Path directory;

    static Stream<RingModel> small() {
        return Stream.of(
            RingModel.equal("two changes of ring", 3, 0),
            RingModel.equal("an offer and a restart", 2, 1).told("OthersThanA").with(1, 0, 0),
            RingModel.equal("a member without memory", 2, 1).with(0, 1, 0),
            RingModel.change("Equal", "ToPair", 2, 0),
            RingModel.change("Equal", "ToHeavy", 2, 0),
            RingModel.change("Pair", "ToHeavyJoiner", 2, 0),
            givenUp().called("a log given up"));
    }

    private static RingModel givenUp() {
        return new RingModel("", "Uneven", "ToEqual", "BackToWhoMissedIt", false, 4, 0, 0, 0, 0, 1, RingModel.NO_BUG);
    }

    static Stream<RingModel> broken() {
        final RingModel oneOffer = RingModel.equal("", 2, 1);
        return Stream.of(
            oneOffer.told("OthersThanA").without("OrderedIsStable"),
            oneOffer.told("OthersThanA").without("AcknowledgedAfterThePromise"),
            oneOffer.told("OthersThanA").with(1, 0, 0).without("AcknowledgedBeforeLogged"),
            oneOffer.with(1, 0, 0).without("PromiseForgotten"),
            oneOffer.with(0, 1, 0).without("AmnesiacVotes"),
            RingModel.equal("", 3, 1).without("MinorityIsPrimary"),
            RingModel.equal("", 3, 1).told("OthersThanAThenAll").without("LongestLogWins"),
            RingModel.equal("", 3, 1).told("WithAThenWithoutIt").with(0, 0, 1).without("GivenUpEarly"),
            givenUp().without("GivenUpStillProves"),
            RingModel.change("Equal", "ToHeavy", 3, 0).told("WithAThenWithoutIt").without("ViewInForceAtOnce"),
            RingModel.change("Equal", "ToHeavy", 3, 0).told("WithAThenWithoutIt").without("OnlyTheConfigurationBefore"),
            RingModel.change("Equal", "ToHeavy", 2, 0).told("OthersThanA").without("NewConfigurationAlone"),
            RingModel.change("Equal", "ToHeavyJoiner", 2, 1).told("OnlyC").without("OldConfigurationAlone"));
    }

    @ParameterizedTest
    @MethodSource("small")
    void holds(final RingModel model) throws InterruptedException {
        final ModelChecker.Verdict verdict = new ModelChecker(directory, 1).check(model);
        assertEquals("", verdict.violated(), verdict.text());
        assertTrue(verdict.complete(), verdict.text());
        assertTrue(verdict.states() > 1000, verdict.text());
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aBrokenRuleIsSeen(final RingModel model) throws InterruptedException {
        final ModelChecker.Verdict verdict = new ModelChecker(directory, 1).check(model);
        assertTrue(!verdict.violated().isEmpty(), verdict.text());
    }
}

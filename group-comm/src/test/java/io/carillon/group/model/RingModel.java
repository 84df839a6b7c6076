// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.model;

/**
 * One size of the model in {@code src/test/tla}: names of its definitions, and how often each thing may happen.
 *
 * @param name for people.
 * @param first weights of the first configuration.
 * @param changed weights that an ordered change brings.
 * @param story which rings are begun.
 * @param symmetric members are alike: what differs by their names only is one state.
 * @param rings begun, the first included.
 * @param crashes restarts that keep what was logged.
 * @param losses restarts without memory.
 * @param givenUp logs given up for the group's.
 * @param bug the rule broken on purpose.
 */
record RingModel(String name, String first, String changed, String story, boolean symmetric, int rings, int data, int changes, int crashes,
    int losses, int givenUp, String bug) {
    static final String NO_BUG = "none";

    /** Members of equal weight, any rings. */
    static RingModel equal(final String name, final int rings, final int data) {
        return new RingModel(name, "Equal", "ToEqual", "Whoever", true, rings, data, 0, 0, 0, 0, NO_BUG);
    }

    /** Any rings, one ordered change. */
    static RingModel change(final String first, final String changed, final int rings, final int data) {
        return new RingModel(first + " " + changed, first, changed, "Whoever", false, rings, data, 1, 0, 0, 0, NO_BUG);
    }

    RingModel called(final String otherName) {
        return new RingModel(otherName, first, changed, story, symmetric, rings, data, changes, crashes, losses, givenUp, bug);
    }

    RingModel told(final String otherStory) {
        return new RingModel(name, first, changed, otherStory, false, rings, data, changes, crashes, losses, givenUp, bug);
    }

    RingModel with(final int moreCrashes, final int moreLosses, final int moreGivenUp) {
        return new RingModel(name, first, changed, story, symmetric, rings, data, changes, moreCrashes, moreLosses, moreGivenUp, bug);
    }

    /** The same without one of the rules. */
    RingModel without(final String rule) {
        return new RingModel(rule, first, changed, story, symmetric, rings, data, changes, crashes, losses, givenUp, rule);
    }

    /** What TLC is to check, as it wants to be told. */
    String configuration() {
        return """
            CONSTANTS
              a = a
              b = b
              c = c
              Node <- Three
              First <- %s
              Changed <- %s
              MayBegin <- %s
              MaxRings = %d
              MaxData = %d
              MaxChanges = %d
              MaxCrashes = %d
              MaxLosses = %d
              MaxGiveUps = %d
              Bug = "%s"
            SPECIFICATION Spec
            INVARIANTS OneHistory LogMatching OneNumbering OnePrimary
            CHECK_DEADLOCK FALSE
            %s
            """.formatted(first, changed, story, rings, data, changes, crashes, losses, givenUp, bug,
            symmetric ? "SYMMETRY Symmetry" : "");
    }

    @Override
    public String toString() {
        return name;
    }
}

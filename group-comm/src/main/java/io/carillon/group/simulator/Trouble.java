// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Kinds of trouble in a run that can be left out, to see whether it fails without. */
public enum Trouble {
    TINY_OFFERS("tiny"),
    DIRECTIONS("directions"),
    OUTSIDERS("outsiders"),
    EXTREMES("extremes"),
    ROTATION("rotation"),
    FLOODS("floods"),
    FILTERS("filters"),
    ROUND_TRIPS("roundTrip"),
    LOAD("load"),
    DAMAGE("damage"),
    LOSS("loss"),
    DUPLICATION("duplication"),
    POWER_LOSS("powerLoss"),
    CRASHES("crashEvery"),
    PAUSES("pauseEvery"),
    PARTITIONS("partitionEvery"),
    CLOGS("clogEvery"),
    LEAVES("leaveEvery"),
    DRIFT("driftPpmMax"),
    WEIGHT_CHANGES("weightChanges"),
    BARRIERS("barriers"),
    TOO_LARGE_OFFERS("tooLarge"),
    BATCHES("batch");

    private final String option;

    Trouble(final String option) {
        this.option = option;
    }

    /** All of them. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Trouble::name).toList();
    }

    /** Those that {@code names} has; what else it has is another's. */
    public static Set<Trouble> of(final Set<String> names) {
        return Arrays.stream(values()).filter(trouble -> names.contains(trouble.name())).collect(Collectors.toSet());
    }

    /** {@code options} where none of {@code without} happens. */
    static SwarmOptions leftOut(final Set<Trouble> without, final SwarmOptions options) {
        SwarmOptions left = options;
        for (final Trouble trouble : without) {
            left = trouble.leftOutOf(left);
        }
        return left;
    }

    /** The same options where it never happens: 0, or NONE. */
    SwarmOptions leftOutOf(final SwarmOptions options) {
        final RecordComponent[] components = SwarmOptions.class.getRecordComponents();
        final Class<?>[] types = new Class<?>[components.length];
        final Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = components[i].getName().equals(option) ? nothing(types[i]) : components[i].getAccessor().invoke(options);
            }
            return SwarmOptions.class.getDeclaredConstructor(types).newInstance(values);
        } catch (final NoSuchMethodException | InstantiationException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("no option " + option, e);
        }
    }

    private static Object nothing(final Class<?> type) {
        if (type == Load.class) {
            return Load.NONE;
        }
        if (type == Rotations.class) {
            return Rotations.NONE;
        }
        if (type == Floods.class) {
            return Floods.NONE;
        }
        if (type == Filters.class) {
            return Filters.NONE;
        }
        if (type == Directions.class) {
            return Directions.NONE;
        }
        if (type == Extremes.class) {
            return Extremes.NONE;
        }
        if (type == double.class) {
            return 0.0;
        }
        return type == int.class ? (Object) 0 : 0L;
    }
}

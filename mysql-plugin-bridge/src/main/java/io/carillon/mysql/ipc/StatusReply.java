// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.certification.replicator.StatusSink;
import java.util.ArrayList;
import java.util.List;

/** Collects status variables for a STATUS_REPLY, whose count comes first. */
final class StatusReply implements StatusSink {
    private static final int STRING = 0;
    private static final int INT64 = 1;
    private static final int DOUBLE = 2;

    private final List<String> names = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    @Override
    public void add(final String name, final long value) {
        put(name, value);
    }

    @Override
    public void add(final String name, final double value) {
        put(name, value);
    }

    @Override
    public void add(final String name, final String value) {
        put(name, value);
    }

    private void put(final String name, final Object value) {
        names.add(name);
        values.add(value);
    }

    void write(final FrameWriter out, final long id) {
        out.begin(Frames.STATUS_REPLY, 0, id).i32(names.size());
        for (int i = 0; i < names.size(); i++) {
            out.str(names.get(i));
            switch (values.get(i)) {
                case Long value -> out.u8(INT64).i64(value);
                case Double value -> out.u8(DOUBLE).f64(value);
                case Object value -> out.u8(STRING).str(value.toString());
            }
        }
        out.end();
    }
}

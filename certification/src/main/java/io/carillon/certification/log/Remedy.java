// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** What people can do about a file that cannot be written. */
public final class Remedy {
    private Remedy() {
    }

    /** The failure, without the path that the caller names, and what to do: two sentences without the last full stop. */
    public static String of(final IOException failure) {
        final String reason = failure instanceof FileSystemException f && f.getReason() != null ? f.getReason() : failure.getMessage();
        final String known = String.valueOf(reason).toLowerCase(Locale.ROOT);
        if (known.contains("no space") || known.contains("quota")) {
            return reason + ". Make room there";
        }
        return reason + (known.contains("read-only") ? ". Find out why that file system became read-only, and make it writable again"
            : ". Make that place writable again");
    }
}

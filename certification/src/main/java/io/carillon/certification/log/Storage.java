// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system as the log and the files beside it use it, so that a simulation can put one in its place that fails when
 * it is told to. {@link #FILES} is the machine's.
 *
 * <p>What may be relied on after a loss of power: the bytes of a file up to its last {@code force}, and the names in a
 * directory up to the last {@link #forceDirectory}. Everything later may be there, in part, or not. After the death of
 * the process alone: everything.
 *
 * <p><b>Threading:</b> the owner's thread; {@link #open}, {@link #move}, {@link #delete} and the channels also the
 * {@linkplain #worker worker's}. All but {@link #worker} and {@link #allocate} throw {@link IOException} saying why.
 */
public interface Storage {
    /** The file system of this machine. */
    Storage FILES = new FileStorage();

    /** Opens a file. The log uses what names a position, {@code size}, {@code truncate}, {@code force} and {@code close}. */
    FileChannel open(Path path, OpenOption... options) throws IOException;

    /** Makes the file {@code length} bytes long if it is shorter. What is added reads as zero. */
    void extend(Path path, long length) throws IOException;

    /** Tells whether there is a file of this name. */
    boolean exists(Path path);

    /** Bytes of a file. */
    long size(Path path) throws IOException;

    /** Files whose names end with {@code suffix}, ascending by name. */
    List<Path> list(Path directory, String suffix) throws IOException;

    /** Makes the directory, and those above it, unless they are there. */
    void createDirectories(Path directory) throws IOException;

    /** Takes a name away; the file lasts as long as it is open. Nothing if there is none. */
    void delete(Path path) throws IOException;

    /** Gives the file {@code from} the name {@code to}, in the place of whatever had it. */
    void move(Path from, Path to) throws IOException;

    /** Makes the names in {@code directory} outlive a loss of power. */
    void forceDirectory(Path directory) throws IOException;

    /** Somebody who waits for the disk. */
    DiskWorker worker(String name);

    /** Memory for bytes on their way; its content is undefined. */
    ByteBuffer allocate(int length);
}

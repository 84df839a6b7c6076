// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code carillon sidecar}: as a child of the provider that started it, or by itself with a configuration file. */
@Command(name = "sidecar", description = "Runs the sidecar of one database server.", mixinStandardHelpOptions = true)
final class SidecarCommand implements Callable<Integer> {
    @Option(names = "--socket", paramLabel = "PATH", description = "Unix socket on which the server's provider connects.")
    private Path socket;

    @Option(names = "--dir", paramLabel = "DIR", description = "Directory of the node's state.")
    private Path directory;

    @Option(names = "--parent", paramLabel = "PID", description = "Server process: end with it, or with its connection.")
    private Long parent;

    @Option(names = "--config", paramLabel = "FILE", description = "File with lines 'name = value': socket, dir, and provider options.")
    private Path config;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        final SidecarConfig settings = config == null ? new SidecarConfig(socket, directory, "")
            : SidecarConfig.read(config).with(socket, directory);
        if (settings.socket() == null || settings.directory() == null) {
            throw new ParameterException(spec.commandLine(),
                "the sidecar needs a socket and a state directory: --socket and --dir, or --config");
        }
        return new Sidecar(settings, parent).run();
    }
}

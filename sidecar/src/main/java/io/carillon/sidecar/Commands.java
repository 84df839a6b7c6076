// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code carillon COMMAND ...}. */
@Command(name = "carillon", description = "Synchronous multi-master replication for MariaDB and MySQL.", mixinStandardHelpOptions = true,
    versionProvider = Commands.Versions.class,
    subcommands = {SidecarCommand.class, StatusCommand.class, RingCommand.class, BlackBoxCommand.class, Commands.VersionCommand.class,
        SelfTestCommand.class,
        CommandLine.HelpCommand.class})
final class Commands implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    /** Runs what the arguments ask for; the exit status. */
    static int run(final String[] arguments) {
        return new CommandLine(new Commands()).setExecutionExceptionHandler(Commands::report).execute(arguments);
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(System.err);
        return CommandLine.ExitCode.USAGE;
    }

    private static int report(final Exception failure, final CommandLine commandLine, final CommandLine.ParseResult result) {
        System.err.println("carillon: " + (failure.getMessage() == null ? failure.toString() : failure.getMessage()));
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** For {@code --version}. */
    static final class Versions implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"carillon " + Version.text()};
        }
    }

    /** {@code carillon version}. */
    @Command(name = "version", description = "Prints the version.")
    static final class VersionCommand implements Callable<Integer> {
        @Override
        public Integer call() {
            System.out.println("carillon " + Version.text());
            return 0;
        }
    }
}

package dev.sirocco.apps.speak;

import dev.sirocco.apps.Sirocco;
import dev.sirocco.apps.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sirocco speak}: text to speech. */
@Command(name = "speak", mixinStandardHelpOptions = true, sortOptions = false, description = "Text to speech.",
        subcommands = FliteReading.class)
public final class Speak implements Runnable {

    @ParentCommand
    private Sirocco parent;

    @Spec
    private CommandSpec spec;

    Terminal terminal() {
        return parent.terminal();
    }

    @Override
    public void run() {
        spec.commandLine().usage(terminal().out());
    }
}

package dev.sirocco.apps.speak;

import dev.sirocco.apps.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sirocco speak train}: the three networks that speech is made with. */
@Command(name = "train", mixinStandardHelpOptions = true,
        description = "Trains one of the three networks that speech is made with.",
        subcommands = {VocoderTraining.class, AcousticTraining.class, PronunciationTraining.class})
final class SpeakTraining implements Runnable {

    @ParentCommand
    private Speak parent;

    @Spec
    private CommandSpec spec;

    Terminal terminal() {
        return parent.terminal();
    }

    /** Without a subcommand: what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}

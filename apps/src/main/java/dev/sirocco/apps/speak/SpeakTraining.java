package dev.sirocco.apps.speak;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sirocco speak train}: the three networks that speech is made with. */
@Command(name = "train", mixinStandardHelpOptions = true,
        description = "Trains one of the three networks that speech is made with.",
        subcommands = {VocoderTraining.class, AcousticTraining.class, PronunciationTraining.class})
final class SpeakTraining implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Without a subcommand: what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}

package dev.sirocco.apps.imagine;

import dev.sirocco.apps.Sirocco;
import dev.sirocco.apps.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco imagine}: pictures from words. */
@Command(name = "imagine", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Makes pictures of what it is told.", subcommands = {ImagineTraining.class, ImagineEvaluation.class})
public final class Imagine implements Callable<Integer> {

    @ParentCommand
    private Sirocco parent;

    Terminal terminal() {
        return parent.terminal();
    }

    @Override
    public Integer call() {
        return 0;
    }
}

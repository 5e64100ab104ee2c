package dev.sirocco.apps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * {@code sirocco rehearse}: runs the apps once with the models that came with Sirocco. The launcher records what the
 * JVM loads and compiles meanwhile, so that later starts are fast (JEP 514).
 */
@Command(name = "rehearse", hidden = true, mixinStandardHelpOptions = true,
        description = "Runs each app once, for the launcher to make later starts fast.")
final class Rehearsal implements Callable<Integer> {

    @ParentCommand
    private Sirocco parent;

    @Override
    public Integer call() throws IOException {
        run("doctor");
        if (Files.isDirectory(Home.checkpoint("write"))) {
            run("write", "ROMEO:", "--chars", "48", "--seed", "1");
        }
        if (Files.isDirectory(Home.checkpoint("imagine"))) {
            write("rehearsal.png", "imagine", "a red dragon", "--steps", "4");
        }
        if (Files.isDirectory(Home.checkpoint("speak").resolve("acoustic"))) {
            write("rehearsal.wav", "speak", "Good morning. This is a rehearsal.");
        }
        return 0;
    }

    /** A command that writes a file of this name, which is thrown away. */
    private void write(String name, String... command) throws IOException {
        Path folder = Files.createTempDirectory("sirocco");
        Path file = folder.resolve(name);
        run(Stream.concat(Arrays.stream(command), Stream.of("-o", file.toString())).toArray(String[]::new));
        Files.deleteIfExists(file);
        Files.delete(folder);
    }

    private void run(String... command) {
        Sirocco.run(parent.terminal(), command);
    }
}

package dev.sirocco.apps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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
            Path folder = Files.createTempDirectory("sirocco");
            Path picture = folder.resolve("rehearsal.png");
            run("imagine", "a red dragon", "--steps", "4", "-o", picture.toString());
            Files.deleteIfExists(picture);
            Files.delete(folder);
        }
        return 0;
    }

    private void run(String... command) {
        Sirocco.run(parent.terminal(), command);
    }
}

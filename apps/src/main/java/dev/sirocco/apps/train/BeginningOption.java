package dev.sirocco.apps.train;

import dev.sirocco.models.train.Trainer;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --from}: the weights that a new run begins with. */
public final class BeginningOption {

    /** What must be the same, for the weights to mean the same. */
    private static final List<String> SETTINGS = List.of(ModelFolder.CONFIG, "tokenizer.json", ClassNames.FILE);

    @Option(names = "--from", paramLabel = "DIR",
            description = "Begin with the weights of this model, made with the same settings and data.")
    private Path from;

    /**
     * Goes on with the run in a folder, if it has got as far as a checkpoint, or begins a new one.
     *
     * @param folder where the run's settings have been written
     * @param command that makes such folders, for messages
     * @throws UserError if the model is of other settings, or a resumed run is to begin anew
     */
    public void start(Trainer trainer, boolean isResumed, Path folder, String command) {
        if (isResumed) {
            if (from != null) {
                throw new UserError("--from begins a run, and --resume goes on with one: give one of them");
            }
            trainer.resume();
        } else if (from != null) {
            Path weights = ModelFolder.weights(from, command);
            SETTINGS.forEach(name -> requireSame(from.resolve(name), folder.resolve(name)));
            trainer.begin(weights);
        }
    }

    private static void requireSame(Path one, Path other) {
        try {
            boolean isThere = Files.exists(one);
            if (isThere != Files.exists(other) || isThere && Files.mismatch(one, other) >= 0) {
                throw new UserError("%s is not as this run has it: take the same settings and data".formatted(one));
            }
        } catch (IOException e) {
            throw new UserError("cannot compare %s and %s: %s".formatted(one, other, e.getMessage()), e);
        }
    }
}

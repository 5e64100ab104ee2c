package dev.sirocco.apps.train;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/**
 * The options of every command that trains, for commands to mix in, and the file {@value #FILE} in the run's folder
 * that keeps its settings, so that it can be resumed with no more than the folder's name.
 */
public final class TrainingOptions {

    /** Where a run's settings are kept in its folder. */
    public static final String FILE = "run.json";

    @Option(names = "--out", paramLabel = "DIR", required = true,
            description = "Folder for the model and its checkpoints.")
    private Path out;

    @Option(names = "--minutes", paramLabel = "M", description = "How long to train, over all resumptions.")
    private Double minutes;

    @Option(names = "--steps", paramLabel = "N", description = "How many steps to train.")
    private Long steps;

    @Option(names = "--resume", description = "Go on with the run in --out, with its settings.")
    private boolean isResumed;

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a step.")
    private Integer batch;

    @Option(names = "--lr", paramLabel = "X", description = "Largest learning rate.")
    private Double learningRate;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of all that is random (default 1).")
    private Long seed;

    @Option(names = "--eval-every", paramLabel = "N", description = "Steps between validations (default 250).")
    private Integer evalEvery;

    @Option(names = "--save-every", paramLabel = "N", description = "Steps between checkpoints (default 250).")
    private Integer saveEvery;

    @Option(names = "--log-every", paramLabel = "N", description = "Steps between lines of log.csv (default 10).")
    private Integer logEvery;

    @Option(names = "--inspect-every", paramLabel = "N",
            description = "Steps between measurements of activations and gradients for TensorBoard (default 0: none).")
    private Integer inspectEvery;

    @Option(names = "--recompute", negatable = true, description = "Take less memory and more time.")
    private Boolean recompute;

    public Path out() {
        return out;
    }

    public boolean isResumed() {
        return isResumed;
    }

    /**
     * The run's settings: those of the folder's run if it is resumed, otherwise those to start from; with what was
     * given on the command line in their place.
     *
     * @param start the settings that a new run starts from
     * @param given what the command's own options say, by the settings' names; null where one was not given
     * @throws UserError if the folder has a model already and is not resumed, or has none and is
     */
    public <R extends Record> R settings(Class<R> type, Supplier<R> start, Map<String, ?> given) {
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new UserError(out + " is a file: name a folder with --out");
        }
        boolean isUsed = Files.exists(Trainer.lastCheckpoint(out)) || Files.exists(out.resolve(ModelFolder.WEIGHTS));
        if (!isResumed && isUsed) {
            throw new UserError(out + " holds a model already: go on with --resume, or name another --out");
        }
        R base = isResumed ? read(out, type) : start.get();
        Map<String, Object> all = new LinkedHashMap<>(given);
        all.put("steps", steps);
        all.put("minutes", minutes);
        all.put("batch", batch);
        all.put("learningRate", learningRate);
        all.put("seed", seed);
        all.put("evalEvery", evalEvery);
        all.put("saveEvery", saveEvery);
        all.put("logEvery", logEvery);
        all.put("inspectEvery", inspectEvery);
        all.put("recompute", recompute);
        requirePositive("--steps", steps);
        requirePositive("--minutes", minutes);
        Map<String, String> changes = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (value != null) {
                changes.put(name, value.toString());
            }
        });
        return Records.with(base, changes);
    }

    /** Zero, which a run has for "no limit", is nothing to ask for. */
    private static void requirePositive(String option, Number value) {
        if (value != null && !(value.doubleValue() > 0)) {
            throw new UserError(option + " " + value + ": take a number above 0");
        }
    }

    /** Makes the run's folder, if need be. */
    public Path folder() {
        try {
            return Files.createDirectories(out);
        } catch (IOException e) {
            throw new UserError("cannot create the folder " + out + " (" + e.getMessage() + "): name another --out", e);
        }
    }

    /** Keeps the settings in the run's folder. */
    public void write(Record settings) {
        JsonFile.write(out.resolve(FILE), Records.toTexts(settings));
    }

    /** The settings of the run that a folder holds. */
    public static <R extends Record> R read(Path folder, Class<R> type) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            throw new UserError(folder + " holds no run to resume: train without --resume first");
        }
        return JsonFile.read(file, texts -> Records.fromTexts(type, texts));
    }
}

package dev.sirocco.apps.write;

import dev.sirocco.apps.Range;
import dev.sirocco.models.train.Records;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The settings of a training run, kept beside its checkpoints so that it can be resumed with no more than its folder's
 * name.
 *
 * @param data the files of text, as {@link DataOption#text} has them
 * @param steps 0 for no limit
 * @param minutes 0 for no limit
 * @param batch windows in a step
 * @param context characters in a window
 * @param learningRate the largest, as {@link Preset#optimizer} takes it
 * @param clean whether the text is cleaned
 * @param validation the share of the text, at its end, that is not trained on
 */
public record Run(Preset preset, String data, long steps, double minutes, int batch, int context, double learningRate, double dropout,
        boolean clean, double validation, long seed, int evalEvery, int saveEvery, int logEvery,
        int inspectEvery, boolean recompute) {

    static final String FILE = "run.json";

    private static final double MONTH_OF_MINUTES = 60 * 24 * 31;

    Run with(Map<String, String> changes) {
        return Records.with(this, changes).check();
    }

    private Run check() {
        if (steps == 0 && minutes == 0) {
            throw new UserError("training without end: give --minutes M or --steps N");
        }
        new Range("--steps", 0, 1e9).check(steps);
        new Range("--minutes", 0, MONTH_OF_MINUTES).check(minutes);
        new Range("--batch", 1, 65_536).check(batch);
        new Range("--context", 8, 65_536).check(context);
        new Range("--lr", 1e-9, 10).check(learningRate);
        new Range("--dropout", 0, 0.9).check(dropout);
        new Range("--validation", 0, 0.9).check(validation);
        new Range("--eval-every", 0, 1e9).check(evalEvery);
        new Range("--save-every", 0, 1e9).check(saveEvery);
        new Range("--log-every", 1, 1e9).check(logEvery);
        new Range("--inspect-every", 0, 1e9).check(inspectEvery);
        return this;
    }

    List<Path> files() {
        return DataOption.files(data);
    }

    void write(Path folder) {
        JsonFile.write(folder.resolve(FILE), Records.toTexts(this));
    }

    /** The run that a folder holds. */
    static Run read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            throw new UserError(folder + " holds no run to resume: train without --resume first");
        }
        return JsonFile.read(file, texts -> Records.fromTexts(Run.class, texts));
    }
}

package dev.sirocco.apps.write;

import dev.sirocco.apps.Range;
import dev.sirocco.apps.train.TrainingSettings;
import java.nio.file.Path;
import java.util.List;

/**
 * The settings of a training run, kept beside its checkpoints.
 *
 * @param data the files of text, as {@link DataOption#text} has them
 * @param context characters in a window
 * @param clean whether the text is cleaned
 * @param validation the share of the text, at its end, that is not trained on
 * @param training its batch is a number of windows, its learning rate as {@link Preset#optimizer} takes it
 */
public record Run(Preset preset, String data, int context, double dropout, boolean clean, double validation,
        TrainingSettings training) {

    Run check() {
        training.check();
        new Range("--context", 8, 65_536).check(context);
        new Range("--dropout", 0, 0.9).check(dropout);
        new Range("--validation", 0, 0.9).check(validation);
        return this;
    }

    List<Path> files() {
        return DataOption.files(data);
    }
}

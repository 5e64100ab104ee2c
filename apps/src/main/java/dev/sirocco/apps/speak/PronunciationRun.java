package dev.sirocco.apps.speak;

import dev.sirocco.apps.Range;
import dev.sirocco.apps.train.TrainingSettings;
import dev.sirocco.tensor.ir.UserError;

/**
 * The settings of a run that learns to pronounce words.
 *
 * @param training its batch is a number of rows of words, 128 tokens each
 */
record PronunciationRun(int layers, int width, double dropout, TrainingSettings training) {

    private static final int MULTIPLE = 8;

    static PronunciationRun start() {
        return new PronunciationRun(4, 192, 0.05, new TrainingSettings(32, 0.04));
    }

    void check() {
        training.check();
        new Range("--layers", 1, 64).check(layers);
        new Range("--width", 8, 4096).check(width);
        new Range("--dropout", 0, 0.9).check(dropout);
        if (width % MULTIPLE != 0) {
            throw new UserError("--width %d: take a multiple of %d, for four heads of an even width"
                    .formatted(width, MULTIPLE));
        }
    }
}

package dev.sirocco.apps.train;

import dev.sirocco.apps.Range;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.tensor.ir.UserError;

/**
 * What is set for every training run, whatever is trained.
 *
 * @param steps 0 for no limit
 * @param minutes 0 for no limit
 * @param batch samples in a step
 * @param learningRate the largest
 * @param evalEvery steps between validations; as the others, 0 for only at the end
 */
public record TrainingSettings(long steps, double minutes, int batch, double learningRate, long seed, int evalEvery,
        int saveEvery, int logEvery, int inspectEvery, boolean recompute) {

    private static final double MONTH_OF_MINUTES = 60 * 24 * 31;

    /** With no end. */
    public TrainingSettings(int batch, double learningRate) {
        this(0, 0, batch, learningRate, 1, 250, 250, 10, 0, false);
    }

    public boolean hasEnd() {
        return steps > 0 || minutes > 0;
    }

    /** @throws UserError if a setting is out of range, or the run has no end */
    public void check() {
        if (!hasEnd()) {
            throw new UserError("training without end: give --minutes M or --steps N");
        }
        checkRanges();
    }

    /** @throws UserError if a setting is out of range */
    public void checkRanges() {
        new Range("--steps", 0, 1e9).check(steps);
        new Range("--minutes", 0, MONTH_OF_MINUTES).check(minutes);
        new Range("--batch", 1, 65_536).check(batch);
        new Range("--lr", 1e-9, 10).check(learningRate);
        new Range("--eval-every", 0, 1e9).check(evalEvery);
        new Range("--save-every", 0, 1e9).check(saveEvery);
        new Range("--log-every", 1, 1e9).check(logEvery);
        new Range("--inspect-every", 0, 1e9).check(inspectEvery);
    }

    /** For a trainer, without accumulation. */
    public Trainer.Config config(double clip, double emaDecay) {
        return new Trainer.Config(steps, minutes, evalEvery, saveEvery, logEvery, inspectEvery, 1, clip, emaDecay,
                recompute, seed);
    }
}

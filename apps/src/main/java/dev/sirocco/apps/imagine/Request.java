package dev.sirocco.apps.imagine;

import dev.sirocco.apps.Range;
import dev.sirocco.models.sample.DiffusionSampler;
import dev.sirocco.models.sample.Solver;
import dev.sirocco.models.sample.Start;
import dev.sirocco.models.train.Records;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.UserError;
import java.util.Map;

/**
 * What pictures are wanted: all that decides what they look like but the model's weights.
 *
 * @param prompt what to show
 * @param not what not to show; empty for nothing
 * @param style of the model that came with Sirocco; empty if {@code model} names another
 * @param model the model's folder; empty for a style
 * @param vae folder of the autoencoder in place of the model's own; empty for that
 * @param pictures how many are made together
 * @param number which of them {@code seed} belongs to, from 1; the others' seeds count on from there
 * @param to the seed of the last picture if they lead from one seed to another; equal to {@code seed} if each picture
 *     has a seed of its own
 * @param guidance see {@link DiffusionSampler.Settings}
 * @param solver as {@link Solver#named} knows it
 * @param init file of the picture to begin from; empty for none
 * @param strength see {@link Start#from}
 * @param mask file of what is to be made anew of {@code init}; empty for all
 * @param size of the finished picture's longer side in pixels; 0 for as it is made
 */
record Request(String prompt, String not, String style, String model, String vae, int pictures, int number, long seed,
        long to, int steps, double guidance, String solver, String init, double strength, String mask, int size) {

    private static final int MOST_PICTURES = 1024;
    private static final double MOST_SEED = 1e15;
    private static final int MOST_STEPS = 1000;
    private static final double MOST_GUIDANCE = 1000;
    private static final int LEAST_SIZE = 8;
    private static final int MOST_SIZE = 4096;
    private static final int LONGEST = 10_000;

    /** One picture, with nothing said about it. */
    static Request start(long seed) {
        return new Request("", "", "", "", "", 1, 1, seed, seed, 20, 4, "dpm", "", 1, "", 0);
    }

    /** @throws UserError if a setting is out of its range, or does not go with another */
    void check() {
        if (prompt.isBlank()) {
            throw new UserError("an empty prompt: say what the picture is to show, such as sirocco imagine "
                    + "\"a red dragon\"");
        }
        if (prompt.length() > LONGEST || not.length() > LONGEST) {
            throw new UserError("a prompt of more than %,d characters: a few words will do".formatted(LONGEST));
        }
        new Range("-n", 1, MOST_PICTURES).check(pictures);
        new Range("number", 1, pictures).check(number);
        new Range("--seed", -MOST_SEED, MOST_SEED).check(seed);
        new Range("--to", -MOST_SEED, MOST_SEED).check(to);
        new Range("--steps", 1, MOST_STEPS).check(steps);
        new Range("--cfg", 0, MOST_GUIDANCE).check(guidance);
        if (size != 0) {
            new Range("--size", LEAST_SIZE, MOST_SIZE).check(size);
        }
        new Range("--strength", 0.001, 1).check(strength);
        Solver.named(solver);
        if (!style.isEmpty() && !model.isEmpty()) {
            throw new UserError("--style chooses a model that came with Sirocco and --model another one: give one "
                    + "of them");
        }
        if (init.isEmpty() && !mask.isEmpty()) {
            throw new UserError("--mask says what to make anew of a picture: name that with --init");
        }
        if (init.isEmpty() && strength != 1) {
            throw new UserError("--strength says how much of a picture to change: name that with --init");
        }
        if (leads() && !init.isEmpty()) {
            throw new UserError("--to leads from noise to noise and --init starts from a picture: give one of them");
        }
        if (leads() && pictures == 1) {
            throw new UserError("--to leads from one picture to another: ask for at least 2 with -n");
        }
        if (!not.isEmpty() && guidance == 1) {
            throw new UserError("--not works by guidance, and --cfg 1 is none: take a --cfg above 1");
        }
    }

    /** Whether the pictures lead from one seed to another. */
    boolean leads() {
        return to != seed;
    }

    /** The noise to begin all pictures with. */
    Start noise(Shape shape) {
        return leads() ? Start.between(seed, to, shape) : Start.at(seed - number + 1, shape);
    }

    DiffusionSampler.Settings sampling() {
        return DiffusionSampler.Settings.of(Solver.named(solver), steps).withGuidance(guidance);
    }

    /** The same request as told by one of its pictures, from 1. */
    Request of(int picture) {
        long own = leads() ? seed : seed + picture - number;
        return Records.with(this, Map.of("number", "" + picture, "seed", "" + own, "to", "" + (leads() ? to : own)));
    }

    Request withStyle(String other) {
        return Records.with(this, Map.of("style", other));
    }
}

package dev.sirocco.models.sample;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Makes samples out of noise with a {@link Denoiser}. A program evaluates the network once and moves the samples on;
 * they stay where it runs, and only a few numbers go in each time. One program serves all solvers, schedules of times
 * and strengths of guidance.
 *
 * <p>What the samples are to show is the denoiser's business. The best place for it is a {@link State} of 2 N rows,
 * written before {@link #sample} by the host or by a program of its own: N of what is wanted, then N of what is not
 * (with guidance the network is asked for both at once). The denoiser takes as many of the rows as x has:
 *
 * <pre>{@code
 * State labels = new State("labels", DType.I32, Shape.of(2 * n));
 * Denoiser denoiser = (x, time) -> dit.predict(x, time, x.graph().read(labels).slice(0, 0, x.dim(0)));
 * try (var sampler = new DiffusionSampler(denoiser, schedule, Prediction.V, Shape.of(n, 4, 8, 8), executor)) {
 *     labels.storage().set(…);
 *     float[] samples = sampler.sample(Settings.of(new DpmSolver(), 20).withGuidance(4),
 *             Start.at(seed, sampler.shape()));
 * }
 * }</pre>
 */
public final class DiffusionSampler implements AutoCloseable {

    /**
     * How to sample.
     *
     * @param steps of the solver, over the whole way from noise
     * @param guidance how far to go beyond what the network says, away from what is not wanted (Ho and Salimans 2022);
     *     1 for none, at half the cost
     * @param clip the largest magnitude of the clean sample that the network may ask for: 1 for pictures, infinite for
     *     no limit, as in a latent space
     */
    public record Settings(Solver solver, int steps, Spacing spacing, double guidance, double clip) {

        /** @throws UserError if a number is out of its range */
        public Settings {
            if (!(guidance >= 0 && guidance < Double.POSITIVE_INFINITY)) {
                throw new UserError("a guidance of %s: choose 0 or more, 1 for none".formatted(guidance));
            }
            if (!(clip > 0)) {
                throw new UserError("samples clipped at %s: choose above 0".formatted(clip));
            }
        }

        /** With trailing spacing, without guidance and clipping. */
        public static Settings of(Solver solver, int steps) {
            return new Settings(solver, steps, Spacing.TRAILING, 1, Double.POSITIVE_INFINITY);
        }

        public Settings withSpacing(Spacing other) {
            return new Settings(solver, steps, other, guidance, clip);
        }

        public Settings withGuidance(double other) {
            return new Settings(solver, steps, spacing, other, clip);
        }

        public Settings withClip(double other) {
            return new Settings(solver, steps, spacing, guidance, other);
        }
    }

    /** Is told of every evaluation of the network. */
    @FunctionalInterface
    public interface Progress {

        /**
         * @param done evaluations so far
         * @param of evaluations in all; twice the steps for some solvers
         * @param estimate makes a copy of the clean samples as the network sees them now
         */
        void report(int done, int of, Supplier<float[]> estimate);
    }

    private record Variant(boolean isGuided, boolean isMasked) {}

    /** How many numbers {@link #numbers} gives. */
    private static final int NUMBERS = 13;

    private final Denoiser denoiser;
    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final Shape shape;
    private final Executor executor;
    private final State x;
    private final State previousX;
    private final State estimate;
    private final State picture;
    private final State noise;
    private final State mask;
    private final Map<Variant, Program> programs = new HashMap<>();

    /** @param shape of the samples made at once, (N, channels, …) */
    public DiffusionSampler(Denoiser denoiser, NoiseSchedule schedule, Prediction prediction, Shape shape,
            Executor executor) {
        this.denoiser = denoiser;
        this.schedule = schedule;
        this.prediction = prediction;
        this.shape = shape;
        this.executor = executor;
        x = new State("x", DType.F32, shape);
        previousX = new State("previous_x", DType.F32, shape);
        estimate = new State("x0", DType.F32, shape);
        picture = new State("picture", DType.F32, shape);
        noise = new State("noise", DType.F32, shape);
        mask = new State("mask", DType.F32, shape.with(1, 1));
    }

    public Shape shape() {
        return shape;
    }

    /** As the longer form, in silence. */
    public float[] sample(Settings settings, Start start) {
        return sample(settings, start, (_, _, _) -> {});
    }

    /**
     * Makes samples. Equal settings and starts give equal samples.
     *
     * @return (N, channels, …)
     * @throws UserError if the number of steps is out of range, the picture or the mask has another size, or the
     *     network cannot be asked about pure noise
     */
    public float[] sample(Settings settings, Start start, Progress progress) {
        double[] times = settings.spacing().times(schedule, settings.steps());
        int left = Math.clamp(Math.round(settings.steps() * start.strength()), 1, settings.steps());
        times = Arrays.copyOfRange(times, settings.steps() - left, times.length);
        List<SolverStep> steps = settings.solver().steps(schedule, times);
        begin(start, times[0]);

        Program p = programs.computeIfAbsent(new Variant(settings.guidance() != 1, start.mask() != null),
                this::compile);
        for (int i = 0; i < steps.size(); i++) {
            p.input("step").set(numbers(steps.get(i), settings));
            p.input("random").set(random(start.seeds(), i + 1));
            p.run();
            progress.report(i + 1, steps.size(), () -> estimate.storage().floats());
        }
        return x.storage().floats();
    }

    // ---- the host's part --------------------------------------------------------------------------------------

    private void begin(Start start, double time) {
        fill("noise", noise, start.noise());
        x.storage().set(start.noise());
        previousX.storage().fill(0);
        estimate.storage().fill(0);
        if (start.picture() != null) {
            fill("a picture", picture, start.picture());
            float[] values = picture.storage().floats();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (schedule.alpha(time) * values[i] + schedule.sigma(time) * start.noise()[i]);
            }
            x.storage().set(values);
        }
        if (start.mask() != null) {
            fill("a mask", mask, start.mask());
        }
    }

    /** Writes values for all samples, or those of one again for each. */
    private void fill(String what, State state, float[] values) {
        int all = Math.toIntExact(state.shape().numel());
        if (values.length != all && values.length != all / shape.dim(0)) {
            throw new UserError("%s of %,d numbers for samples of %s: its size must be theirs"
                    .formatted(what, values.length, state.shape()));
        }
        float[] repeated = Arrays.copyOf(values, all);
        for (int i = values.length; i < all; i += values.length) {
            System.arraycopy(values, 0, repeated, i, values.length);
        }
        state.storage().set(repeated);
    }

    private float[] numbers(SolverStep s, Settings settings) {
        Prediction.Estimate x0 = prediction.x0(schedule.alpha(s.time()), schedule.sigma(s.time()));
        if (!Double.isFinite(x0.x())) {
            throw new UserError("a network that predicts noise cannot be asked what pure noise shows: "
                    + "choose leading spacing, or a network that predicts v or flow");
        }
        double[] all = {s.time(), x0.x(), x0.output(), s.x(), s.raw(), s.x0(), s.previousX(), s.previousX0(), s.noise(),
                schedule.alpha(s.next()), schedule.sigma(s.next()), settings.guidance(), settings.clip()};
        float[] numbers = new float[NUMBERS];
        for (int i = 0; i < NUMBERS; i++) {
            numbers[i] = (float) all[i];
        }
        return numbers;
    }

    /** Seed and step for each sample. */
    private static int[] random(long[] seeds, int step) {
        int[] words = new int[2 * seeds.length];
        for (int k = 0; k < seeds.length; k++) {
            words[2 * k] = Noise.word(seeds[k]);
            words[2 * k + 1] = step;
        }
        return words;
    }

    // ---- the program ------------------------------------------------------------------------------------------

    private Program compile(Variant variant) {
        Graph g = new Graph();
        List<Tensor> n = g.input("step", DType.F32, NUMBERS).split(0, NUMBERS);  // (1) each, in the order of numbers()
        Tensor random = g.input("random", DType.I32, shape.dim(0), 2);
        Tensor now = g.read(x);                                                  // (N, channels, …)
        Tensor output = variant.isGuided ? guided(now, n.get(0), n.get(11)) : predict(now, n.get(0));
        Tensor raw = now.mul(n.get(1)).add(output.mul(n.get(2)));
        Tensor x0 = raw.minimum(n.get(12)).maximum(n.get(12).neg());
        Tensor next = now.mul(n.get(3)).add(raw.mul(n.get(4))).add(x0.mul(n.get(5)))
                .add(g.read(previousX).mul(n.get(6))).add(g.read(estimate).mul(n.get(7)))
                .add(fresh(random).mul(n.get(8)));
        if (variant.isMasked) {
            Tensor kept = g.read(picture).mul(n.get(9)).add(g.read(noise).mul(n.get(10)));
            Tensor isNew = g.read(mask);                                         // (N, 1, …)
            next = isNew.mul(next).add(isNew.like(1).sub(isNew).mul(kept));      // Lugmayr et al. 2022, equation 8c
        }
        g.assign(previousX, now);
        g.assign(estimate, x0);
        g.assign(x, next);
        return g.compile(executor);
    }

    private Tensor predict(Tensor samples, Tensor time) {
        Tensor output = denoiser.predict(samples, time.broadcast(Shape.of(samples.dim(0))));
        if (!output.shape().equals(samples.shape())) {
            throw new IllegalArgumentException("the denoiser makes %s of %s"
                    .formatted(output.shape(), samples.shape()));
        }
        return output;
    }

    /** Classifier-free guidance (Ho and Salimans 2022, equation 6, with w + 1 as the guidance). */
    private Tensor guided(Tensor samples, Tensor time, Tensor guidance) {
        List<Tensor> halves = predict(Tensor.concat(0, List.of(samples, samples)), time).split(0, 2);
        Tensor wanted = halves.get(0);                                           // (N, channels, …)
        Tensor unwanted = halves.get(1);
        return unwanted.add(wanted.sub(unwanted).mul(guidance));
    }

    /** Noise for each sample out of its own seed, whatever the others are. */
    private Tensor fresh(Tensor random) {
        List<Tensor> samples = new ArrayList<>();
        for (Tensor seedAndStep : random.split(0, random.dim(0))) {
            samples.add(random.graph().add(new Op.Random(Op.RandomKind.NORMAL, shape.with(0, 1), 0),
                    seedAndStep.reshape(2)));
        }
        return Tensor.concat(0, samples);                                        // (N, channels, …)
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
    }
}

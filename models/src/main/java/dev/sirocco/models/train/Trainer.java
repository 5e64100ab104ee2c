package dev.sirocco.models.train;

import dev.sirocco.models.optim.Ema;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Trains a model: steps, validation, log, checkpoints. Its directory holds {@code last.safetensors}, from which a run
 * can be resumed, {@code best.safetensors}, the weights with the lowest validation loss, or the latest ones where those
 * {@linkplain Task#isLatestBest count as the best}, {@code log.csv}, events for TensorBoard, and a picture of the
 * losses. A run that is stopped by Ctrl-C or SIGTERM saves first; one that is killed loses what came after its last
 * checkpoint.
 *
 * <pre>{@code
 * Trainer trainer = new Trainer(task, optimizer, Schedule.cosine(0.1).withWarmup(0.02), config, Executors.best());
 * trainer.resume();
 * Trainer.Result result = trainer.run();
 * }</pre>
 *
 * <p>A run that is limited by steps and resumed ends with the same bits as an uninterrupted one.
 */
public final class Trainer implements AutoCloseable {

    /**
     * How long, and with what.
     *
     * @param steps to do, 0 for no limit
     * @param minutes to take, validation included and over all resumptions, 0 for no limit
     * @param validateEvery steps, 0 for only at the end
     * @param saveEvery steps, 0 for only at the end
     * @param logEvery steps
     * @param inspectEvery steps after which activations, weights and gradients are measured, for TensorBoard; 0 for
     *     never
     * @param accumulate batches in a step
     * @param clip the largest norm of the gradients, 0 for no clipping
     * @param emaDecay of the averages that are validated and kept instead of the weights, 0 for none
     * @param recompute whether activations are computed again in the backward pass: less memory, more time
     * @param seed of dropout and other randomness
     */
    public record Config(long steps, double minutes, int validateEvery, int saveEvery, int logEvery, int inspectEvery,
            int accumulate, double clip, double emaDecay, boolean recompute, long seed) {

        /** Without accumulation, clipping and averages. */
        public static Config ofSteps(long steps, int validateEvery, int saveEvery) {
            return new Config(steps, 0, validateEvery, saveEvery, 10, 0, 1, 0, 0, false, 1);
        }

        /** Without accumulation, clipping and averages. */
        public static Config ofMinutes(double minutes, int validateEvery, int saveEvery) {
            return new Config(0, minutes, validateEvery, saveEvery, 10, 0, 1, 0, 0, false, 1);
        }

        public Config withAccumulate(int other) {
            return new Config(steps, minutes, validateEvery, saveEvery, logEvery, inspectEvery, other, clip, emaDecay,
                    recompute, seed);
        }

        public Config withClip(double other) {
            return new Config(steps, minutes, validateEvery, saveEvery, logEvery, inspectEvery, accumulate, other,
                    emaDecay, recompute, seed);
        }

        public Config withEma(double other) {
            return new Config(steps, minutes, validateEvery, saveEvery, logEvery, inspectEvery, accumulate, clip, other,
                    recompute, seed);
        }

        public Config withInspectEvery(int other) {
            return new Config(steps, minutes, validateEvery, saveEvery, logEvery, other, accumulate, clip, emaDecay,
                    recompute, seed);
        }

        public Config withRecompute(boolean other) {
            return new Config(steps, minutes, validateEvery, saveEvery, logEvery, inspectEvery, accumulate, clip,
                    emaDecay, other, seed);
        }

        public Config withSeed(long other) {
            return new Config(steps, minutes, validateEvery, saveEvery, logEvery, inspectEvery, accumulate, clip,
                    emaDecay, recompute, other);
        }
    }

    /**
     * How it went.
     *
     * @param steps done in all
     * @param loss of the last step
     * @param bestLoss the validation loss of the weights that are kept as the best, NaN if there was none
     * @param isComplete whether the run reached its end, and was not stopped
     */
    public record Result(long steps, double loss, double bestLoss, boolean isComplete) {}

    private final Task task;
    private final Schedule schedule;
    private final Config config;
    private final Path directory;
    private final Map<String, String> texts;
    private final PrintStream out;
    private final Ema ema;
    private final TrainingStep training;
    private final Program validation;
    private final Inspection inspection;

    private long step;
    private double spentBefore;
    private double bestLoss = Double.NaN;
    private double lastValidation = Double.NaN;
    private volatile boolean stopRequested;
    private long began;

    /** As the longer form, writing to the standard output. */
    public Trainer(Task task, Optimizer optimizer, Schedule schedule, Config config, Path directory,
            Map<String, String> texts, Executor executor) {
        this(task, optimizer, schedule, config, directory, texts, executor, System.out);
    }

    /**
     * Compiles the programs.
     *
     * @param directory for checkpoints and logs, made if it is not there
     * @param texts to be saved in every checkpoint: the model's configuration, the vocabulary
     * @param out where progress is shown
     */
    public Trainer(Task task, Optimizer optimizer, Schedule schedule, Config config, Path directory,
            Map<String, String> texts, Executor executor, PrintStream out) {
        if (config.steps <= 0 && config.minutes <= 0) {
            throw new UserError("training without end: give a number of steps or of minutes");
        }
        this.task = task;
        this.schedule = schedule;
        this.config = config;
        this.directory = directory;
        this.texts = Map.copyOf(texts);
        this.out = out;
        ema = config.emaDecay == 0 ? null : new Ema(config.emaDecay, task.parameters().trainable());
        training = new TrainingStep(task, optimizer, ema, config, executor);
        validation = task.validationBatches() == 0 ? null : traceValidation().compile(executor);
        inspection = config.inspectEvery == 0 ? null : new Inspection(task, optimizer, executor);
        try {
            Files.createDirectories(directory);
            Checkpoint.removeUnfinished(directory);
        } catch (IOException e) {
            throw new UserError("cannot write to the directory " + directory + ": " + e.getMessage(), e);
        }
    }

    private Graph traceValidation() {
        Graph g = new Graph();
        g.output("loss", task.loss(g));
        return g;
    }

    public static Path lastCheckpoint(Path directory) {
        return directory.resolve("last.safetensors");
    }

    public static Path bestCheckpoint(Path directory) {
        return directory.resolve("best.safetensors");
    }

    // ---- the loop ---------------------------------------------------------------------------------------------

    /** Goes on from the directory's last checkpoint. Does nothing, and returns false, if there is none. */
    public boolean resume() {
        Path last = lastCheckpoint(directory);
        if (!Files.exists(last)) {
            return false;
        }
        Checkpoint saved = Checkpoint.open(last);
        saved.restoreWeights(task.parameters().all());
        saved.restoreTraining(training.states());
        step = Long.parseLong(saved.text("step"));
        spentBefore = Double.parseDouble(saved.text("seconds"));
        bestLoss = Double.parseDouble(saved.text("best_loss"));
        lastValidation = Double.parseDouble(saved.text("validation_loss"));
        return true;
    }

    /**
     * Gives a new run the weights of a model; what belongs to training, such as adversaries and moments, stays fresh.
     *
     * @throws UserError if it is another model
     */
    public void begin(Path weights) {
        Checkpoint.open(weights).restoreWeights(task.parameters().all().stream()
                .filter(p -> !p.name().startsWith(Checkpoint.TRAINING)).toList());
    }

    /**
     * Trains until the end, or until {@link #stop} or a signal.
     *
     * @throws UserError if the directory holds a run that was not resumed, or the loss is no longer a number
     */
    public Result run() {
        if (step == 0 && Files.exists(lastCheckpoint(directory))) {
            throw new UserError(directory + " holds a training run already: resume it, or choose another directory");
        }
        began = System.nanoTime();
        CountDownLatch finished = new CountDownLatch(1);
        Thread onSignal = new Thread(() -> {
            stop();
            await(finished);
        }, "save-and-exit");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try (TrainingLog log = new TrainingLog(directory, step)) {
            return run(log);
        } finally {
            finished.countDown();
            removeHook(onSignal);
        }
    }

    /** Asks a running {@link #run}, from any thread, to save and return after its present step. */
    public void stop() {
        stopRequested = true;
    }

    private Result run(TrainingLog log) {
        ProgressLine line = new ProgressLine(out);
        long first = step;
        long start = System.nanoTime();
        double loss = Double.NaN;
        double sum = 0;
        int summed = 0;
        long saved = step;
        boolean isValidated = false;
        while (!isDone() && !stopRequested) {
            loss = training.run(step, schedule.at(fraction(stepSeconds(first, start))));
            if (!Double.isFinite(loss)) {
                throw new UserError(text("the loss is %s at step %,d: choose a lower learning rate, or clip the "
                        + "gradients; the last checkpoint is of step %,d", loss, step, saved));
            }
            step++;
            sum += loss;
            summed++;
            isValidated = validation != null && config.validateEvery > 0 && step % config.validateEvery == 0;
            if (isValidated) {
                validate(log, line);
            }
            if (step % config.logEvery == 0) {
                log.add(row(sum / summed, training.gradientNorm(), Double.NaN));
                training.otherLosses().forEach((name, other) -> log.scalar("loss/" + name, step, other));
                sum = 0;
                summed = 0;
            }
            if (inspection != null && step % config.inspectEvery == 0) {
                inspect(log);
            }
            if (line.isDue()) {
                line.show(progress(loss, first, start));
            }
            if (config.saveEvery > 0 && step % config.saveEvery == 0) {
                save();
                saved = step;
            }
        }
        if (isDone() && validation != null && step > first && !isValidated) {
            validate(log, line);
        }
        if (step > saved) {
            save();
        }
        line.say(text("%s after %,d steps and %s; saved in %s", isDone() ? "finished" : "stopped", step,
                ProgressLine.duration(seconds()), directory));
        draw(log, line);
        return new Result(step, loss, bestLoss, isDone());
    }

    private boolean isDone() {
        return config.steps > 0 && step >= config.steps || config.minutes > 0 && seconds() >= config.minutes * 60;
    }

    /** How much of the run is over in the middle of the present step. */
    private double fraction(double stepSeconds) {
        double bySteps = config.steps == 0 ? 0 : (step + 0.5) / config.steps;
        double byTime = config.minutes == 0 ? 0 : (seconds() + stepSeconds / 2) / (config.minutes * 60);
        return Math.min(1, Math.max(bySteps, byTime));
    }

    private double stepSeconds(long first, long start) {
        return step == first ? 0 : (System.nanoTime() - start) / 1e9 / (step - first);
    }

    private double seconds() {
        return spentBefore + (System.nanoTime() - began) / 1e9;
    }

    private String progress(double loss, long first, long start) {
        double perStep = stepSeconds(first, start);
        double left = config.steps == 0 ? Double.MAX_VALUE : (config.steps - step) * perStep;
        if (config.minutes > 0) {
            left = Math.min(left, config.minutes * 60 - seconds());
        }
        String of = config.steps == 0 ? "" : text(" of %,d", config.steps);
        String validated = Double.isNaN(lastValidation) ? "" : text(" (validation %.4f)", lastValidation);
        return text("step %,d%s  loss %.4f%s  %,.0f %s/s  %s left", step, of, loss, validated,
                task.units() * config.accumulate / perStep, task.unit(), ProgressLine.duration(Math.max(0, left)));
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private TrainingLog.Row row(double loss, double norm, double validated) {
        return new TrainingLog.Row(step, seconds(), step * task.units() * config.accumulate, loss, norm, validated);
    }

    // ---- validation -------------------------------------------------------------------------------------------

    private void validate(TrainingLog log, ProgressLine line) {
        if (ema != null) {
            ema.swap();
        }
        double loss = validationLoss();
        boolean isLower = loss < bestLoss || Double.isNaN(bestLoss) && !Double.isNaN(loss);
        boolean isBest = isLower || task.isLatestBest() && !Double.isNaN(loss);
        lastValidation = Double.isNaN(loss) ? lastValidation : loss;
        if (isBest) {
            bestLoss = loss;
            Checkpoint.write(bestCheckpoint(directory), task.parameters().all(), List.of(), texts());
        }
        if (ema != null) {
            ema.swap();
        }
        if (!Double.isNaN(loss)) {
            log.add(row(Double.NaN, Double.NaN, loss));
            boolean isKeptAsLowest = isLower && !task.isLatestBest();
            line.say(text("step %,d  validation loss %.4f%s", step, loss, isKeptAsLowest ? ", the lowest" : ""));
        }
    }

    /** Bytes of working memory, the weights and the optimiser's states not counted. */
    public long bytes() {
        return training.bytes() + (validation == null ? 0 : validation.bytes());
    }

    /** The plan of the training step, for people. */
    public String explain() {
        return training.explain();
    }

    /** The mean over the validation data, with the present weights; NaN if {@link #stop} was called meanwhile. */
    public double validationLoss() {
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < task.validationBatches(); i++) {
            double weight = task.fillValidation(validation, i);
            validation.run();
            sum += validation.output("loss").scalar() * weight;
            weights += weight;
            if (stopRequested) {
                return Double.NaN;
            }
        }
        return sum / weights;
    }

    private void inspect(TrainingLog log) {
        Inspection.Findings findings = inspection.look(step * config.accumulate);
        findings.activations().forEach((layer, a) -> {
            log.scalar("activation_mean/" + layer, step, a.mean());
            log.scalar("activation_deviation/" + layer, step, a.deviation());
            log.scalar("activation_largest/" + layer, step, a.largest());
            log.scalar("activation_zeros/" + layer, step, a.zeros());
        });
        findings.parameters().forEach((name, p) -> {
            log.scalar("weight/" + name, step, p.weight());
            log.scalar("gradient/" + name, step, p.gradient());
        });
    }

    // ---- checkpoints ------------------------------------------------------------------------------------------

    private void save() {
        List<State> weights = new ArrayList<>(task.parameters().all());
        Checkpoint.write(lastCheckpoint(directory), weights, training.states(), texts());
    }

    private Map<String, String> texts() {
        Map<String, String> all = new LinkedHashMap<>(texts);
        all.put("step", Long.toString(step));
        all.put("seconds", Double.toString(seconds()));
        all.put("best_loss", Double.toString(bestLoss));
        all.put("validation_loss", Double.toString(lastValidation));
        return all;
    }

    private void draw(TrainingLog log, ProgressLine line) {
        try {
            LossCurve.draw(directory, log.rows());
        } catch (IOException | LinkageError e) {
            // A JVM without fonts cannot draw; the numbers are in the log.
            line.say("no picture of the losses: " + e.getMessage());
        }
    }

    // ---- signals ----------------------------------------------------------------------------------------------

    private static void await(CountDownLatch finished) {
        try {
            finished.await(10, TimeUnit.MINUTES);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The JVM is on its way out, the hook has run.
        }
    }

    @Override
    public void close() {
        training.close();
        if (validation != null) {
            validation.close();
        }
        if (inspection != null) {
            inspection.close();
        }
    }
}

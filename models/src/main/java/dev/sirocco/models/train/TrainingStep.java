package dev.sirocco.models.train;

import dev.sirocco.models.optim.Ema;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.passes.Checkpointing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Forward, backward, clipping, update and average as one program; with accumulation, a second program adds up the
 * gradients of all batches of a step but the last, and both share the sums.
 */
final class TrainingStep implements AutoCloseable {

    private static final String NUMBERS = "training.numbers";

    private final Task task;
    private final Optimizer optimizer;
    private final Ema ema;
    private final int accumulate;
    private final double largestNorm;
    private final boolean recompute;
    private final State random;
    private final List<State> sums = new ArrayList<>();
    private final State lossSum = new State("sum.loss", DType.F32, Shape.SCALAR);
    private final Program step;
    private final Program accumulation;

    /** @param ema null for none */
    TrainingStep(Task task, Optimizer optimizer, Ema ema, Trainer.Config config, Executor executor) {
        this.task = task;
        this.optimizer = optimizer;
        this.ema = ema;
        accumulate = config.accumulate();
        largestNorm = config.clip();
        recompute = config.recompute();
        random = new State("random", Storage.of(Shape.of(2), (int) (config.seed() ^ config.seed() >>> 32), 0));
        if (accumulate > 1) {
            optimizer.parameters().forEach(p -> sums.add(new State("sum." + p.name(), DType.F32, p.shape())));
        }
        accumulation = accumulate > 1 ? traceAccumulation().compile(executor) : null;
        step = traceStep().compile(executor);
    }

    private Graph traceStep() {
        Graph g = new Graph(true);
        g.randomFrom(random);
        Tensor loss = task.loss(g).reshape(Shape.SCALAR);
        int forward = g.nodes().size();
        List<Tensor> gradients = optimizer.gradients(loss);
        if (accumulate > 1) {
            loss = take(g, lossSum, loss);
            List<Tensor> means = new ArrayList<>();
            for (int i = 0; i < sums.size(); i++) {
                means.add(take(g, sums.get(i), gradients.get(i)));
            }
            gradients = means;
        }
        if (largestNorm > 0) {
            Tensor norm = Optimizer.norm(gradients);
            g.output("norm", norm);
            gradients = Optimizer.clip(gradients, norm, largestNorm);
        }
        int count = optimizer.numberCount();
        Tensor numbers = g.input(NUMBERS, DType.F32, count + 1);
        optimizer.update(g, gradients, numbers.slice(0, 0, count));
        if (ema != null) {
            ema.update(g, numbers.slice(0, count, count + 1));
        }
        g.output("loss", loss);
        return finish(g, forward);
    }

    /** The mean over the step's batches, of which this is the last; the sum begins anew. */
    private Tensor take(Graph g, State sum, Tensor last) {
        Tensor mean = g.read(sum).add(last).mul(1.0 / accumulate);
        g.assign(sum, mean.like(0));
        return mean;
    }

    private Graph traceAccumulation() {
        Graph g = new Graph(true);
        g.randomFrom(random);
        Tensor loss = task.loss(g).reshape(Shape.SCALAR);
        int forward = g.nodes().size();
        List<Tensor> gradients = optimizer.gradients(loss);
        g.assign(lossSum, g.read(lossSum).add(loss));
        for (int i = 0; i < sums.size(); i++) {
            g.assign(sums.get(i), g.read(sums.get(i)).add(gradients.get(i)));
        }
        return finish(g, forward);
    }

    private Graph finish(Graph g, int forward) {
        return recompute ? Checkpointing.apply(g, forward, task::segment) : g;
    }

    /**
     * Does step {@code number}, from 0.
     *
     * @param factor of the learning rates
     * @return the mean loss of its batches, before the update
     */
    double run(long number, double factor) {
        for (int i = 0; i < accumulate - 1; i++) {
            task.fill(accumulation, number * accumulate + i);
            accumulation.run();
        }
        task.fill(step, number * accumulate + accumulate - 1);
        float[] numbers = Arrays.copyOf(optimizer.numbers(number, factor), optimizer.numberCount() + 1);
        numbers[numbers.length - 1] = ema == null ? 0 : (float) ema.decay(number);
        step.input(NUMBERS).set(numbers);
        step.run();
        return step.output("loss").scalar();
    }

    /** √Σ g² over all gradients of the last step, before clipping; NaN if they are not clipped. */
    double gradientNorm() {
        return largestNorm > 0 ? step.output("norm").scalar() : Double.NaN;
    }

    /** All that a step changes besides the weights and the model's buffers. */
    List<State> states() {
        List<State> states = new ArrayList<>(optimizer.states());
        if (ema != null) {
            states.addAll(ema.states());
        }
        states.add(random);
        return states;
    }

    long bytes() {
        return step.bytes() + (accumulation == null ? 0 : accumulation.bytes());
    }

    String explain() {
        return step.explain();
    }

    @Override
    public void close() {
        step.close();
        if (accumulation != null) {
            accumulation.close();
        }
    }
}

package dev.sirocco.models.train;

import dev.sirocco.models.optim.Ema;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.passes.Checkpointing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    private final Map<State, State> sums = new HashMap<>();
    private final List<State> lossSums = new ArrayList<>();
    private final List<String> objectives = new ArrayList<>();
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
            optimizer.parameters().forEach(p -> sums.put(p, new State("sum." + p.name(), DType.F32, p.shape())));
        }
        accumulation = accumulate > 1 ? traceAccumulation().compile(executor) : null;
        step = traceStep().compile(executor);
    }

    /**
     * A batch's losses, and the gradients of each one's parameters.
     *
     * @param forward the number of nodes in front of the first gradient
     */
    private record Batch(List<Tensor> losses, List<Map<State, Tensor>> gradients, int forward) {}

    private Batch traceBatch(Graph g) {
        g.randomFrom(random);
        List<Task.Objective> all = task.objectives(g);
        List<Tensor> losses = all.stream().map(o -> o.loss().reshape(Shape.SCALAR)).toList();
        int forward = g.nodes().size();
        objectives.clear();
        List<Map<State, Tensor>> gradients = new ArrayList<>();
        Set<State> left = new LinkedHashSet<>(optimizer.parameters());
        for (int i = 0; i < all.size(); i++) {
            objectives.add(all.get(i).name());
            List<State> own = all.get(i).parameters().stream().filter(left::remove).toList();
            List<Tensor> theirs = Grad.of(losses.get(i), own.stream().map(losses.get(i)::read).toList());
            Map<State, Tensor> byParameter = new LinkedHashMap<>();
            for (int k = 0; k < own.size(); k++) {
                byParameter.put(own.get(k), theirs.get(k));
            }
            gradients.add(byParameter);
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("no objective trains " + left);
        }
        return new Batch(losses, gradients, forward);
    }

    private Graph traceStep() {
        Graph g = new Graph(true);
        Batch batch = traceBatch(g);
        Map<State, Tensor> gradients = new HashMap<>();
        for (int i = 0; i < objectives.size(); i++) {
            Map<State, Tensor> own = batch.gradients.get(i);
            if (accumulate > 1) {
                own.replaceAll((p, gradient) -> take(g, sums.get(p), gradient));
            }
            if (largestNorm > 0) {
                List<Tensor> all = List.copyOf(own.values());
                Tensor norm = Optimizer.norm(all);
                Iterator<Tensor> clipped = Optimizer.clip(all, norm, largestNorm).iterator();
                own.replaceAll((_, _) -> clipped.next());
                g.output(norm(i), norm);
            }
            gradients.putAll(own);
            Tensor loss = batch.losses.get(i);
            g.output(loss(i), accumulate > 1 ? take(g, lossSums.get(i), loss) : loss);
        }
        int count = optimizer.numberCount();
        Tensor numbers = g.input(NUMBERS, DType.F32, count + 1);
        List<Tensor> inOrder = optimizer.parameters().stream().map(gradients::get).toList();
        optimizer.update(g, inOrder, numbers.slice(0, 0, count));
        if (ema != null) {
            ema.update(g, numbers.slice(0, count, count + 1));
        }
        return finish(g, batch.forward);
    }

    private static String loss(int objective) {
        return "loss." + objective;
    }

    private static String norm(int objective) {
        return "norm." + objective;
    }

    /** The mean over the step's batches, of which this is the last; the sum begins anew. */
    private Tensor take(Graph g, State sum, Tensor last) {
        Tensor mean = g.read(sum).add(last).mul(1.0 / accumulate);
        g.assign(sum, mean.like(0));
        return mean;
    }

    private Graph traceAccumulation() {
        Graph g = new Graph(true);
        Batch batch = traceBatch(g);
        for (Tensor loss : batch.losses) {
            State sum = new State("sum.loss", DType.F32, Shape.SCALAR);
            lossSums.add(sum);
            g.assign(sum, g.read(sum).add(loss));
        }
        batch.gradients.forEach(own -> own.forEach((p, gradient) -> {
            State sum = sums.get(p);
            g.assign(sum, g.read(sum).add(gradient));
        }));
        return finish(g, batch.forward);
    }

    private Graph finish(Graph g, int forward) {
        return recompute ? Checkpointing.apply(g, forward, task::segment) : g;
    }

    /**
     * Does step {@code number}, from 0.
     *
     * @param factor of the learning rates
     * @return the mean loss of its batches, before the update, by the first objective
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
        return step.output(loss(0)).scalar();
    }

    /** √Σ g² over the first objective's gradients in the last step, before clipping; NaN if they are not clipped. */
    double gradientNorm() {
        return largestNorm > 0 ? step.output(norm(0)).scalar() : Double.NaN;
    }

    /** The last step's mean losses by the other objectives, by their names. */
    Map<String, Double> otherLosses() {
        Map<String, Double> losses = new LinkedHashMap<>();
        for (int i = 1; i < objectives.size(); i++) {
            losses.put(objectives.get(i), (double) step.output(loss(i)).scalar());
        }
        return losses;
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

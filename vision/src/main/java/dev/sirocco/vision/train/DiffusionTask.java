package dev.sirocco.vision.train;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.sample.DiffusionLoss;
import dev.sirocco.models.train.Task;
import dev.sirocco.models.train.WindowOrder;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network that makes pictures, or their latents, of what it is told. One time in ten it is told nothing, so that it
 * can be guided later (Ho and Salimans 2022, section 3.2).
 */
public final class DiffusionTask implements Task {

    private static final double UNTOLD = 0.1;

    /** A network that is told what to show. */
    @FunctionalInterface
    public interface Network {

        /**
         * @param x noisy (N, C, H, W)
         * @param time F32 (N)
         * @param told I32 (N, length): a class or the tokens of a caption
         */
        Tensor predict(Tensor x, Tensor time, Tensor told);
    }

    /**
     * Pictures or latents and what they show.
     *
     * @param clean each (C, H, W), of a deviation near 1
     * @param told for each a class or the tokens of a caption, all of one length
     */
    public record Samples(List<float[]> clean, List<int[]> told) {}

    private final Network network;
    private final Parameters parameters;
    private final DiffusionLoss loss;
    private final Shape shape;
    private final Samples training;
    private final Samples validation;
    private final int[] nothing;
    private final int batch;
    private final long seed;
    private final WindowOrder order;

    /**
     * @param shape of a sample, (C, H, W)
     * @param validation may be empty
     * @param nothing what a network is told that is told nothing
     */
    public DiffusionTask(Network network, Parameters parameters, DiffusionLoss loss, Shape shape, Samples training,
            Samples validation, int[] nothing, int batch, long seed) {
        this.network = network;
        this.parameters = parameters;
        this.loss = loss;
        this.shape = shape;
        this.training = training;
        this.validation = validation;
        this.nothing = nothing;
        this.batch = batch;
        this.seed = seed;
        order = new WindowOrder(training.clean.size() + 1, 1, seed);
    }

    @Override
    public Tensor loss(Graph g) {
        Tensor clean = g.input("clean", DType.F32, batch, shape.dim(0), shape.dim(1), shape.dim(2));
        Tensor told = g.input("told", DType.I32, batch, nothing.length);
        return loss.of((x, time) -> network.predict(x, time, told), clean);
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public void fill(Program program, long number) {
        float[][] clean = new float[batch][];
        int[][] told = new int[batch][];
        for (int row = 0; row < batch; row++) {
            long sample = number * batch + row;
            int item = order.start(sample);
            boolean isUntold = new SplittableRandom(seed + sample).nextDouble() < UNTOLD;
            clean[row] = training.clean.get(item);
            told[row] = isUntold ? nothing : training.told.get(item);
        }
        fill(program, clean, told);
    }

    private void fill(Program program, float[][] clean, int[][] told) {
        int size = Math.toIntExact(shape.numel());
        float[] allClean = new float[batch * size];
        int[] allTold = new int[batch * nothing.length];
        for (int row = 0; row < batch; row++) {
            System.arraycopy(clean[row], 0, allClean, row * size, size);
            System.arraycopy(told[row], 0, allTold, row * nothing.length, nothing.length);
        }
        program.input("clean").set(allClean);
        program.input("told").set(allTold);
    }

    /** Pictures of what was learned go on getting better when the loss on what was not has stopped falling. */
    @Override
    public boolean isLatestBest() {
        return true;
    }

    @Override
    public double units() {
        return batch;
    }

    @Override
    public String unit() {
        return "pictures";
    }

    @Override
    public int validationBatches() {
        return Math.ceilDiv(validation.clean.size(), batch);
    }

    /** Where the validation samples are over, the batch is filled up with the first ones. */
    @Override
    public double fillValidation(Program program, int number) {
        int count = validation.clean.size();
        float[][] clean = new float[batch][];
        int[][] told = new int[batch][];
        for (int row = 0; row < batch; row++) {
            int item = (number * batch + row) % count;
            clean[row] = validation.clean.get(item);
            told[row] = validation.told.get(item);
        }
        fill(program, clean, told);
        return Math.min(batch, count - number * batch);
    }
}

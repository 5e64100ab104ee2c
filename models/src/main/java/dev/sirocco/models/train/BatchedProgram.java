package dev.sirocco.models.train;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** A network of one input that is run on any number of samples, a batch at a time. */
public final class BatchedProgram implements AutoCloseable {

    private static final String INPUT = "samples";
    private static final String OUTPUT = "results";

    private final Program program;
    private final int batch;
    private final int size;

    /** Puts a sample into its row of the batch. */
    @FunctionalInterface
    private interface Row {
        void fill(int sample, int offset);
    }

    /**
     * @param network (N, …) → (N, …)
     * @param batch   the N that it is compiled for
     * @param type    of the samples, F32 or I32
     * @param sample  the shape of one
     */
    public BatchedProgram(UnaryOperator<Tensor> network, int batch, DType type, Shape sample, Executor executor) {
        this.batch = batch;
        size = Math.toIntExact(sample.numel());
        Graph g = new Graph();
        g.output(OUTPUT, network.apply(g.input(INPUT, type, Shape.of(batch).concat(sample))));
        program = g.compile(executor);
    }

    /** The network's result for each sample. */
    public float[][] ofFloats(List<float[]> samples) {
        float[] input = new float[batch * size];
        return run(samples.size(), (sample, offset) -> System.arraycopy(samples.get(sample), 0, input, offset, size),
                () -> program.input(INPUT).set(input));
    }

    /** As {@link #ofFloats}, for samples of integers. */
    public float[][] ofInts(List<int[]> samples) {
        int[] input = new int[batch * size];
        return run(samples.size(), (sample, offset) -> System.arraycopy(samples.get(sample), 0, input, offset, size),
                () -> program.input(INPUT).set(input));
    }

    private float[][] run(int count, Row row, Runnable setInput) {
        float[][] results = new float[count][];
        for (int first = 0; first < count; first += batch) {
            int n = Math.min(batch, count - first);
            for (int i = 0; i < n; i++) {
                row.fill(first + i, i * size);
            }
            setInput.run();
            program.run();
            float[] all = program.output(OUTPUT).floats();
            int length = all.length / batch;
            for (int i = 0; i < n; i++) {
                results[first + i] = Arrays.copyOfRange(all, i * length, (i + 1) * length);
            }
        }
        return results;
    }

    @Override
    public void close() {
        program.close();
    }
}

package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.upTo;

import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.RmsNorm;
import dev.sirocco.tensor.ir.Node;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link LayerNorm} and {@link RmsNorm}: x (…, C), weight (C), perhaps bias (C) → (…, C).
 *
 * @param centred whether the mean is taken off first
 */
record RowNorm(boolean centred, double eps) implements KernelFactory {

    static RowNorm of(LayerNorm op) {
        return new RowNorm(true, op.eps());
    }

    static RowNorm of(RmsNorm op) {
        return new RowNorm(false, op.eps());
    }

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        View x = in.get(0);
        int n = x.shape().dim(-1);
        long rows = n == 0 ? 0 : x.shape().numel() / n;
        long bias = in.size() > 2 ? in.get(2).address() : 0;
        Chunks chunks = Chunks.of(rows, n);
        return new BoundKernel("%s of %d rows of %d".formatted(centred ? "layer norm" : "rms norm", rows, n), workers ->
                workers.run(chunks.count(), (chunk, _) -> {
                    for (int row = chunks.start(chunk); row < chunks.end(chunk); row++) {
                        long at = 4L * row * n;
                        normalise(x.address() + at, in.get(1).address(), bias, out.get(0).address() + at, n);
                    }
                }));
    }

    private void normalise(long x, long weight, long bias, long y, int n) {
        float mean = mean(x, n);
        float scale = inverseDeviation(x, mean, n);
        if (bias == 0) {
            scale(x, scale, weight, y, n);
        } else {
            scaleAndShift(x, mean, scale, weight, bias, y, n);
        }
    }

    float mean(long x, int n) {
        return centred ? Rows.sum(x, n) / n : 0;
    }

    float inverseDeviation(long x, float mean, int n) {
        return (float) (1 / Math.sqrt(Rows.dot(x, mean, x, mean, n) / n + eps));
    }

    /** y = x scale weight. */
    private static void scale(long x, float scale, long weight, long y, int n) {
        FloatVector s = broadcast(scale);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            long j = 4L * i;
            store(y + j, load(x + j).mul(s).mul(load(weight + j)));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            store(y + j, load(x + j, rest).mul(s).mul(load(weight + j, rest)), rest);
        }
    }

    /** y = (x - mean) scale weight + bias. */
    private static void scaleAndShift(long x, float mean, float scale, long weight, long bias, long y, int n) {
        FloatVector m = broadcast(mean), s = broadcast(scale);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            long j = 4L * i;
            store(y + j, load(x + j).sub(m).mul(s).fma(load(weight + j), load(bias + j)));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            store(y + j, load(x + j, rest).sub(m).mul(s).fma(load(weight + j, rest), load(bias + j, rest)), rest);
        }
    }
}

package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.upTo;
import static dev.sirocco.tensor.exec.vector.Floats.zeros;

import dev.sirocco.tensor.fast.TimeConvolution;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link TimeConvolution} and its {@link Backward}: rows of channels are added up, each times a row of weights. With
 * y[t] = Σ w[j] x[t + o[j]]: dx[t] = Σ w[j] dy[t - o[j]] and dw[j] = Σ dy[t] x[t + o[j]].
 */
record TimeConvolutionKernel(TimeConvolution op) implements KernelFactory {

    /** Vectors of channels whose sums are in registers at a time. */
    private static final int AT_ONCE = 4;

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape x = in.get(0).shape();
        int[] ahead = op.offsets(in.get(1).shape().dim(0));
        String name = "time convolution of %s, kernel %d".formatted(x, ahead.length);
        if (!(node.op() instanceof Backward)) {
            Filter filter = new Filter(x.dim(1), x.dim(2), ahead);
            return new BoundKernel(name, workers ->
                    filter.run(workers, x.dim(0), in.get(0).address(), in.get(1).address(), out.get(0).address()));
        }
        Filter adjoint = new Filter(x.dim(1), x.dim(2), Arrays.stream(ahead).map(o -> -o).toArray());
        WeightGradient gradient = out.get(1) == null ? null : new WeightGradient(x, ahead);
        long dy = in.get(3).address();
        return new BoundKernel("gradient of the " + name, workers -> {
            if (out.get(0) != null) {
                adjoint.run(workers, x.dim(0), dy, in.get(1).address(), out.get(0).address());
            }
            if (gradient != null) {
                gradient.run(workers, in.get(0).address(), dy, out.get(1).address());
            }
        });
    }

    /**
     * y[t] = Σ w[j] x[t + ahead[j]] for sequences of {@code times} rows of {@code channels}.
     */
    private record Filter(int times, int channels, int[] ahead) {

        void run(Workers workers, int batch, long x, long w, long y) {
            Chunks chunks = Chunks.of((long) batch * times, (long) channels * ahead.length);
            workers.run(chunks.count(), (chunk, _) -> {
                long[] rows = new long[ahead.length];
                long[] weights = new long[ahead.length];
                for (int row = chunks.start(chunk); row < chunks.end(chunk); row++) {
                    int seen = 0;
                    for (int j = 0; j < ahead.length; j++) {
                        int t = row % times + ahead[j];
                        if (t >= 0 && t < times) {
                            rows[seen] = x + 4L * channels * (row + ahead[j]);
                            weights[seen++] = w + 4L * channels * j;
                        }
                    }
                    addUp(rows, weights, seen, y + 4L * channels * row, channels);
                }
            });
        }
    }

    private static void addUp(long[] rows, long[] weights, int count, long y, int n) {
        int i = 0;
        for (; i <= n - AT_ONCE * LANES; i += AT_ONCE * LANES) {
            FloatVector s0 = zeros(), s1 = zeros(), s2 = zeros(), s3 = zeros();
            for (int j = 0; j < count; j++) {
                long x = rows[j] + 4L * i;
                long w = weights[j] + 4L * i;
                s0 = load(x).fma(load(w), s0);
                s1 = load(x + VECTOR).fma(load(w + VECTOR), s1);
                s2 = load(x + 2 * VECTOR).fma(load(w + 2 * VECTOR), s2);
                s3 = load(x + 3 * VECTOR).fma(load(w + 3 * VECTOR), s3);
            }
            store(y + 4L * i, s0);
            store(y + 4L * i + VECTOR, s1);
            store(y + 4L * i + 2 * VECTOR, s2);
            store(y + 4L * i + 3 * VECTOR, s3);
        }
        for (; i < n; i += LANES) {
            VectorMask<Float> mask = upTo(i, n);
            FloatVector sum = zeros();
            for (int j = 0; j < count; j++) {
                sum = load(rows[j] + 4L * i, mask).fma(load(weights[j] + 4L * i, mask), sum);
            }
            store(y + 4L * i, sum, mask);
        }
    }

    /** Sums over the rows of each chunk, then over the chunks. */
    private static final class WeightGradient {

        private final int times;
        private final int channels;
        private final int[] ahead;
        private final Chunks chunks;
        private final MemorySegment partial;

        WeightGradient(Shape x, int[] ahead) {
            this.times = x.dim(1);
            this.channels = x.dim(2);
            this.ahead = ahead;
            this.chunks = Chunks.of((long) x.dim(0) * times, (long) channels * ahead.length);
            this.partial = Storage.allocate(4L * ahead.length * channels * chunks.count());
        }

        void run(Workers workers, long x, long dy, long dw) {
            int size = ahead.length * channels;
            workers.run(chunks.count(), (chunk, _) -> {
                long sums = partial.address() + 4L * chunk * size;
                Rows.clear(sums, size);
                int row = chunks.start(chunk);
                while (row < chunks.end(chunk)) {
                    int end = Math.min(chunks.end(chunk), row - row % times + times);         // of the same sequence
                    for (int j = 0; j < ahead.length; j++) {
                        int first = Math.max(row, row - row % times - ahead[j]);
                        int last = Math.min(end, row - row % times + times - ahead[j]);
                        addProducts(x + 4L * channels * ahead[j], dy, first, last, sums + 4L * channels * j, channels);
                    }
                    row = end;
                }
            });
            new Partials(partial.address(), chunks.count(), size).add(workers, 0, size, dw);
        }
    }

    /** sums += Σ a[row] b[row] over some rows of n. */
    private static void addProducts(long a, long b, int first, int last, long sums, int n) {
        for (int i = 0; i < n; i += LANES) {
            VectorMask<Float> mask = upTo(i, n);
            FloatVector sum = load(sums + 4L * i, mask);
            for (int row = first; row < last; row++) {
                long at = 4L * ((long) row * n + i);
                sum = load(a + at, mask).fma(load(b + at, mask), sum);
            }
            store(sums + 4L * i, sum, mask);
        }
    }
}

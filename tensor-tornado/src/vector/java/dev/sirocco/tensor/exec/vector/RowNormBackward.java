package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.upTo;

import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The gradient of {@link RowNorm}: x (…, C), weight (C), perhaps bias (C), y, dy (…, C) → dx, dweight, perhaps dbias.
 * With x̂ = (x - mean) / deviation and g = dy · weight: dx = (g - mean(g) - x̂ mean(g x̂)) / deviation, dweight = Σ dy
 * x̂ and dbias = Σ dy over the rows.
 */
record RowNormBackward(RowNorm norm) implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        View x = in.get(0);
        int n = x.shape().dim(-1);
        long rows = n == 0 ? 0 : x.shape().numel() / n;
        return new Bound(x.address(), in.get(1).address(), in.getLast().address(),
                BoundKernel.address(out.get(0)), BoundKernel.address(out.get(1)),
                out.size() > 2 ? BoundKernel.address(out.get(2)) : 0, n, Chunks.of(rows, n));
    }

    private final class Bound implements Kernel {

        private final long x;
        private final long weight;
        private final long dy;
        private final long dx;
        private final long dWeight;
        private final long dBias;
        private final int n;
        private final Chunks chunks;
        private final float[] means;
        /** One over the deviation of each row. */
        private final float[] scales;
        /** The sums over the rows of each chunk: for dweight, then for dbias. */
        private final MemorySegment partial;

        Bound(long x, long weight, long dy, long dx, long dWeight, long dBias, int n, Chunks chunks) {
            this.x = x;
            this.weight = weight;
            this.dy = dy;
            this.dx = dx;
            this.dWeight = dWeight;
            this.dBias = dBias;
            this.n = n;
            this.chunks = chunks;
            this.means = new float[chunks.total()];
            this.scales = new float[chunks.total()];
            this.partial = Storage.allocate(8L * n * chunks.count());
        }

        @Override
        public void run(Workers workers) {
            workers.run(chunks.count(), new Passes(this::statistics, this::inputGradients, this::parameterGradients));
            Partials sums = new Partials(partial.address(), chunks.count(), 2 * n);
            sums.add(workers, 0, n, dWeight);
            sums.add(workers, n, n, dBias);
        }

        private void statistics(int chunk, int worker) {
            for (int row = chunks.start(chunk); row < chunks.end(chunk); row++) {
                means[row] = norm.mean(x + 4L * row * n, n);
                scales[row] = norm.inverseDeviation(x + 4L * row * n, means[row], n);
            }
        }

        private void inputGradients(int chunk, int worker) {
            for (int row = chunks.start(chunk); dx != 0 && row < chunks.end(chunk); row++) {
                long at = 4L * row * n;
                float scale = scales[row];
                float alongScale = dot3(dy + at, weight, x + at, means[row], n) * scale * scale / n;
                float alongMean = norm.centred() ? Rows.dot(dy + at, 0, weight, 0, n) / n : 0;
                writeGradient(dy + at, weight, alongMean, x + at, means[row], alongScale, scale, dx + at, n);
            }
        }

        private void parameterGradients(int chunk, int worker) {
            long weightSums = partial.address() + 8L * n * chunk;
            Rows.clear(weightSums, 2 * n);
            for (int row = chunks.start(chunk); row < chunks.end(chunk); row++) {
                long at = 4L * row * n;
                addParameterGradients(x + at, means[row], scales[row], dy + at, weightSums, weightSums + 4L * n, n);
            }
        }

        @Override
        public String describe() {
            return "gradient of the norm of %d rows of %d".formatted(chunks.total(), n);
        }
    }

    /** Σ dy weight (x - mean). */
    private static float dot3(long dy, long weight, long x, float mean, int n) {
        FloatVector s0 = Floats.zeros(), s1 = Floats.zeros(), m = broadcast(mean);
        int i = 0;
        for (; i <= n - 2 * LANES; i += 2 * LANES) {
            long j = 4L * i;
            s0 = load(dy + j).mul(load(weight + j)).fma(load(x + j).sub(m), s0);
            j += Floats.VECTOR;
            s1 = load(dy + j).mul(load(weight + j)).fma(load(x + j).sub(m), s1);
        }
        for (; i < n; i += LANES) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            s0 = load(dy + j, rest).mul(load(weight + j, rest)).fma(load(x + j, rest).sub(m), s0);
        }
        return Floats.sum(s0.add(s1));
    }

    /** dx = (dy weight - a - (x - mean) b) scale. */
    private static void writeGradient(long dy, long weight, float a, long x, float mean, float b, float scale,
                                      long dx, int n) {
        FloatVector va = broadcast(a), vm = broadcast(mean), vb = broadcast(-b), vs = broadcast(scale);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            long j = 4L * i;
            FloatVector g = load(dy + j).mul(load(weight + j)).sub(va);
            store(dx + j, load(x + j).sub(vm).fma(vb, g).mul(vs));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            FloatVector g = load(dy + j, rest).mul(load(weight + j, rest)).sub(va);
            store(dx + j, load(x + j, rest).sub(vm).fma(vb, g).mul(vs), rest);
        }
    }

    /** dWeight += dy (x - mean) scale, dBias += dy. */
    private static void addParameterGradients(long x, float mean, float scale, long dy, long dWeight, long dBias,
            int n) {
        FloatVector vm = broadcast(mean), vs = broadcast(scale);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            long j = 4L * i;
            FloatVector g = load(dy + j);
            store(dWeight + j, load(x + j).sub(vm).mul(vs).fma(g, load(dWeight + j)));
            store(dBias + j, g.add(load(dBias + j)));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            FloatVector g = load(dy + j, rest);
            store(dWeight + j, load(x + j, rest).sub(vm).mul(vs).fma(g, load(dWeight + j, rest)), rest);
            store(dBias + j, g.add(load(dBias + j, rest)), rest);
        }
    }
}

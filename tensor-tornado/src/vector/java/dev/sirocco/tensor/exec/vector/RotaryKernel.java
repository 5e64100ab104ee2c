package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.upTo;

import dev.sirocco.tensor.fast.Rotary;
import dev.sirocco.tensor.ir.Node;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * {@link Rotary}: x (B, T, H, D), cos and sin (T, D/2) → y (B, T, H, D), each pair of elements turned by the angle of
 * its place; and its gradient x, cos, sin, y, dy → dx, dcos, dsin, which turns dy back.
 */
record RotaryKernel(Rotary op, boolean backward) implements KernelFactory {

    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(S, 0), ODD = VectorShuffle.makeUnzip(S, 1);
    private static final VectorShuffle<Float> FIRST = VectorShuffle.makeZip(S, 0), SECOND = VectorShuffle.makeZip(S, 1);

    @Override
    public boolean accepts(Node node, int operand, View view) {
        return AttentionOperands.accepts(view);
    }

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        View x = backward ? in.getLast() : in.getFirst();
        Table table = new Table(in.get(1).address(), in.get(2).address(), x.shape().dim(3) / 2, op.interleaved());
        int times = x.shape().dim(1);
        int heads = x.shape().dim(2);
        long target = BoundKernel.address(out.getFirst());
        Chunks rows = Chunks.of((long) x.shape().dim(0) * times, (long) heads * x.shape().dim(3));
        String what = "rotary embedding of " + x.shape();
        return new BoundKernel(backward ? "gradient of " + what : what, workers -> {
            if (target != 0) {
                workers.run(rows.count(), (chunk, _) -> {
                    for (int row = rows.start(chunk); row < rows.end(chunk); row++) {
                        for (int head = 0; head < heads; head++) {
                            table.turn(AttentionOperands.at(x, row / times, row % times, head), row % times,
                                    backward ? -1 : 1, target + 8L * table.half * ((long) row * heads + head));
                        }
                    }
                });
            }
            if (backward) {
                tableGradient(workers, in.getFirst(), x, table, BoundKernel.address(out.get(1)),
                        BoundKernel.address(out.get(2)));
            }
        });
    }

    /** The angles' gradients: dcos = Σ x · dy and dsin = Σ x × dy over sequences and heads. */
    private void tableGradient(Workers workers, View x, View dy, Table table, long dCos, long dSin) {
        if (dCos == 0 && dSin == 0) {
            return;
        }
        int pairStep = op.interleaved() ? 2 : 1;
        long partner = op.interleaved() ? 4 : 4L * table.half;
        workers.run(x.shape().dim(1), (t, _) -> {
            for (int pair = 0; pair < table.half; pair++) {
                double along = 0;
                double across = 0;
                for (int b = 0; b < x.shape().dim(0); b++) {
                    for (int h = 0; h < x.shape().dim(2); h++) {
                        long atX = AttentionOperands.at(x, b, t, h) + 4L * pairStep * pair;
                        long atDy = AttentionOperands.at(dy, b, t, h) + 4L * pairStep * pair;
                        float x0 = Memory.f32(atX), x1 = Memory.f32(atX + partner);
                        float dy0 = Memory.f32(atDy), dy1 = Memory.f32(atDy + partner);
                        along += (double) x0 * dy0 + (double) x1 * dy1;
                        across += (double) x0 * dy1 - (double) x1 * dy0;
                    }
                }
                long at = 4L * (t * table.half + pair);
                put(dCos, at, along);
                put(dSin, at, across);
            }
        });
    }

    private static void put(long output, long at, double value) {
        if (output != 0) {
            Memory.f32(output + at, (float) value);
        }
    }

    /** Cosines and sines (T, half). */
    private record Table(long cos, long sin, int half, boolean interleaved) {

        /** Turns one row of pairs, forwards (1) or back (-1). */
        void turn(long x, int t, float direction, long y) {
            long at = 4L * t * half;
            if (interleaved) {
                turnNeighbours(x, cos + at, sin + at, half, direction, y);
            } else {
                turnHalves(x, cos + at, sin + at, half, direction, y);
            }
        }

        private static void turnHalves(long x, long cos, long sin, int half, float direction, long y) {
            long partner = 4L * half;
            for (int i = 0; i < half; i += LANES) {
                VectorMask<Float> mask = upTo(i, half);
                long j = 4L * i;
                FloatVector a = load(x + j, mask), b = load(x + partner + j, mask);
                FloatVector c = load(cos + j, mask), s = load(sin + j, mask).mul(direction);
                store(y + j, a.mul(c).sub(b.mul(s)), mask);
                store(y + partner + j, b.mul(c).add(a.mul(s)), mask);
            }
        }

        private static void turnNeighbours(long x, long cos, long sin, int half, float direction, long y) {
            int i = 0;
            for (; i <= half - LANES; i += LANES) {
                FloatVector left = load(x + 8L * i), right = load(x + 8L * i + VECTOR);
                FloatVector a = left.rearrange(EVEN, right), b = left.rearrange(ODD, right);
                FloatVector c = load(cos + 4L * i), s = load(sin + 4L * i).mul(direction);
                FloatVector turnedA = a.mul(c).sub(b.mul(s)), turnedB = b.mul(c).add(a.mul(s));
                store(y + 8L * i, turnedA.rearrange(FIRST, turnedB));
                store(y + 8L * i + VECTOR, turnedA.rearrange(SECOND, turnedB));
            }
            for (; i < half; i++) {
                float a = Memory.f32(x + 8L * i), b = Memory.f32(x + 8L * i + 4);
                float c = Memory.f32(cos + 4L * i), s = Memory.f32(sin + 4L * i) * direction;
                Memory.f32(y + 8L * i, a * c - b * s);
                Memory.f32(y + 8L * i + 4, b * c + a * s);
            }
        }
    }
}

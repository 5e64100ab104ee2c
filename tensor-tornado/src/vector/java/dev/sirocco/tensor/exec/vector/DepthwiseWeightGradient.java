package dev.sirocco.tensor.exec.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** The gradient of a depthwise convolution along its weights: for every channel, over the images in their order. */
final class DepthwiseWeightGradient implements Product {

    /** Taps whose sums are in registers at a time. */
    private static final int AT_ONCE = 8;

    private final ConvolutionShape shape;
    private final Plane plane;
    /** Elements from a line of dy's copy to the next: whole vectors, zeros behind. */
    private final int line;
    private final int[] offsets;

    DepthwiseWeightGradient(ConvolutionShape shape) {
        this.shape = shape;
        this.plane = new Plane(Taps.forward(shape));
        this.line = plane.lineVectors * Floats.LANES;
        this.offsets = Arrays.copyOf(plane.tapOffset, Gemm.roundUp(shape.taps(), AT_ONCE));
    }

    @Override
    public void run(Workers workers, long x, long dy, long dw) {
        int sums = RowTiles.START;
        int gradient = sums + offsets.length * Floats.LANES;
        int copy = gradient + plane.lines * line;
        workers.run(shape.channels(), (channel, worker) -> {
            float[] own = RowTiles.own(workers, worker, copy + plane.size());
            Arrays.fill(own, sums, copy, 0);
            for (int image = 0; image < shape.n(); image++) {
                long item = (long) image * shape.channels() + channel;
                plane.fill(x + 4L * item * shape.in().volume(), own, copy, 0);
                copyLines(dy + 4L * item * shape.out().volume(), own, gradient);
                for (int t = 0; t < offsets.length; t += AT_ONCE) {
                    add(own, copy, gradient, t, sums + t * Floats.LANES);
                }
            }
            for (int t = 0; t < shape.taps(); t++) {
                Memory.f32(dw + 4L * ((long) channel * shape.taps() + t), sum(own, sums + t * Floats.LANES));
            }
        });
    }

    /** The elements behind a line stay zero. */
    private void copyLines(long dy, float[] own, int gradient) {
        int width = shape.out().w();
        for (int i = 0; i < plane.lines; i++) {
            MemorySegment.copy(Memory.ALL, Memory.FLOAT, dy + 4L * i * width, own, gradient + i * line, width);
        }
    }

    private void add(float[] m, int copy, int gradient, int t, int sums) {
        int o0 = offsets[t];
        int o1 = offsets[t + 1];
        int o2 = offsets[t + 2];
        int o3 = offsets[t + 3];
        int o4 = offsets[t + 4];
        int o5 = offsets[t + 5];
        int o6 = offsets[t + 6];
        int o7 = offsets[t + 7];
        FloatVector s0 = RowTiles.at(m, sums);
        FloatVector s1 = RowTiles.at(m, sums + Floats.LANES);
        FloatVector s2 = RowTiles.at(m, sums + 2 * Floats.LANES);
        FloatVector s3 = RowTiles.at(m, sums + 3 * Floats.LANES);
        FloatVector s4 = RowTiles.at(m, sums + 4 * Floats.LANES);
        FloatVector s5 = RowTiles.at(m, sums + 5 * Floats.LANES);
        FloatVector s6 = RowTiles.at(m, sums + 6 * Floats.LANES);
        FloatVector s7 = RowTiles.at(m, sums + 7 * Floats.LANES);
        for (int i = 0; i < plane.lines; i++) {
            int x = copy + plane.line(i);
            int g = gradient + i * line;
            for (int v = 0; v < line; v += Floats.LANES) {
                FloatVector dy = RowTiles.at(m, g + v);
                s0 = dy.fma(RowTiles.at(m, x + v + o0), s0);
                s1 = dy.fma(RowTiles.at(m, x + v + o1), s1);
                s2 = dy.fma(RowTiles.at(m, x + v + o2), s2);
                s3 = dy.fma(RowTiles.at(m, x + v + o3), s3);
                s4 = dy.fma(RowTiles.at(m, x + v + o4), s4);
                s5 = dy.fma(RowTiles.at(m, x + v + o5), s5);
                s6 = dy.fma(RowTiles.at(m, x + v + o6), s6);
                s7 = dy.fma(RowTiles.at(m, x + v + o7), s7);
            }
        }
        s0.intoArray(m, sums);
        s1.intoArray(m, sums + Floats.LANES);
        s2.intoArray(m, sums + 2 * Floats.LANES);
        s3.intoArray(m, sums + 3 * Floats.LANES);
        s4.intoArray(m, sums + 4 * Floats.LANES);
        s5.intoArray(m, sums + 5 * Floats.LANES);
        s6.intoArray(m, sums + 6 * Floats.LANES);
        s7.intoArray(m, sums + 7 * Floats.LANES);
    }

    /** Of a vector's elements, always in the same order. */
    private static float sum(float[] m, int vector) {
        float sum = 0;
        for (int i = 0; i < Floats.LANES; i++) {
            sum += m[vector + i];
        }
        return sum;
    }
}

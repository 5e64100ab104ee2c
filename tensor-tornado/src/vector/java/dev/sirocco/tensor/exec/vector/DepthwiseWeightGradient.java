package dev.sirocco.tensor.exec.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** The gradient of a depthwise convolution along its weights: for every channel, over the images in their order. */
final class DepthwiseWeightGradient implements Product {

    private static final int OWN = 2;
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
        this.line = plane.lineVectors * Lanes.COUNT;
        this.offsets = Arrays.copyOf(plane.tapOffset, Gemm.roundUp(shape.taps(), AT_ONCE));
    }

    @Override
    public void run(Workers workers, long x, long dy, long dw) {
        long sumBytes = (long) offsets.length * Lanes.BYTES;
        long gradientBytes = 4L * plane.lines * line;
        workers.run(shape.channels(), (channel, worker) -> {
            long sums = workers.scratch(worker, OWN, sumBytes + gradientBytes + plane.bytes());
            long gradient = sums + sumBytes;
            long copy = gradient + gradientBytes;
            for (int t = 0; t < offsets.length; t++) {
                Lanes.put(sums + (long) t * Lanes.BYTES, FloatVector.zero(Lanes.F32));
            }
            for (int image = 0; image < shape.n(); image++) {
                long item = (long) image * shape.channels() + channel;
                plane.fill(x + 4L * item * shape.in().volume(), copy, 0);
                copyLines(dy + 4L * item * shape.out().volume(), gradient);
                for (int t = 0; t < offsets.length; t += AT_ONCE) {
                    add(copy, gradient, t, sums + (long) t * Lanes.BYTES);
                }
            }
            for (int t = 0; t < shape.taps(); t++) {
                Memory.f32(dw + 4L * ((long) channel * shape.taps() + t), Panel.sum(Lanes.floats(sums + (long) t * Lanes.BYTES)));
            }
        });
    }

    private void copyLines(long dy, long gradient) {
        int width = shape.out().w();
        for (int i = 0; i < plane.lines; i++) {
            Lanes.put(gradient + 4L * ((long) i * line + line - Lanes.COUNT), FloatVector.zero(Lanes.F32));
            MemorySegment.copy(Memory.ALL, dy + 4L * i * width, Memory.ALL, gradient + 4L * i * line, 4L * width);
        }
    }

    private void add(long copy, long gradient, int t, long sums) {
        long o0 = 4L * offsets[t], o1 = 4L * offsets[t + 1], o2 = 4L * offsets[t + 2], o3 = 4L * offsets[t + 3];
        long o4 = 4L * offsets[t + 4], o5 = 4L * offsets[t + 5], o6 = 4L * offsets[t + 6], o7 = 4L * offsets[t + 7];
        FloatVector s0 = Lanes.floats(sums), s1 = Lanes.floats(sums + Lanes.BYTES);
        FloatVector s2 = Lanes.floats(sums + 2 * Lanes.BYTES), s3 = Lanes.floats(sums + 3 * Lanes.BYTES);
        FloatVector s4 = Lanes.floats(sums + 4 * Lanes.BYTES), s5 = Lanes.floats(sums + 5 * Lanes.BYTES);
        FloatVector s6 = Lanes.floats(sums + 6 * Lanes.BYTES), s7 = Lanes.floats(sums + 7 * Lanes.BYTES);
        for (int i = 0; i < plane.lines; i++) {
            long x = copy + plane.line(i);
            long g = gradient + 4L * i * line;
            for (int v = 0; v < plane.lineVectors; v++) {
                FloatVector dy = Lanes.floats(g);
                s0 = dy.fma(Lanes.floats(x + o0), s0);
                s1 = dy.fma(Lanes.floats(x + o1), s1);
                s2 = dy.fma(Lanes.floats(x + o2), s2);
                s3 = dy.fma(Lanes.floats(x + o3), s3);
                s4 = dy.fma(Lanes.floats(x + o4), s4);
                s5 = dy.fma(Lanes.floats(x + o5), s5);
                s6 = dy.fma(Lanes.floats(x + o6), s6);
                s7 = dy.fma(Lanes.floats(x + o7), s7);
                x += Lanes.BYTES;
                g += Lanes.BYTES;
            }
        }
        Lanes.put(sums, s0);
        Lanes.put(sums + Lanes.BYTES, s1);
        Lanes.put(sums + 2 * Lanes.BYTES, s2);
        Lanes.put(sums + 3 * Lanes.BYTES, s3);
        Lanes.put(sums + 4 * Lanes.BYTES, s4);
        Lanes.put(sums + 5 * Lanes.BYTES, s5);
        Lanes.put(sums + 6 * Lanes.BYTES, s6);
        Lanes.put(sums + 7 * Lanes.BYTES, s7);
    }

    /** Of a vector's elements, always in the same order. */
    private static float sum(long vector) {
        float sum = 0;
        for (int i = 0; i < Lanes.COUNT; i++) {
            sum += Memory.f32(vector + 4L * i);
        }
        return sum;
    }
}

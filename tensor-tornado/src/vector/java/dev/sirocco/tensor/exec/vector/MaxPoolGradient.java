package dev.sirocco.tensor.exec.vector;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The gradient of the maxima of windows: every place shares its dy among the elements that are equal to its maximum,
 * and every element of x gathers its shares from the places whose windows it is in.
 */
final class MaxPoolGradient {

    private static final int OWN = 2;

    private final ConvolutionShape shape;
    private final Plane windows;
    private final List<Plane> places;

    MaxPoolGradient(ConvolutionShape shape) {
        this.shape = shape;
        this.windows = new Plane(Taps.forward(shape));
        this.places = Taps.adjoint(shape).stream().map(Plane::new).toList();
    }

    ConvolutionShape shape() {
        return shape;
    }

    void run(Workers workers, long x, long y, long dy, long dx) {
        int volumeX = shape.in().volume();
        int volumeY = shape.out().volume();
        long room = Math.max(windows.bytes(), places.stream().mapToLong(Plane::bytes).max().orElse(0));
        long shareBytes = 4L * Gemm.roundUp(volumeY, Lanes.COUNT);
        workers.run(shape.n() * shape.channels(), (part, worker) -> {
            long spare = workers.scratch(worker, OWN, 2 * Lanes.BYTES + shareBytes + 2 * room);
            long shares = spare + 2 * Lanes.BYTES;
            long copy = shares + shareBytes;
            windows.fill(x + 4L * part * volumeX, copy, Float.NEGATIVE_INFINITY);
            share(copy, y + 4L * part * volumeY, dy + 4L * part * volumeY, shares, spare);
            for (Plane phase : places) {
                phase.fill(y + 4L * part * volumeY, copy, Float.NaN);
                phase.fill(shares, copy + room, 0);
                collect(phase, x + 4L * part * volumeX, copy, copy + room, dx + 4L * part * volumeX, spare);
            }
        });
    }

    private void share(long copy, long y, long dy, long shares, long spare) {
        for (int line = 0; line < windows.lines; line++) {
            for (int v = 0; v < windows.lineVectors; v++) {
                FloatVector largest = windows.get(y, line, v * Lanes.COUNT, spare);
                FloatVector count = FloatVector.zero(Lanes.F32);
                long window = copy + windows.line(line) + (long) v * Lanes.BYTES;
                for (int t = 0; t < windows.tapOffset.length; t++) {
                    VectorMask<Float> equal = Lanes.floats(window + 4L * windows.tapOffset[t]).compare(VectorOperators.EQ, largest);
                    count = count.add(1f, equal);
                }
                FloatVector share = windows.get(dy, line, v * Lanes.COUNT, spare).div(count);
                windows.put(share, shares, line, v * Lanes.COUNT, spare);
            }
        }
    }

    private void collect(Plane phase, long x, long maxima, long shares, long dx, long spare) {
        for (int line = 0; line < phase.lines; line++) {
            for (int v = 0; v < phase.lineVectors; v++) {
                FloatVector element = phase.get(x, line, v * Lanes.COUNT, spare);
                FloatVector sum = FloatVector.zero(Lanes.F32);
                long from = phase.line(line) + (long) v * Lanes.BYTES;
                for (int t = 0; t < phase.tapOffset.length; t++) {
                    long offset = from + 4L * phase.tapOffset[t];
                    sum = sum.add(Lanes.floats(shares + offset), Lanes.floats(maxima + offset).compare(VectorOperators.EQ, element));
                }
                phase.put(sum, dx, line, v * Lanes.COUNT, spare);
            }
        }
    }
}

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
        int room = Math.max(windows.size(), places.stream().mapToInt(Plane::size).max().orElse(0));
        workers.run(shape.n() * shape.channels(), (part, worker) -> {
            int spare = RowTiles.START;
            int copy = spare + Floats.LANES;
            float[] own = RowTiles.own(workers, worker, copy + 2L * room);
            long shares = workers.scratch(worker, 2, 4L * volumeY);
            windows.fill(x + 4L * part * volumeX, own, copy, Float.NEGATIVE_INFINITY);
            share(own, copy, y + 4L * part * volumeY, dy + 4L * part * volumeY, shares, spare);
            for (Plane phase : places) {
                phase.fill(y + 4L * part * volumeY, own, copy, Float.NaN);
                phase.fill(shares, own, copy + room, 0);
                collect(phase, own, x + 4L * part * volumeX, copy, copy + room, dx + 4L * part * volumeX, spare);
            }
        });
    }

    private void share(float[] own, int copy, long y, long dy, long shares, int spare) {
        for (int line = 0; line < windows.lines; line++) {
            for (int v = 0; v < windows.lineVectors; v++) {
                FloatVector largest = windows.get(y, line, v * Floats.LANES, own, spare);
                FloatVector count = FloatVector.zero(Floats.S);
                int window = copy + windows.line(line) + v * Floats.LANES;
                for (int t = 0; t < windows.tapOffset.length; t++) {
                    VectorMask<Float> equal = RowTiles.at(own, window + windows.tapOffset[t])
                            .compare(VectorOperators.EQ, largest);
                    count = count.add(1f, equal);
                }
                FloatVector share = windows.get(dy, line, v * Floats.LANES, own, spare).div(count);
                windows.put(share, shares, line, v * Floats.LANES, own, spare);
            }
        }
    }

    private void collect(Plane phase, float[] own, long x, int maxima, int shares, long dx, int spare) {
        for (int line = 0; line < phase.lines; line++) {
            for (int v = 0; v < phase.lineVectors; v++) {
                FloatVector element = phase.get(x, line, v * Floats.LANES, own, spare);
                FloatVector sum = FloatVector.zero(Floats.S);
                int from = phase.line(line) + v * Floats.LANES;
                for (int t = 0; t < phase.tapOffset.length; t++) {
                    int offset = from + phase.tapOffset[t];
                    sum = sum.add(RowTiles.at(own, shares + offset),
                            RowTiles.at(own, maxima + offset).compare(VectorOperators.EQ, element));
                }
                phase.put(sum, dx, line, v * Floats.LANES, own, spare);
            }
        }
    }
}

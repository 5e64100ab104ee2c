package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.exec.vector.ConvolutionShape.Spatial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * A correlation without its channels: place j of a grid is the sum over taps t of weight[index[t]] times the source's
 * element {@code j · step + offset[t]}, which is 0 outside the source. The place is the target's element
 * {@code targetStart + j · targetStep}.
 *
 * <p>A convolution is one such correlation; its adjoint is one for each remainder of the target's index modulo the
 * stride, with those taps that reach it.
 */
record Taps(Spatial source, Spatial target, Spatial grid, Spatial step, Spatial targetStart, Spatial targetStep,
        Spatial[] offset, int[] index) {

    static Taps forward(ConvolutionShape s) {
        List<Spatial> offsets = new ArrayList<>();
        for (int d = 0; d < s.kernel().d(); d++) {
            for (int h = 0; h < s.kernel().h(); h++) {
                for (int w = 0; w < s.kernel().w(); w++) {
                    offsets.add(new Spatial(d * s.dilation().d() - s.pad().d(), h * s.dilation().h() - s.pad().h(),
                            w * s.dilation().w() - s.pad().w()));
                }
            }
        }
        int[] index = new int[offsets.size()];
        for (int t = 0; t < index.length; t++) {
            index[t] = t;
        }
        return new Taps(s.in(), s.out(), s.out(), s.stride(), new Spatial(0, 0, 0), new Spatial(1, 1, 1),
                offsets.toArray(new Spatial[0]), index);
    }

    /** The correlations that lead from y to x; their grids partition x. */
    static List<Taps> adjoint(ConvolutionShape s) {
        List<Taps> phases = new ArrayList<>();
        for (int d = 0; d < Math.min(s.stride().d(), s.in().d()); d++) {
            for (int h = 0; h < Math.min(s.stride().h(), s.in().h()); h++) {
                for (int w = 0; w < Math.min(s.stride().w(), s.in().w()); w++) {
                    phases.add(phase(s, new Spatial(d, h, w)));
                }
            }
        }
        return phases;
    }

    /** x[start + j stride] gets w[t] y[q] where q stride + t dilation - pad = start + j stride. */
    private static Taps phase(ConvolutionShape s, Spatial start) {
        List<Spatial> offsets = new ArrayList<>();
        List<Integer> index = new ArrayList<>();
        for (int d = 0; d < s.kernel().d(); d++) {
            for (int h = 0; h < s.kernel().h(); h++) {
                for (int w = 0; w < s.kernel().w(); w++) {
                    int reachD = start.d() + s.pad().d() - d * s.dilation().d();
                    int reachH = start.h() + s.pad().h() - h * s.dilation().h();
                    int reachW = start.w() + s.pad().w() - w * s.dilation().w();
                    if (reachD % s.stride().d() == 0 && reachH % s.stride().h() == 0 && reachW % s.stride().w() == 0) {
                        offsets.add(new Spatial(reachD / s.stride().d(), reachH / s.stride().h(),
                                reachW / s.stride().w()));
                        index.add((d * s.kernel().h() + h) * s.kernel().w() + w);
                    }
                }
            }
        }
        Spatial grid = new Spatial(Math.ceilDiv(s.in().d() - start.d(), s.stride().d()),
                Math.ceilDiv(s.in().h() - start.h(), s.stride().h()),
                Math.ceilDiv(s.in().w() - start.w(), s.stride().w()));
        return new Taps(s.out(), s.in(), grid, new Spatial(1, 1, 1), start, s.stride(), offsets.toArray(new Spatial[0]),
                index.stream().mapToInt(Integer::intValue).toArray());
    }

    int count() {
        return index.length;
    }

    /** Whether the grid is the whole target, in its order. */
    boolean coversTarget() {
        return targetStep.all(1);
    }

    /** The place's element in the target. */
    int element(int place) {
        int w = targetStart.w() + place % grid.w() * targetStep.w();
        int h = targetStart.h() + place / grid.w() % grid.h() * targetStep.h();
        int d = targetStart.d() + place / (grid.w() * grid.h()) * targetStep.d();
        return (d * target.h() + h) * target.w() + w;
    }

    /** The smallest offset along an axis. */
    int lowest(int axis) {
        return Arrays.stream(offset).mapToInt(o -> o.get(axis)).min().orElse(0);
    }

    int highest(int axis) {
        return Arrays.stream(offset).mapToInt(o -> o.get(axis)).max().orElse(0);
    }

    /**
     * Copies what the places from {@code place} on see of the source, a row for each place, and of that the columns
     * {@code from} to {@code to}, where column (t, c) is channel c at tap t. Up to a vector more is written to a row.
     *
     * @param image    where in {@code m} the source's images are, channels-last, at the first of the channels
     * @param pixel    elements from a pixel to the next
     * @param channels the number of channels
     */
    void rows(float[] m, int image, int pixel, int channels, int place, int count, int from, int to, float[] rows,
              int target, int row) {
        int w = place % grid.w();
        int h = place / grid.w() % grid.h();
        int d = place / (grid.w() * grid.h()) % grid.d();
        image += place / grid.volume() * source.volume() * pixel;
        for (int r = 0; r < count; r++) {
            for (int t = from / channels; t * channels < to; t++) {
                int first = Math.max(from - t * channels, 0);
                int last = Math.min(to - t * channels, channels);
                int z = d * step.d() + offset[t].d();
                int y = h * step.h() + offset[t].h();
                int x = w * step.w() + offset[t].w();
                int cell = target + t * channels + first - from;
                boolean inside = z >= 0 && z < source.d() && y >= 0 && y < source.h() && x >= 0 && x < source.w();
                if (inside) {
                    int element = image + ((z * source.h() + y) * source.w() + x) * pixel + first;
                    for (int c = 0; c < last - first; c += Floats.LANES) {
                        RowTiles.at(m, element + c).intoArray(rows, cell + c);
                    }
                } else {
                    for (int c = 0; c < last - first; c += Floats.LANES) {
                        FloatVector.zero(Floats.S).intoArray(rows, cell + c);
                    }
                }
            }
            target += row;
            if (++w == grid.w()) {
                w = 0;
                if (++h == grid.h()) {
                    h = 0;
                    if (++d == grid.d()) {
                        d = 0;
                        image += source.volume() * pixel;
                    }
                }
            }
        }
    }
}

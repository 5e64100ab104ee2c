package dev.sirocco.tensor.exec.vector;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/** A convolution, or its adjoint, in which every channel is convolved with a kernel of its own: plane by plane. */
final class Depthwise implements Product {

    /** Vectors of places that are computed at a time. */
    private static final int AT_ONCE = 8;

    private final int images;
    private final int channels;
    private final int taps;
    private final List<Plane> planes;
    private final boolean leavesGaps;
    private final long sourceBytes;
    private final long targetBytes;

    private Depthwise(ConvolutionShape s, List<Taps> phases) {
        this.images = s.n();
        this.channels = s.channels();
        this.taps = s.taps();
        this.leavesGaps = phases.stream().anyMatch(p -> p.count() == 0);
        this.planes = phases.stream().filter(p -> p.count() > 0).map(Plane::new).toList();
        this.sourceBytes = phases.isEmpty() ? 0 : 4L * phases.getFirst().source().volume();
        this.targetBytes = phases.isEmpty() ? 0 : 4L * phases.getFirst().target().volume();
    }

    static Depthwise forward(ConvolutionShape s) {
        return new Depthwise(s, List.of(Taps.forward(s)));
    }

    static Depthwise adjoint(ConvolutionShape s) {
        return new Depthwise(s, Taps.adjoint(s));
    }

    @Override
    public void run(Workers workers, long source, long w, long target) {
        run(workers, source, w, 4L * taps, target);
    }

    /** As {@link #run(Workers, long, long, long)}, with weights so many bytes from a channel to the next. */
    void run(Workers workers, long source, long w, long wChannel, long target) {
        int room = planes.stream().mapToInt(Plane::size).max().orElse(0);
        workers.run(images * channels, (part, worker) -> {
            int weights = RowTiles.START;
            int sums = weights + Gemm.roundUp(taps, Floats.LANES);
            int copy = sums + (AT_ONCE + 1) * Floats.LANES;
            float[] own = RowTiles.own(workers, worker, copy + room);
            long to = target + part * targetBytes;
            if (leavesGaps) {
                Memory.ALL.asSlice(to, targetBytes).fill((byte) 0);
            }
            for (Plane plane : planes) {
                int[] index = plane.taps.index();
                for (int t = 0; t < index.length; t++) {
                    own[weights + t] = Memory.f32(w + part % channels * wChannel + 4L * index[t]);
                }
                plane.fill(source + part * sourceBytes, own, copy, 0);
                correlate(plane, own, copy, weights, to, sums);
            }
        });
    }

    private static void correlate(Plane plane, float[] own, int copy, int weights, long target, int sums) {
        int across = plane.lineVectors;
        int vectors = plane.lines * across;
        for (int v = 0; v < vectors; v += AT_ONCE) {
            correlate(plane, own, copy, v, weights, sums);
            for (int i = 0; i < AT_ONCE && v + i < vectors; i++) {
                plane.put(RowTiles.at(own, sums + i * Floats.LANES), target, (v + i) / across,
                        (v + i) % across * Floats.LANES, own, sums + AT_ONCE * Floats.LANES);
            }
        }
    }

    /**
     * Vectors next to or below each other, the first being number {@code v}: a weight is loaded once for all of them.
     */
    private static void correlate(Plane plane, float[] m, int copy, int v, int weights, int sums) {
        int[] offset = plane.tapOffset;
        int x0 = copy + plane.vector(v);
        int x1 = copy + plane.vector(v + 1);
        int x2 = copy + plane.vector(v + 2);
        int x3 = copy + plane.vector(v + 3);
        int x4 = copy + plane.vector(v + 4);
        int x5 = copy + plane.vector(v + 5);
        int x6 = copy + plane.vector(v + 6);
        int x7 = copy + plane.vector(v + 7);
        FloatVector y0 = FloatVector.zero(Floats.S), y1 = y0, y2 = y0, y3 = y0, y4 = y0, y5 = y0, y6 = y0, y7 = y0;
        for (int t = 0; t < offset.length; t++) {
            FloatVector weight = FloatVector.broadcast(Floats.S, m[weights + t]);
            int o = offset[t];
            y0 = weight.fma(RowTiles.at(m, x0 + o), y0);
            y1 = weight.fma(RowTiles.at(m, x1 + o), y1);
            y2 = weight.fma(RowTiles.at(m, x2 + o), y2);
            y3 = weight.fma(RowTiles.at(m, x3 + o), y3);
            y4 = weight.fma(RowTiles.at(m, x4 + o), y4);
            y5 = weight.fma(RowTiles.at(m, x5 + o), y5);
            y6 = weight.fma(RowTiles.at(m, x6 + o), y6);
            y7 = weight.fma(RowTiles.at(m, x7 + o), y7);
        }
        y0.intoArray(m, sums);
        y1.intoArray(m, sums + Floats.LANES);
        y2.intoArray(m, sums + 2 * Floats.LANES);
        y3.intoArray(m, sums + 3 * Floats.LANES);
        y4.intoArray(m, sums + 4 * Floats.LANES);
        y5.intoArray(m, sums + 5 * Floats.LANES);
        y6.intoArray(m, sums + 6 * Floats.LANES);
        y7.intoArray(m, sums + 7 * Floats.LANES);
    }
}

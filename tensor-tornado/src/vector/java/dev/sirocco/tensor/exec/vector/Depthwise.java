package dev.sirocco.tensor.exec.vector;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/** A convolution, or its adjoint, in which every channel is convolved with a kernel of its own: plane by plane. */
final class Depthwise implements Product {

    private static final int OWN = 2;

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
        long room = planes.stream().mapToLong(Plane::bytes).max().orElse(0);
        workers.run(images * channels, (part, worker) -> {
            long copy = workers.scratch(worker, OWN, Lanes.BYTES + room);
            long to = target + part * targetBytes;
            if (leavesGaps) {
                Memory.ALL.asSlice(to, targetBytes).fill((byte) 0);
            }
            for (Plane plane : planes) {
                plane.fill(source + part * sourceBytes, copy + Lanes.BYTES, 0);
                correlate(plane, copy + Lanes.BYTES, w + part % channels * wChannel, to, copy);
            }
        });
    }

    /** Four vectors of places at a time, next to or below each other, so that a weight is loaded once for all. */
    private static void correlate(Plane plane, long copy, long w, long target, long spare) {
        int across = plane.lineVectors;
        int vectors = plane.lines * across;
        int[] index = plane.taps.index();
        for (int v = 0; v < vectors; v += 4) {
            int v1 = Math.min(v + 1, vectors - 1);
            int v2 = Math.min(v + 2, vectors - 1);
            int v3 = Math.min(v + 3, vectors - 1);
            long x0 = copy + plane.line(v / across) + (long) v % across * Lanes.BYTES;
            long x1 = copy + plane.line(v1 / across) + (long) v1 % across * Lanes.BYTES;
            long x2 = copy + plane.line(v2 / across) + (long) v2 % across * Lanes.BYTES;
            long x3 = copy + plane.line(v3 / across) + (long) v3 % across * Lanes.BYTES;
            FloatVector y0 = FloatVector.zero(Lanes.F32), y1 = y0, y2 = y0, y3 = y0;
            for (int t = 0; t < index.length; t++) {
                FloatVector weight = RowTiles.broadcast(w + 4L * index[t]);
                long offset = 4L * plane.tapOffset[t];
                y0 = weight.fma(Lanes.floats(x0 + offset), y0);
                y1 = weight.fma(Lanes.floats(x1 + offset), y1);
                y2 = weight.fma(Lanes.floats(x2 + offset), y2);
                y3 = weight.fma(Lanes.floats(x3 + offset), y3);
            }
            plane.put(y0, target, v / across, v % across * Lanes.COUNT, spare);
            plane.put(y1, target, v1 / across, v1 % across * Lanes.COUNT, spare);
            plane.put(y2, target, v2 / across, v2 % across * Lanes.COUNT, spare);
            plane.put(y3, target, v3 / across, v3 % across * Lanes.COUNT, spare);
        }
    }
}

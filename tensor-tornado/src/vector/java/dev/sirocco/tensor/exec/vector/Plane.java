package dev.sirocco.tensor.exec.vector;

import jdk.incubator.vector.FloatVector;

/**
 * One channel of one image, copied with what lies around it, so that at every tap the elements that neighbouring
 * places of a line see lie side by side: if places are s elements apart, then so are the elements of each of s lines.
 */
final class Plane {

    final Taps taps;
    /** Elements between what a place sees at the first tap and at each. */
    final int[] tapOffset;
    /** Lines of the grid, and vectors needed for each. */
    final int lines;
    final int lineVectors;

    private final int step;
    private final int low;
    private final int width;
    private final int height;
    private final int depth;
    private final int lowH;
    private final int lowD;
    /** Elements of each of the {@code step} pieces that a line of the source is split into. */
    private final int piece;

    Plane(Taps taps) {
        this.taps = taps;
        this.lines = taps.grid().d() * taps.grid().h();
        this.lineVectors = Math.ceilDiv(taps.grid().w(), Lanes.COUNT);
        this.step = taps.step().w();
        this.low = taps.lowest(2);
        this.lowH = taps.lowest(1);
        this.lowD = taps.lowest(0);
        this.width = (taps.grid().w() - 1) * step + taps.highest(2) - low + 1;
        this.height = (taps.grid().h() - 1) * taps.step().h() + taps.highest(1) - lowH + 1;
        this.depth = (taps.grid().d() - 1) * taps.step().d() + taps.highest(0) - lowD + 1;
        this.piece = Gemm.roundUp(Math.ceilDiv(width, step), Lanes.COUNT);
        this.tapOffset = new int[taps.count()];
        for (int t = 0; t < tapOffset.length; t++) {
            int w = taps.offset()[t].w() - low;
            tapOffset[t] = (((taps.offset()[t].d() - lowD) * height + taps.offset()[t].h() - lowH) * step + w % step) * piece
                    + w / step;
        }
    }

    /** Bytes of the copy, with the vectors that may be read behind it. */
    long bytes() {
        return 4L * ((long) depth * height * step * piece + lineVectors * Lanes.COUNT + 8L * Lanes.COUNT);
    }

    /** Bytes from the beginning of the copy to what the first place of a line sees at an offset of 0. */
    long line(int line) {
        int h = line % taps.grid().h() * taps.step().h();
        int d = line / taps.grid().h() * taps.step().d();
        return 4L * (d * height + h) * step * piece;
    }

    /** Makes the copy; {@code around} stands for what is not in the source. */
    void fill(long source, long copy, float around) {
        FloatVector outside = FloatVector.broadcast(Lanes.F32, around);
        int lineElements = step * piece;
        int from = Math.max(0, -low);
        int to = Math.min(width, taps.source().w() - low);
        long end = copy + 4L * depth * height * lineElements;
        for (long behind = end; behind < copy + bytes(); behind += Lanes.BYTES) {
            Lanes.put(behind, outside);
        }
        for (int d = 0; d < depth; d++) {
            for (int h = 0; h < height; h++) {
                long line = copy + 4L * (d * height + h) * lineElements;
                int z = d + lowD;
                int y = h + lowH;
                boolean inside = z >= 0 && z < taps.source().d() && y >= 0 && y < taps.source().h();
                if (!inside || from > 0 || to < lineElements) {
                    for (int i = 0; i < lineElements; i += Lanes.COUNT) {
                        Lanes.put(line + 4L * i, outside);
                    }
                }
                if (inside && from < to) {
                    copyLine(source + 4L * ((long) z * taps.source().h() + y) * taps.source().w() + 4L * (low + from),
                            line, from, to - from);
                }
            }
        }
    }

    private void copyLine(long source, long line, int from, int count) {
        if (step == 1) {
            int i = 0;
            for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
                Lanes.put(line + 4L * (from + i), Lanes.floats(source + 4L * i));
            }
            for (; i < count; i++) {
                Memory.f32(line + 4L * (from + i), Memory.f32(source + 4L * i));
            }
        } else {
            int remainder = from % step;
            int column = from / step;
            for (int i = 0; i < count; i++) {
                Memory.f32(line + 4L * (remainder * piece + column), Memory.f32(source + 4L * i));
                if (++remainder == step) {
                    remainder = 0;
                    column++;
                }
            }
        }
    }

    /** What the target's plane has for the places from {@code w} of a line on. */
    FloatVector get(long target, int line, int w, long spare) {
        int count = Math.min(Lanes.COUNT, taps.grid().w() - w);
        long element = target + 4L * taps.element(line * taps.grid().w() + w);
        if (taps.targetStep().w() == 1 && count == Lanes.COUNT) {
            return Lanes.floats(element);
        }
        for (int i = 0; i < count; i++) {
            Memory.f32(spare + 4L * i, Memory.f32(element + 4L * i * taps.targetStep().w()));
        }
        return Lanes.floats(spare);
    }

    /** Writes the results for the places from {@code w} of a line on to the target's plane. */
    void put(FloatVector result, long target, int line, int w, long spare) {
        int count = Math.min(Lanes.COUNT, taps.grid().w() - w);
        long element = target + 4L * taps.element(line * taps.grid().w() + w);
        if (taps.targetStep().w() == 1 && count == Lanes.COUNT) {
            Lanes.put(element, result);
            return;
        }
        Lanes.put(spare, result);
        for (int i = 0; i < count; i++) {
            Memory.f32(element + 4L * i * taps.targetStep().w(), Memory.f32(spare + 4L * i));
        }
    }
}

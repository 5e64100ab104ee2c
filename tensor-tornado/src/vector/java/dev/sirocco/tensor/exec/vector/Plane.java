package dev.sirocco.tensor.exec.vector;

import java.util.Arrays;
import java.util.stream.IntStream;
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

    /** The element of the target's plane at which each line begins. */
    private final int[] targetLine;
    /** The element of the copy that its first place sees at an offset of 0. */
    private final int[] lineStart;
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
        this.lineVectors = Math.ceilDiv(taps.grid().w(), Floats.LANES);
        this.step = taps.step().w();
        this.low = taps.lowest(2);
        this.lowH = taps.lowest(1);
        this.lowD = taps.lowest(0);
        this.width = (taps.grid().w() - 1) * step + taps.highest(2) - low + 1;
        this.height = (taps.grid().h() - 1) * taps.step().h() + taps.highest(1) - lowH + 1;
        this.depth = (taps.grid().d() - 1) * taps.step().d() + taps.highest(0) - lowD + 1;
        this.piece = Gemm.roundUp(Math.ceilDiv(width, step), Floats.LANES);
        this.targetLine = IntStream.range(0, lines).map(line -> taps.element(line * taps.grid().w())).toArray();
        this.lineStart = IntStream.range(0, lines).map(line -> {
            int h = line % taps.grid().h() * taps.step().h();
            int d = line / taps.grid().h() * taps.step().d();
            return (d * height + h) * step * piece;
        }).toArray();
        this.tapOffset = new int[taps.count()];
        for (int t = 0; t < tapOffset.length; t++) {
            int w = taps.offset()[t].w() - low;
            tapOffset[t] = (((taps.offset()[t].d() - lowD) * height + taps.offset()[t].h() - lowH) * step + w % step)
                    * piece + w / step;
        }
    }

    /** Elements of the copy, with the vectors that may be read behind it. */
    int size() {
        return depth * height * step * piece + lineVectors * Floats.LANES + 8 * Floats.LANES;
    }

    /** Elements from the beginning of the copy to what the first place of a line sees at an offset of 0. */
    int line(int line) {
        return lineStart[line];
    }

    /** As {@link #line}, for a vector of places: they are numbered line by line; one behind the last is the last. */
    int vector(int number) {
        int v = Math.min(number, lines * lineVectors - 1);
        return line(v / lineVectors) + v % lineVectors * Floats.LANES;
    }

    /** Makes the copy; {@code around} stands for what is not in the source. */
    void fill(long source, float[] to, int copy, float around) {
        int lineElements = step * piece;
        int from = Math.max(0, -low);
        int end = Math.min(width, taps.source().w() - low);
        Arrays.fill(to, copy, copy + size(), around);
        for (int d = Math.max(0, -lowD); d < Math.min(depth, taps.source().d() - lowD); d++) {
            for (int h = Math.max(0, -lowH); h < Math.min(height, taps.source().h() - lowH); h++) {
                long line = source + 4L * (((long) (d + lowD) * taps.source().h() + h + lowH) * taps.source().w()
                        + low + from);
                copyLine(line, to, copy + (d * height + h) * lineElements, from, end - from);
            }
        }
    }

    private void copyLine(long source, float[] to, int line, int from, int count) {
        if (step == 1) {
            int i = 0;
            for (; i <= count - Floats.LANES; i += Floats.LANES) {
                Floats.load(source + 4L * i).intoArray(to, line + from + i);
            }
            for (; i < count; i++) {
                to[line + from + i] = Memory.f32(source + 4L * i);
            }
            return;
        }
        int remainder = from % step;
        int column = from / step;
        for (int i = 0; i < count; i++) {
            to[line + remainder * piece + column] = Memory.f32(source + 4L * i);
            if (++remainder == step) {
                remainder = 0;
                column++;
            }
        }
    }

    /** What the target's plane has for the places from {@code w} of a line on; {@code spare} is where a vector fits. */
    FloatVector get(long target, int line, int w, float[] own, int spare) {
        int count = Math.min(Floats.LANES, taps.grid().w() - w);
        long element = target + 4L * (targetLine[line] + w * taps.targetStep().w());
        if (taps.targetStep().w() == 1 && count == Floats.LANES) {
            return Floats.load(element);
        }
        for (int i = 0; i < count; i++) {
            own[spare + i] = Memory.f32(element + 4L * i * taps.targetStep().w());
        }
        return RowTiles.at(own, spare);
    }

    /** Writes the results for the places from {@code w} of a line on to the target's plane. */
    void put(FloatVector result, long target, int line, int w, float[] own, int spare) {
        int count = Math.min(Floats.LANES, taps.grid().w() - w);
        long element = target + 4L * (targetLine[line] + w * taps.targetStep().w());
        if (taps.targetStep().w() == 1 && count == Floats.LANES) {
            Floats.store(element, result);
            return;
        }
        result.intoArray(own, spare);
        for (int i = 0; i < count; i++) {
            Memory.f32(element + 4L * i * taps.targetStep().w(), own[spare + i]);
        }
    }
}

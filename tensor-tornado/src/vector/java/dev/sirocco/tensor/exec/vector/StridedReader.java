package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;
import static dev.sirocco.tensor.exec.vector.Floats.upTo;

import dev.sirocco.tensor.ir.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import jdk.incubator.vector.VectorShuffle;

/**
 * Reads elements that do not follow each other in memory, in row-major order of their axes. Where the elements of the
 * innermost axes lie is written down once in a table, which holds again a step further on, and so forth. A vector of
 * them that lie close together, as in repeats, short runs, small strides or reversed rows, is loaded and rearranged;
 * others are copied one by one.
 */
final class StridedReader {

    /** Elements in the table at most. */
    private static final int TABLE = 1024;

    /** A vector of the table: its elements' order among the {@code span} elements from {@code low} bytes on. */
    private record Near(long low, int span, VectorShuffle<Float> order) {}

    private final DType dtype;
    private final long address;
    /** The axes outside a row, which is as much as can be read by steps from table to table. */
    private final int[] dims;
    private final long[] strides;
    private final long row;
    /** Bytes from where a table holds to where it holds again. */
    private final long step;
    /** Bytes from the first element of the table to each. */
    private final long[] offsets;
    /** Whole vectors of the table, null for one whose elements lie far apart; none if all do. */
    private final Near[] near;
    /** Elements of the table that lie evenly, and the bytes from one to the next. */
    private final int run;
    private final long runStep;

    /**
     * @param address of element [0, 0 …]
     * @param strides elements from one index to the next along each axis
     */
    StridedReader(DType dtype, long address, int[] dims, long[] strides) {
        this.dtype = dtype;
        this.address = address;
        int[] joined = Axes.collapse(dims, List.of(strides));
        long[] bytes = Arrays.stream(Axes.collapsed(dims, List.of(strides), strides)).map(s -> s * dtype.bytes())
                .toArray();
        int split = joined.length;
        int inner = 1;
        while (split > 0 && (long) inner * joined[split - 1] <= TABLE) {
            inner *= joined[--split];
        }
        int times = split == 0 ? 1 : TABLE / inner;                   // along the axis that is too long for the table
        long stride = split == 0 ? 0 : bytes[split - 1];
        this.step = times * stride;
        this.row = split == 0 ? inner : (long) inner * joined[split - 1];
        this.dims = Arrays.copyOf(joined, Math.max(0, split - 1));
        this.strides = bytes;
        this.offsets = new long[times * inner];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = i / inner * stride;
            for (int d = joined.length - 1, rest = i % inner; d >= split; rest /= joined[d--]) {
                offsets[i] += rest % joined[d] * bytes[d];
            }
        }
        this.run = inner == 1 ? offsets.length : joined[joined.length - 1];
        this.runStep = bytes[joined.length - 1];
        this.near = dtype.bytes() == 4 ? near(offsets) : new Near[0];
    }

    private static Near[] near(long[] offsets) {
        Near[] near = new Near[offsets.length / LANES];
        Arrays.setAll(near, v -> nearOf(Arrays.copyOfRange(offsets, v * LANES, (v + 1) * LANES)));
        return Arrays.stream(near).allMatch(Objects::isNull) ? new Near[0] : near;
    }

    private static Near nearOf(long[] offsets) {
        long low = Arrays.stream(offsets).min().orElse(0);
        long span = (Arrays.stream(offsets).max().orElse(0) - low) / 4 + 1;
        int[] order = Arrays.stream(offsets).mapToInt(o -> (int) ((o - low) / 4)).toArray();
        return span > 2 * LANES ? null : new Near(low, (int) span, VectorShuffle.fromValues(Floats.S,
                IntStream.of(order).map(i -> i < LANES ? i : i - 2 * LANES).toArray()));
    }

    /** Writes {@code n} elements from position {@code pos} on to {@code to}. */
    void read(long pos, int n, long to) {
        while (n > 0) {
            long inRow = pos % row;
            int first = (int) (inRow % offsets.length);
            int count = (int) Math.min(Math.min(n, row - inRow), offsets.length - first);
            long base = rowAddress(pos / row) + inRow / offsets.length * step;
            if (dtype.bytes() == 4) {
                read(base, first, first + count, to);
            } else {
                for (int i = 0; i < count; i++) {
                    Memory.copy(base + offsets[first + i], to + (long) i * dtype.bytes(), dtype.bytes());
                }
            }
            pos += count;
            n -= count;
            to += (long) count * dtype.bytes();
        }
    }

    private long rowAddress(long number) {
        long at = address;
        for (int d = dims.length - 1; d >= 0; d--) {
            at += number % dims[d] * strides[d];
            number /= dims[d];
        }
        return at;
    }

    /** Elements of the table from {@code first} to {@code end}. */
    private void read(long base, int first, int end, long to) {
        int vector = near.length == 0 ? end : Math.min(end, Gemm.roundUp(first, LANES));
        words(base, first, vector, to);
        to += 4L * (vector - first);
        for (; vector <= end - LANES; vector += LANES, to += VECTOR) {
            Near v = near[vector / LANES];
            if (v == null) {
                words(base, vector, vector + LANES, to);
            } else {
                rearrange(base + v.low, v.span, v.order, to);
            }
        }
        words(base, vector, end, to);
    }

    private static void rearrange(long from, int span, VectorShuffle<Float> order, long to) {
        Floats.store(to, Floats.load(from, upTo(0, span)).rearrange(order,
                Floats.load(from + VECTOR, upTo(LANES, span))));
    }

    private void words(long base, int first, int end, long to) {
        if (run < 2 * LANES) {
            for (int i = first; i < end; i++) {
                Memory.i32(to + 4L * (i - first), Memory.i32(base + offsets[i]));
            }
            return;
        }
        for (int i = first; i < end; ) {
            int count = Math.min(end - i, run - i % run);
            evenWords(base + offsets[i], runStep, count, to + 4L * (i - first));
            i += count;
        }
    }

    private static void evenWords(long from, long step, int n, long to) {
        for (int i = 0; i < n; i++) {
            Memory.i32(to + 4L * i, Memory.i32(from + i * step));
        }
    }
}

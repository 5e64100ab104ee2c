package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.INTS;
import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.sum;
import static dev.sirocco.tensor.exec.vector.Panel.scalar;

import dev.sirocco.tensor.exec.vector.Gemm.Call;
import dev.sirocco.tensor.exec.vector.Gemm.Grid;
import dev.sirocco.tensor.exec.vector.Gemm.Operand;
import dev.sirocco.tensor.exec.vector.Gemm.Region;
import dev.sirocco.tensor.exec.vector.Gemm.Shape;
import dev.sirocco.tensor.exec.vector.Gemm.Storage;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * The product of a few rows with a matrix, as in decoding: bound by memory, so B is read once and not packed.
 *
 * <p>Where k is contiguous in B (weights stored (n, k)) an element of C is a dot product; where n is,
 * rows of B are added up into rows of sums that stay in the cache. A worker reads a contiguous part of B, in
 * {@link #STREAMS} streams at once, each of them from front to back: that is what hardware prefetchers follow best.
 * So where n is contiguous the workers share the rows of a large B, and their sums are added up in a second step.
 */
final class Gemv {

    /** Up to this many rows packing B costs more than reading it from the cache for every row. */
    private static final int MAX_ROWS = 4;
    /** Columns whose dot products are taken together, or rows that are added up together, far from each other. */
    private static final int STREAMS = 4;
    /** Sums that are kept in the cache. */
    private static final int SUMS = 4096;
    /** Parts of k that are summed by themselves: a constant, for the sake of the same bits. */
    private static final int SHARES = 4;
    /** Rows of B in a part of k, at least. */
    private static final int MIN_SHARE = 16;

    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(S, 0);
    private static final VectorShuffle<Float> ODD = VectorShuffle.makeUnzip(S, 1);
    private static final VectorShuffle<Float> FIRST = VectorShuffle.makeZip(S, 0);
    private static final VectorShuffle<Float> SECOND = VectorShuffle.makeZip(S, 1);

    private final Shape shape;
    private final Operand a;
    private final Operand b;
    private final Operand c;
    private final boolean accumulate;
    private final boolean halves;
    private float[] memory;

    Gemv(Shape shape, Operand a, Operand b, Operand c, boolean accumulate) {
        this.shape = shape;
        this.a = a;
        this.b = b;
        this.c = c;
        this.accumulate = accumulate;
        this.halves = b.storage() == Storage.BF16;
    }

    static boolean suits(Shape shape, Operand b) {
        return shape.m() <= MAX_ROWS && (b.rowStride() == 1 || b.colStride() == 1);
    }

    /** The columns in equal shares. */
    static Grid columns(Shape shape, int pieces) {
        int panels = Math.ceilDiv(shape.n(), 2 * LANES);
        return new Grid(shape.m(), shape.n(), shape.m(), 2 * LANES, 1, Math.min(pieces, panels));
    }

    /** Whether the rows of B are shared; there must be work for several workers. */
    static boolean sharesRows(Shape shape, Operand b) {
        return suits(shape, b) && b.rowStride() != 1 && shape.batch() == 1 && shape.k() >= SHARES * MIN_SHARE;
    }

    /** Computes all of C by {@linkplain #sharesRows sharing the rows of B}. */
    void runShares(Call call) {
        Workers workers = call.workers();
        long sums = workers.scratch(Workers.current(), 0, 4L * SHARES * shape.m() * shape.n());
        Grid strips = columns(shape, Math.ceilDiv(workers.count(), SHARES));
        workers.run(SHARES * strips.parts(), (part, worker) -> {
            Region strip = strips.region(part % strips.parts());
            new Gemv(shape, a, b, c, accumulate).share(call, part / strips.parts(), strip, sums, worker);
        });
        Grid grid = columns(shape, workers.count());
        workers.run(grid.parts(), (part, _) -> {
            Region region = grid.region(part);
            for (int row = 0; row < shape.m(); row++) {
                join(sums + 4L * row * shape.n(), 4L * shape.m() * shape.n(), region.col0(), region.colEnd(),
                        call.c() + row * c.rowBytes());
            }
            finish(call, region, 0);
        });
    }

    /** Computes all rows of the columns of {@code region}. */
    void run(Call call, Region region, int item, int worker) {
        if (b.rowStride() == 1) {
            dots(call, region, worker);
        } else {
            addRows(call, 0, shape.k(), region, call.c(), c.rowBytes(), accumulate, worker);
        }
        finish(call, region, item);
    }

    private void finish(Call call, Region region, int item) {
        if (call.epilogue() != null) {
            call.epilogue().apply(item, 0, shape.m(), region.col0(), region.cols());
        }
    }

    // k contiguous in B

    private void dots(Call call, Region region, int worker) {
        int k = shape.k();
        int vectorK = k - k % (halves ? 2 * LANES : LANES);
        int x = STREAMS * LANES;
        memory = call.workers().floats(worker, x + shape.m() * k);
        copyRows(call.a(), k, x);
        if (halves) {
            for (int row = 0; row < shape.m(); row++) {
                deinterleave(memory, x + row * k, vectorK);
            }
        }
        int length = region.cols() / STREAMS;
        for (int i = 0; i < length; i++) {
            dots(call, vectorK, x, region.col0() + i, STREAMS, length);
        }
        dots(call, vectorK, x, region.col0() + STREAMS * length, region.cols() % STREAMS, 1);
    }

    /** The elements of C in {@code count} columns from {@code col} on, {@code step} from each other. */
    private void dots(Call call, int vectorK, int x, int col, int count, int step) {
        if (count == 0) {
            return;
        }
        for (int row = 0; row < shape.m(); row++) {
            dots(vectorK, x + row * shape.k(), call.b() + col * b.colBytes(), count, step * b.colBytes(),
                    call.c() + row * c.rowBytes() + 4L * col, 4L * step);
        }
    }

    /** Some elements of C; the last column of B stands in for missing ones. */
    private void dots(int vectorK, int x, long b, int count, long stride, long c, long stepC) {
        long b1 = b + Math.min(1, count - 1) * stride;
        long b2 = b + Math.min(2, count - 1) * stride;
        long b3 = b + Math.min(3, count - 1) * stride;
        if (halves) {
            dotsBf16(vectorK, memory, x, b, b1, b2, b3);
        } else {
            dotsF32(vectorK, memory, x, b, b1, b2, b3);
        }
        for (int i = 0; i < count; i++) {
            float sum = sum(FloatVector.fromArray(S, memory, i * LANES));
            put(c + stepC * i, dotRest(x, b + i * stride, vectorK, shape.k(), sum), accumulate);
        }
    }

    /** 4 dot products in single precision, their lanes' sums left at the start of m. */
    private static void dotsF32(int k, float[] m, int x, long b0, long b1, long b2, long b3) {
        FloatVector s0 = FloatVector.zero(S), s1 = FloatVector.zero(S), s2 = FloatVector.zero(S),
                s3 = FloatVector.zero(S);
        for (int p = 0; p < k; p += LANES) {
            FloatVector v = FloatVector.fromArray(S, m, x + p);
            long at = 4L * p;
            s0 = v.fma(load(b0 + at), s0);
            s1 = v.fma(load(b1 + at), s1);
            s2 = v.fma(load(b2 + at), s2);
            s3 = v.fma(load(b3 + at), s3);
        }
        s0.intoArray(m, 0);
        s1.intoArray(m, LANES);
        s2.intoArray(m, 2 * LANES);
        s3.intoArray(m, 3 * LANES);
    }

    /**
     * 4 dot products with rows of bf16, their lanes' sums left at the start of m; x is
     * {@linkplain #deinterleave deinterleaved}.
     */
    private static void dotsBf16(int k, float[] m, int x, long b0, long b1, long b2, long b3) {
        FloatVector s0 = FloatVector.zero(S), s1 = FloatVector.zero(S), s2 = FloatVector.zero(S),
                s3 = FloatVector.zero(S);
        for (int p = 0; p < k; p += 2 * LANES) {
            FloatVector even = FloatVector.fromArray(S, m, x + p);
            FloatVector odd = FloatVector.fromArray(S, m, x + p + LANES);
            long at = 2L * p;
            IntVector w0 = pairs(b0 + at);
            s0 = odd.fma(odd(w0), even.fma(even(w0), s0));
            IntVector w1 = pairs(b1 + at);
            s1 = odd.fma(odd(w1), even.fma(even(w1), s1));
            IntVector w2 = pairs(b2 + at);
            s2 = odd.fma(odd(w2), even.fma(even(w2), s2));
            IntVector w3 = pairs(b3 + at);
            s3 = odd.fma(odd(w3), even.fma(even(w3), s3));
        }
        s0.intoArray(m, 0);
        s1.intoArray(m, LANES);
        s2.intoArray(m, 2 * LANES);
        s3.intoArray(m, 3 * LANES);
    }

    private float dotRest(int x, long b, int from, int to, float sum) {
        for (int p = from; p < to; p++) {
            sum = Math.fma(memory[x + p], scalar(this.b.storage(), b + p * this.b.rowBytes()), sum);
        }
        return sum;
    }

    // n contiguous in B

    private void share(Call call, int share, Region strip, long sums, int worker) {
        int first = firstRow(share);
        long rowBytes = 4L * shape.n();
        int rows = firstRow(share + 1) - first;
        addRows(call, first, rows, strip, sums + share * shape.m() * rowBytes, rowBytes, false, worker);
    }

    private int firstRow(int share) {
        return (int) ((long) share * shape.k() / SHARES);
    }

    /** Adds up the shares' sums of a row of C, which begin at {@code sums}, {@code stride} bytes from each other. */
    private void join(long sums, long stride, int col, int end, long c) {
        for (; col <= end - LANES; col += LANES) {
            long at = sums + 4L * col;
            FloatVector sum = load(at).add(load(at + stride)).add(load(at + 2 * stride)).add(load(at + 3 * stride));
            store(c + 4L * col, accumulate ? sum.add(load(c + 4L * col)) : sum);
        }
        for (; col < end; col++) {
            float sum = 0;
            for (int share = 0; share < SHARES; share++) {
                sum += Memory.ALL.get(Memory.FLOAT, sums + 4L * col + share * stride);
            }
            put(c + 4L * col, sum, accumulate);
        }
    }

    /** Multiplies {@code rows} columns of A, from {@code first} on, by as many rows of B, in the region's columns. */
    private void addRows(Call call, int first, int rows, Region region, long c, long rowBytesC, boolean add,
            int worker) {
        int width = Math.max(2 * LANES, SUMS / shape.m() / (2 * LANES) * 2 * LANES);
        int y = shape.m() * rows;
        memory = call.workers().floats(worker, y + shape.m() * width);
        copyRows(call.a() + first * a.colBytes(), rows, 0);
        for (int col = region.col0(); col < region.colEnd(); col += width) {
            int cols = Math.min(width, region.colEnd() - col);
            addRows(call.b() + first * b.rowBytes() + col * b.colBytes(), rows, cols, y, c + 4L * col, rowBytesC, add);
        }
    }

    private void addRows(long source, int rows, int cols, int y, long c, long rowBytesC, boolean add) {
        int vectorCols = cols - cols % (halves ? 2 * LANES : LANES);
        Arrays.fill(memory, y, y + shape.m() * vectorCols, 0);
        int length = rows / STREAMS;
        for (int p = 0; p < length; p++) {
            for (int row = 0; row < shape.m(); row++) {
                addRows(row * rows + p, length, source + p * b.rowBytes(), vectorCols, y + row * vectorCols);
            }
        }
        for (int p = STREAMS * length; p < rows; p++) {
            for (int row = 0; row < shape.m(); row++) {
                addRow(row * rows + p, source + p * b.rowBytes(), vectorCols, y + row * vectorCols);
            }
        }
        for (int row = 0; row < shape.m(); row++) {
            storeSums(y + row * vectorCols, vectorCols, c + row * rowBytesC, add);
            for (int j = vectorCols; j < cols; j++) {
                float sum = dotRest(row * rows, source + j * b.colBytes(), 0, rows, 0);
                put(c + row * rowBytesC + 4L * j, sum, add);
            }
        }
    }

    private void storeSums(int y, int n, long target, boolean add) {
        if (halves) {
            interleave(memory, y, n);
        }
        for (int j = 0; j < n; j += LANES) {
            FloatVector sum = FloatVector.fromArray(S, memory, y + j);
            store(target + 4L * j, add ? sum.add(load(target + 4L * j)) : sum);
        }
    }

    /** {@link #STREAMS} rows of B, {@code step} from each other. */
    private void addRows(int x, int step, long b, int n, int y) {
        long stride = step * this.b.rowBytes();
        if (halves) {
            addRowsBf16(memory, x, step, b, stride, n, y);
        } else {
            addRowsF32(memory, x, step, b, stride, n, y);
        }
    }

    private void addRow(int x, long b, int n, int y) {
        if (halves) {
            addRowBf16(memory, x, b, n, y);
        } else {
            addRowF32(memory, x, b, n, y);
        }
    }

    /** y += x B for 4 rows of B in single precision. */
    private static void addRowsF32(float[] m, int x, int step, long b, long stride, int n, int y) {
        FloatVector x0 = FloatVector.broadcast(S, m[x]);
        FloatVector x1 = FloatVector.broadcast(S, m[x + step]);
        FloatVector x2 = FloatVector.broadcast(S, m[x + 2 * step]);
        FloatVector x3 = FloatVector.broadcast(S, m[x + 3 * step]);
        for (int j = 0; j < n; j += LANES) {
            long at = b + 4L * j;
            FloatVector sum = FloatVector.fromArray(S, m, y + j);
            sum = x0.fma(load(at + 0 * stride), sum);
            sum = x1.fma(load(at + 1 * stride), sum);
            sum = x2.fma(load(at + 2 * stride), sum);
            sum = x3.fma(load(at + 3 * stride), sum);
            sum.intoArray(m, y + j);
        }
    }

    /** y += x B for 4 rows of B in bf16, y {@linkplain #deinterleave deinterleaved}. */
    private static void addRowsBf16(float[] m, int x, int step, long b, long stride, int n, int y) {
        FloatVector x0 = FloatVector.broadcast(S, m[x]);
        FloatVector x1 = FloatVector.broadcast(S, m[x + step]);
        FloatVector x2 = FloatVector.broadcast(S, m[x + 2 * step]);
        FloatVector x3 = FloatVector.broadcast(S, m[x + 3 * step]);
        for (int j = 0; j < n; j += 2 * LANES) {
            long at = b + 2L * j;
            FloatVector even = FloatVector.fromArray(S, m, y + j);
            FloatVector odd = FloatVector.fromArray(S, m, y + j + LANES);
            IntVector w0 = pairs(at + 0 * stride);
            even = x0.fma(even(w0), even);
            odd = x0.fma(odd(w0), odd);
            IntVector w1 = pairs(at + 1 * stride);
            even = x1.fma(even(w1), even);
            odd = x1.fma(odd(w1), odd);
            IntVector w2 = pairs(at + 2 * stride);
            even = x2.fma(even(w2), even);
            odd = x2.fma(odd(w2), odd);
            IntVector w3 = pairs(at + 3 * stride);
            even = x3.fma(even(w3), even);
            odd = x3.fma(odd(w3), odd);
            even.intoArray(m, y + j);
            odd.intoArray(m, y + j + LANES);
        }
    }

    private static void addRowF32(float[] m, int x, long b, int n, int y) {
        FloatVector v = FloatVector.broadcast(S, m[x]);
        for (int j = 0; j < n; j += LANES) {
            v.fma(load(b + 4L * j), FloatVector.fromArray(S, m, y + j)).intoArray(m, y + j);
        }
    }

    private static void addRowBf16(float[] m, int x, long b, int n, int y) {
        FloatVector v = FloatVector.broadcast(S, m[x]);
        for (int j = 0; j < n; j += 2 * LANES) {
            IntVector w = pairs(b + 2L * j);
            v.fma(even(w), FloatVector.fromArray(S, m, y + j)).intoArray(m, y + j);
            v.fma(odd(w), FloatVector.fromArray(S, m, y + j + LANES)).intoArray(m, y + j + LANES);
        }
    }

    // both

    private static void put(long address, float value, boolean add) {
        Memory.ALL.set(Memory.FLOAT, address, add ? Memory.ALL.get(Memory.FLOAT, address) + value : value);
    }

    /** Some columns of A, row after row. */
    private void copyRows(long source, int count, int x) {
        for (int row = 0; row < shape.m(); row++) {
            for (int p = 0; p < count; p++) {
                memory[x++] = scalar(a.storage(), source + row * a.rowBytes() + p * a.colBytes());
            }
        }
    }

    /**
     * Parts every two vectors into the elements of even and of odd position: the order in which the
     * halves of 32-bit words come out of a vector of bf16.
     */
    private static void deinterleave(float[] m, int x, int n) {
        rearrangePairs(m, x, n, EVEN, ODD);
    }

    private static void interleave(float[] m, int x, int n) {
        rearrangePairs(m, x, n, FIRST, SECOND);
    }

    private static void rearrangePairs(float[] m, int x, int n, VectorShuffle<Float> left, VectorShuffle<Float> right) {
        for (int i = x; i < x + n; i += 2 * LANES) {
            FloatVector v = FloatVector.fromArray(S, m, i), w = FloatVector.fromArray(S, m, i + LANES);
            v.rearrange(left, w).intoArray(m, i);
            v.rearrange(right, w).intoArray(m, i + LANES);
        }
    }

    private static IntVector pairs(long address) {
        return IntVector.fromMemorySegment(INTS, Memory.ALL, address, Memory.ORDER);
    }

    private static FloatVector even(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector odd(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }
}

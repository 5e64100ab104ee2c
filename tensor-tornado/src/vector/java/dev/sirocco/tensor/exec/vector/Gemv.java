package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Panel.FLOAT;
import static dev.sirocco.tensor.exec.vector.Panel.INTS;
import static dev.sirocco.tensor.exec.vector.Panel.LANES;
import static dev.sirocco.tensor.exec.vector.Panel.MEMORY;

import static dev.sirocco.tensor.exec.vector.Panel.ORDER;
import static dev.sirocco.tensor.exec.vector.Panel.S;
import static dev.sirocco.tensor.exec.vector.Panel.load;
import static dev.sirocco.tensor.exec.vector.Panel.scalar;
import static dev.sirocco.tensor.exec.vector.Panel.store;
import static dev.sirocco.tensor.exec.vector.Panel.sum;

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
 * The product of a few rows with a matrix, as in decoding: bound by memory, so B is read once from front
 * to back and not packed.
 *
 * <p>Where k is contiguous in B (weights stored (n, k)) an element of C is a dot product; where n is,
 * rows of B are added up into rows of sums that stay in the cache.
 */
final class Gemv {

    /** Up to this many rows packing B costs more than reading it from the cache for every row. */
    private static final int MAX_ROWS = 4;
    /** Columns whose dot products are taken together. */
    private static final int DOTS = 4;
    /** Rows of B that are added up together. */
    private static final int ADDENDS = 4;
    /** Columns of the sums that are kept in the cache, and with them {@link #ADDENDS} rows of B. */
    private static final int SUMS = 2048;

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
    static Grid grid(Shape shape, int pieces) {
        int cols = Gemm.roundUp(Math.ceilDiv(shape.n(), pieces), 2 * LANES);
        return new Grid(1, Math.ceilDiv(shape.n(), cols), shape.m(), cols);
    }

    /** Computes all rows of the columns of {@code region}. */
    void run(Call call, Region region, int item, int worker) {
        if (b.rowStride() == 1) {
            dots(call, region, worker);
        } else {
            for (int col = region.col0(); col < region.colEnd(); col += SUMS) {
                addRows(call, col, Math.min(SUMS, region.colEnd() - col), worker);
            }
        }
        if (call.epilogue() != null) {
            call.epilogue().apply(item, 0, shape.m(), region.col0(), region.cols());
        }
    }

    // k contiguous in B

    private void dots(Call call, Region region, int worker) {
        int k = shape.k();
        int vectorK = k - k % (halves ? 2 * LANES : LANES);
        int x = DOTS * LANES;
        memory = call.workers().floats(worker, x + shape.m() * k);
        copyRows(call.a(), x);
        if (halves) {
            for (int row = 0; row < shape.m(); row++) {
                deinterleave(memory, x + row * k, vectorK);
            }
        }
        for (int col = region.col0(); col < region.colEnd(); col += DOTS) {
            int count = Math.min(DOTS, region.colEnd() - col);
            for (int row = 0; row < shape.m(); row++) {
                dots(vectorK, x + row * k, call.b() + col * b.colBytes(), count,
                        call.c() + row * c.rowBytes() + 4L * col);
            }
        }
    }

    /** {@code count} neighbouring elements of C; the last column of B stands in for missing ones. */
    private void dots(int vectorK, int x, long b, int count, long c) {
        long stride = this.b.colBytes();
        long b1 = b + Math.min(1, count - 1) * stride;
        long b2 = b + Math.min(2, count - 1) * stride;
        long b3 = b + Math.min(3, count - 1) * stride;
        if (halves) {
            dotsBf16(vectorK, memory, x, b, b1, b2, b3);
        } else {
            dotsF32(vectorK, memory, x, b, b1, b2, b3);
        }
        for (int i = 0; i < count; i++) {
            put(c + 4L * i, dotRest(x, b + i * stride, vectorK, sum(FloatVector.fromArray(S, memory, i * LANES))));
        }
    }

    /** 4 dot products in single precision, their lanes' sums left at the start of m. */
    private static void dotsF32(int k, float[] m, int x, long b0, long b1, long b2, long b3) {
        FloatVector s0 = FloatVector.zero(S), s1 = FloatVector.zero(S), s2 = FloatVector.zero(S), s3 = FloatVector.zero(S);
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

    /** 4 dot products with rows of bf16, their lanes' sums left at the start of m; x is {@linkplain #deinterleave deinterleaved}. */
    private static void dotsBf16(int k, float[] m, int x, long b0, long b1, long b2, long b3) {
        FloatVector s0 = FloatVector.zero(S), s1 = FloatVector.zero(S), s2 = FloatVector.zero(S), s3 = FloatVector.zero(S);
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

    private float dotRest(int x, long b, int from, float sum) {
        for (int p = from; p < shape.k(); p++) {
            sum = Math.fma(memory[x + p], scalar(this.b.storage(), b + p * this.b.rowBytes()), sum);
        }
        return sum;
    }

    // n contiguous in B

    private void addRows(Call call, int col, int cols, int worker) {
        int k = shape.k();
        int vectorCols = cols - cols % (halves ? 2 * LANES : LANES);
        int x = 0;
        int y = shape.m() * k;
        memory = call.workers().floats(worker, y + shape.m() * vectorCols);
        copyRows(call.a(), x);
        Arrays.fill(memory, y, y + shape.m() * vectorCols, 0);
        long source = call.b() + col * b.colBytes();
        for (int p = 0; p < k; p += ADDENDS) {
            for (int row = 0; row < shape.m(); row++) {
                addRows(x + row * k + p, source + p * b.rowBytes(), Math.min(ADDENDS, k - p),
                        vectorCols, y + row * vectorCols);
            }
        }
        for (int row = 0; row < shape.m(); row++) {
            long target = call.c() + row * c.rowBytes() + 4L * col;
            storeSums(y + row * vectorCols, vectorCols, target);
            for (int j = vectorCols; j < cols; j++) {
                put(target + 4L * j, dotRest(x + row * k, source + j * b.colBytes(), 0, 0));
            }
        }
    }

    private void storeSums(int y, int n, long target) {
        if (halves) {
            interleave(memory, y, n);
        }
        for (int j = 0; j < n; j += LANES) {
            FloatVector sum = FloatVector.fromArray(S, memory, y + j);
            store(target + 4L * j, accumulate ? sum.add(load(target + 4L * j)) : sum);
        }
    }

    private void addRows(int x, long b, int count, int n, int y) {
        long stride = this.b.rowBytes();
        if (count == ADDENDS && halves) {
            addRowsBf16(memory, x, b, stride, n, y);
        } else if (count == ADDENDS) {
            addRowsF32(memory, x, b, stride, n, y);
        } else {
            for (int p = 0; p < count; p++) {
                if (halves) {
                    addRowBf16(memory, x + p, b + p * stride, n, y);
                } else {
                    addRowF32(memory, x + p, b + p * stride, n, y);
                }
            }
        }
    }

    /** y += x B for 4 rows of B in single precision. */
    private static void addRowsF32(float[] m, int x, long b, long stride, int n, int y) {
        FloatVector x0 = FloatVector.broadcast(S, m[x + 0]);
        FloatVector x1 = FloatVector.broadcast(S, m[x + 1]);
        FloatVector x2 = FloatVector.broadcast(S, m[x + 2]);
        FloatVector x3 = FloatVector.broadcast(S, m[x + 3]);
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
    private static void addRowsBf16(float[] m, int x, long b, long stride, int n, int y) {
        FloatVector x0 = FloatVector.broadcast(S, m[x + 0]);
        FloatVector x1 = FloatVector.broadcast(S, m[x + 1]);
        FloatVector x2 = FloatVector.broadcast(S, m[x + 2]);
        FloatVector x3 = FloatVector.broadcast(S, m[x + 3]);
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

    private void put(long address, float value) {
        MEMORY.set(FLOAT, address, accumulate ? MEMORY.get(FLOAT, address) + value : value);
    }

    /** The rows of A one after the other. */
    private void copyRows(long source, int x) {
        for (int row = 0; row < shape.m(); row++) {
            for (int p = 0; p < shape.k(); p++) {
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
        return IntVector.fromMemorySegment(INTS, MEMORY, address, ORDER);
    }

    private static FloatVector even(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector odd(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }
}

package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.INTS;
import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;

import dev.sirocco.tensor.exec.vector.Gemm.Operand;
import dev.sirocco.tensor.exec.vector.Gemm.Storage;
import java.util.stream.LongStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packed panels and the micro-kernel that multiplies them.
 *
 * <p>A panel of A holds a few rows of A, a panel of B two vectors of columns of B, both ordered by k
 * first: the micro-kernel reads them from front to end. They lie in an array of the worker's, which C2
 * compiles to less code than a segment.
 */
final class Panel {

    /** mr, the rows in a panel of A: 12 × 2 sums and the operands fit 32 registers (AVX-512), 4 × 2 fit 16. */
    static final int ROWS = LANES >= 16 ? 12 : 4;
    /** nr, the columns in a panel of B. */
    static final int COLS = 2 * LANES;

    private static final VectorSpecies<Short> HALVES =
            VectorSpecies.of(short.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
    private static final VectorMask<Float> ALL = S.maskAll(true);
    private static final VectorShuffle<Float> SWAP8 = swap(8), SWAP4 = swap(4), SWAP2 = swap(2), SWAP1 = swap(1);
    private static final VectorMask<Float> UPPER8 = upper(8), UPPER4 = upper(4), UPPER2 = upper(2), UPPER1 = upper(1);

    private final float[] memory;
    private final int square;
    private final int tile;
    private final int panelsA;
    private final int panelsB;

    /** Panels for blocks of up to mc × kc elements of A and kc × nc of B, in the memory of one worker. */
    Panel(Workers workers, int worker, int mc, int kc, int nc) {
        square = 0;
        tile = square + LANES * LANES;
        panelsA = tile + ROWS * COLS;
        panelsB = panelsA + Gemm.roundUp(mc, ROWS) * kc + LANES;
        memory = workers.floats(worker, panelsB + Gemm.roundUp(nc, COLS) * kc);
    }

    /** Exchanges neighbouring groups of {@code size} lanes. */
    private static VectorShuffle<Float> swap(int size) {
        return VectorShuffle.fromOp(S, lane -> (lane ^ size) % LANES);
    }

    /** The second of every two groups of {@code size} lanes. */
    private static VectorMask<Float> upper(int size) {
        return VectorMask.fromLong(S, LongStream.range(0, LANES).filter(lane -> (lane & size) != 0)
                .map(lane -> 1L << lane).sum());
    }

    /** Packs the block of A at {@code source} with {@code rows} rows and {@code k} columns. */
    void packA(Operand a, long source, int rows, int k) {
        if (a.rowBytes() == a.storage().bytes) {
            copyAcross(a.storage(), source, a.colBytes(), k, rows, ROWS, ROWS, panelsA);
            return;
        }
        for (int row = 0; row < rows; row += ROWS) {
            pack(a.storage(), source + row * a.rowBytes(), a.rowBytes(), a.colBytes(),
                    Math.min(ROWS, rows - row), k, panelsA + row * k, ROWS);
        }
    }

    /** Packs the block of B at {@code source} with {@code k} rows and {@code cols} columns. */
    void packB(Operand b, long source, int k, int cols) {
        if (b.colBytes() == b.storage().bytes) {
            copyAcross(b.storage(), source, b.rowBytes(), k, cols, COLS, LANES, panelsB);
            return;
        }
        for (int col = 0; col < cols; col += LANES) {
            int panel = panelsB + (col - col % COLS) * k + col % COLS;
            pack(b.storage(), source + col * b.colBytes(), b.colBytes(), b.rowBytes(),
                    Math.min(LANES, cols - col), k, panel, COLS);
        }
    }

    /**
     * Packs k rows of {@code count} neighbouring elements, row after row as they lie in memory, into panels of
     * {@code width} of them, which are taken {@code piece} ≤ {@link #LANES} at a time.
     */
    private void copyAcross(Storage storage, long source, long stride, int k, int count, int width, int piece, int target) {
        VectorMask<Float> whole = S.indexInRange(0, piece);
        VectorMask<Float> rest = S.indexInRange(0, count % piece);
        for (int p = 0; p < k; p++) {
            int to = target + p * width;
            for (int panel = 0; panel < count; panel += width) {
                int end = Math.min(width, count - panel);
                for (int i = 0; i < end; i += piece) {
                    VectorMask<Float> mask = end - i < piece ? rest : whole;
                    load(storage, source + (long) (panel + i) * storage.bytes, mask).intoArray(memory, to + i, mask);
                }
                to += width * k;
            }
            source += stride;
        }
    }

    private static FloatVector load(Storage storage, long address, VectorMask<Float> mask) {
        return storage == Storage.F32 ? FloatVector.fromMemorySegment(S, Memory.ALL, address, Memory.ORDER, mask)
                : widen(address, mask.cast(HALVES));
    }

    /**
     * Packs a strip at most one vector wide: element (p, lane) goes to target + p step + lane. Lanes
     * from {@code count} on hold anything: what is computed from them is dropped. In ascending order,
     * since the end of a vector may lie in the next step.
     */
    private void pack(Storage storage, long source, long laneStride, long kStride,
                      int count, int k, int target, int step) {
        if (kStride == storage.bytes && k >= LANES) {
            for (int p = 0; p < k; p += LANES) {
                int q = Math.min(p, k - LANES);
                copyRows(storage, source + q * kStride, laneStride, count);
                transpose(target + q * step, step);
            }
        } else {
            copyScalars(storage, source, laneStride, kStride, count, k, target, step);
        }
    }

    /** Whole vectors, one from each row, into the square. */
    private void copyRows(Storage storage, long source, long stride, int rows) {
        for (int row = 0; row < rows; row++) {
            load(storage, source + row * stride, ALL).intoArray(memory, square + row * LANES);
        }
    }

    private void copyScalars(Storage storage, long source, long laneStride, long kStride,
                             int count, int k, int target, int step) {
        for (int p = 0; p < k; p++) {
            for (int lane = 0; lane < count; lane++) {
                memory[target + p * step + lane] = scalar(storage, source + p * kStride + lane * laneStride);
            }
        }
    }

    /** Transposes the square of vectors by exchanging ever smaller off-diagonal squares. */
    private void transpose(int target, int step) {
        if (LANES == 16) {
            exchangeTwice(8, SWAP8, UPPER8, SWAP4, UPPER4, square, LANES);
        } else if (LANES == 8) {
            exchange(4, SWAP4, UPPER4);
        }
        exchangeTwice(2, SWAP2, UPPER2, SWAP1, UPPER1, target, step);
    }

    private void exchange(int size, VectorShuffle<Float> swap, VectorMask<Float> upper) {
        for (int i = square; i < square + size * LANES; i += LANES) {
            int j = i + size * LANES;
            FloatVector x = FloatVector.fromArray(S, memory, i);
            FloatVector y = FloatVector.fromArray(S, memory, j);
            x.blend(y.rearrange(swap), upper).intoArray(memory, i);
            x.rearrange(swap).blend(y, upper).intoArray(memory, j);
        }
    }

    /** Exchanges squares of {@code size} rows and, within them, of half as many. */
    private void exchangeTwice(int size, VectorShuffle<Float> swap, VectorMask<Float> upper,
                               VectorShuffle<Float> swapHalf, VectorMask<Float> upperHalf, int target, int step) {
        int half = size / 2;
        for (int group = 0; group < LANES; group += 2 * size) {
            for (int row = group; row < group + half; row++) {
                int from = square + row * LANES;
                FloatVector w = FloatVector.fromArray(S, memory, from);
                FloatVector x = FloatVector.fromArray(S, memory, from + half * LANES);
                FloatVector y = FloatVector.fromArray(S, memory, from + size * LANES);
                FloatVector z = FloatVector.fromArray(S, memory, from + (size + half) * LANES);
                FloatVector wy = w.blend(y.rearrange(swap), upper);
                FloatVector xz = x.blend(z.rearrange(swap), upper);
                FloatVector yw = w.rearrange(swap).blend(y, upper);
                FloatVector zx = x.rearrange(swap).blend(z, upper);
                int to = target + row * step;
                wy.blend(xz.rearrange(swapHalf), upperHalf).intoArray(memory, to);
                wy.rearrange(swapHalf).blend(xz, upperHalf).intoArray(memory, to + half * step);
                yw.blend(zx.rearrange(swapHalf), upperHalf).intoArray(memory, to + size * step);
                yw.rearrange(swapHalf).blend(zx, upperHalf).intoArray(memory, to + (size + half) * step);
            }
        }
    }

    /**
     * Multiplies the packed blocks: C (+)= A B for {@code rows} rows and {@code cols} columns of C.
     *
     * @param cStride bytes from a row of C to the next
     */
    void multiply(int k, int rows, int cols, long c, long cStride, boolean add) {
        for (int col = 0; col < cols; col += COLS) {
            for (int row = 0; row < rows; row += ROWS) {
                int count = Math.min(ROWS, rows - row);
                multiplyPanels(k, count, panelsA + row * k, panelsB + col * k);
                store(count, Math.min(COLS, cols - col), c + row * cStride + 4L * col, cStride, add);
            }
        }
    }

    private void multiplyPanels(int k, int rows, int a, int b) {
        if (ROWS == 12 && rows > 8) {
            tile12(k, memory, a, b, tile);
        } else {
            for (int row = 0; row < rows; row += 4) {
                tile4(k, memory, a + row, b, tile + row * COLS);
            }
        }
    }

    private void store(int rows, int cols, long c, long cStride, boolean add) {
        VectorMask<Float> left = S.indexInRange(0, cols);
        VectorMask<Float> right = S.indexInRange(LANES, cols);
        for (int row = 0; row < rows; row++) {
            store(tile + row * COLS, left, c + row * cStride, add);
            store(tile + row * COLS + LANES, right, c + row * cStride + VECTOR, add);
        }
    }

    private void store(int sums, VectorMask<Float> mask, long c, boolean add) {
        FloatVector value = FloatVector.fromArray(S, memory, sums);
        if (add) {
            value = value.add(FloatVector.fromMemorySegment(S, Memory.ALL, c, Memory.ORDER, mask));
        }
        value.intoMemorySegment(Memory.ALL, c, Memory.ORDER, mask);
    }

    /** The micro-kernel: 12 rows of a panel of A times a panel of B, all 12 × 2 vectors of sums in registers. */
    private static void tile12(int k, float[] m, int a, int b, int c) {
        FloatVector c0l = FloatVector.zero(S), c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S), c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S), c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S), c3r = FloatVector.zero(S);
        FloatVector c4l = FloatVector.zero(S), c4r = FloatVector.zero(S);
        FloatVector c5l = FloatVector.zero(S), c5r = FloatVector.zero(S);
        FloatVector c6l = FloatVector.zero(S), c6r = FloatVector.zero(S);
        FloatVector c7l = FloatVector.zero(S), c7r = FloatVector.zero(S);
        FloatVector c8l = FloatVector.zero(S), c8r = FloatVector.zero(S);
        FloatVector c9l = FloatVector.zero(S), c9r = FloatVector.zero(S);
        FloatVector c10l = FloatVector.zero(S), c10r = FloatVector.zero(S);
        FloatVector c11l = FloatVector.zero(S), c11r = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector l = FloatVector.fromArray(S, m, b), r = FloatVector.fromArray(S, m, b + LANES);
            FloatVector a0 = FloatVector.broadcast(S, m[a]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, m[a + 1]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, m[a + 2]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, m[a + 3]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            FloatVector a4 = FloatVector.broadcast(S, m[a + 4]);
            c4l = a4.fma(l, c4l);
            c4r = a4.fma(r, c4r);
            FloatVector a5 = FloatVector.broadcast(S, m[a + 5]);
            c5l = a5.fma(l, c5l);
            c5r = a5.fma(r, c5r);
            FloatVector a6 = FloatVector.broadcast(S, m[a + 6]);
            c6l = a6.fma(l, c6l);
            c6r = a6.fma(r, c6r);
            FloatVector a7 = FloatVector.broadcast(S, m[a + 7]);
            c7l = a7.fma(l, c7l);
            c7r = a7.fma(r, c7r);
            FloatVector a8 = FloatVector.broadcast(S, m[a + 8]);
            c8l = a8.fma(l, c8l);
            c8r = a8.fma(r, c8r);
            FloatVector a9 = FloatVector.broadcast(S, m[a + 9]);
            c9l = a9.fma(l, c9l);
            c9r = a9.fma(r, c9r);
            FloatVector a10 = FloatVector.broadcast(S, m[a + 10]);
            c10l = a10.fma(l, c10l);
            c10r = a10.fma(r, c10r);
            FloatVector a11 = FloatVector.broadcast(S, m[a + 11]);
            c11l = a11.fma(l, c11l);
            c11r = a11.fma(r, c11r);
            a += ROWS;
            b += COLS;
        }
        c0l.intoArray(m, c);
        c0r.intoArray(m, c + LANES);
        c1l.intoArray(m, c + 2 * LANES);
        c1r.intoArray(m, c + 3 * LANES);
        c2l.intoArray(m, c + 4 * LANES);
        c2r.intoArray(m, c + 5 * LANES);
        c3l.intoArray(m, c + 6 * LANES);
        c3r.intoArray(m, c + 7 * LANES);
        c4l.intoArray(m, c + 8 * LANES);
        c4r.intoArray(m, c + 9 * LANES);
        c5l.intoArray(m, c + 10 * LANES);
        c5r.intoArray(m, c + 11 * LANES);
        c6l.intoArray(m, c + 12 * LANES);
        c6r.intoArray(m, c + 13 * LANES);
        c7l.intoArray(m, c + 14 * LANES);
        c7r.intoArray(m, c + 15 * LANES);
        c8l.intoArray(m, c + 16 * LANES);
        c8r.intoArray(m, c + 17 * LANES);
        c9l.intoArray(m, c + 18 * LANES);
        c9r.intoArray(m, c + 19 * LANES);
        c10l.intoArray(m, c + 20 * LANES);
        c10r.intoArray(m, c + 21 * LANES);
        c11l.intoArray(m, c + 22 * LANES);
        c11r.intoArray(m, c + 23 * LANES);
    }

    /** The micro-kernel: 4 rows of a panel of A times a panel of B, all 4 × 2 vectors of sums in registers. */
    private static void tile4(int k, float[] m, int a, int b, int c) {
        FloatVector c0l = FloatVector.zero(S), c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S), c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S), c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S), c3r = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector l = FloatVector.fromArray(S, m, b), r = FloatVector.fromArray(S, m, b + LANES);
            FloatVector a0 = FloatVector.broadcast(S, m[a]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, m[a + 1]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, m[a + 2]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, m[a + 3]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            a += ROWS;
            b += COLS;
        }
        c0l.intoArray(m, c);
        c0r.intoArray(m, c + LANES);
        c1l.intoArray(m, c + 2 * LANES);
        c1r.intoArray(m, c + 3 * LANES);
        c2l.intoArray(m, c + 4 * LANES);
        c2r.intoArray(m, c + 5 * LANES);
        c3l.intoArray(m, c + 6 * LANES);
        c3r.intoArray(m, c + 7 * LANES);
    }

    /** A vector of bf16: the upper halves of the floats. */
    private static FloatVector widen(long address, VectorMask<Short> mask) {
        return ((IntVector) ShortVector.fromMemorySegment(HALVES, Memory.ALL, address, Memory.ORDER, mask)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static float scalar(Storage storage, long address) {
        return storage == Storage.F32 ? Memory.ALL.get(Memory.FLOAT, address)
                : Float.intBitsToFloat(Memory.ALL.get(Memory.SHORT, address) << 16);
    }
}

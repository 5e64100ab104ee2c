package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.INTS;
import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;

import dev.sirocco.tensor.exec.vector.Gemm.Operand;
import dev.sirocco.tensor.exec.vector.Gemm.Storage;
import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
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

    static final VectorSpecies<Short> HALVES =
            VectorSpecies.of(short.class, VectorShape.forBitSize(S.vectorBitSize() / 2));

    /** The slot of scratch memory for the sums of a tile that cannot go to C as they are. */
    private static final int SUMS = 0;
    private static final long SUMS_ROW = 4L * COLS;
    /** Of a row of sums. */
    private static final long ZEROS = Arena.global().allocate(SUMS_ROW, VECTOR).address();

    private final float[] memory;
    private final Transposition transposition;
    private final long sums;
    private final int panelsA;
    private final int panelsB;

    /** Panels for blocks of up to mc × kc elements of A and kc × nc of B, in the memory of one worker. */
    Panel(Workers workers, int worker, int mc, int kc, int nc) {
        panelsA = Transposition.SCRATCH;
        panelsB = panelsA + Gemm.roundUp(mc, ROWS) * kc + LANES;
        sums = workers.scratch(worker, SUMS, ROWS * SUMS_ROW);
        memory = workers.floats(worker, panelsB + Gemm.roundUp(nc, COLS) * kc);
        transposition = new Transposition(memory, 0);
    }

    /** Packs the block of A at {@code source} with {@code rows} rows and {@code k} columns. */
    void packA(Operand a, long source, int rows, int k) {
        if (a.rowBytes() == a.storage().bytes) {
            copyColumns(a.storage(), source, a.colBytes(), rows, k);
            return;
        }
        for (int row = 0; row < rows; row += ROWS) {
            transposition.pack(a.storage(), source + row * a.rowBytes(), a.rowBytes(), a.colBytes(),
                    Math.min(ROWS, rows - row), k, memory, panelsA + row * k, ROWS);
        }
    }

    /** Packs columns of A as they lie in memory. The end of a vector may lie in the next row of the panel. */
    private void copyColumns(Storage storage, long source, long stride, int rows, int k) {
        VectorMask<Float> whole = S.indexInRange(0, ROWS);
        VectorMask<Float> rest = S.indexInRange(0, rows % ROWS);
        for (int p = 0; p < k; p++) {
            int to = panelsA + p * ROWS;
            for (int row = 0; row < rows; row += ROWS) {
                VectorMask<Float> mask = rows - row < ROWS ? rest : whole;
                load(storage, source + p * stride + (long) row * storage.bytes, mask)
                        .intoArray(memory, to + row * k, whole);
            }
        }
    }

    /** The array that holds this worker's panels. */
    float[] memory() {
        return memory;
    }

    /** Where its panels of B begin. */
    int panelsB() {
        return panelsB;
    }

    /** Packs the block of B at {@code source} with {@code k} rows and {@code cols} columns, panel by panel. */
    void packB(Operand b, long source, int k, int cols, float[] to, int first) {
        for (int col = 0; col < cols; col += COLS) {
            long from = source + col * b.colBytes();
            int count = Math.min(COLS, cols - col);
            int panel = first + col * k;
            if (b.colBytes() == b.storage().bytes) {
                copyRows(b.storage(), from, b.rowBytes(), count, k, to, panel);
            } else {
                transposition.pack(b.storage(), from, b.colBytes(), b.rowBytes(), Math.min(LANES, count), k, to, panel,
                        COLS);
                if (count > LANES) {
                    transposition.pack(b.storage(), from + LANES * b.colBytes(), b.colBytes(), b.rowBytes(),
                            count - LANES, k, to, panel + LANES, COLS);
                }
            }
        }
    }

    /** Packs rows of B as they lie in memory. */
    private static void copyRows(Storage storage, long source, long stride, int cols, int k, float[] to, int target) {
        if (storage == Storage.F32 && cols == COLS) {
            copyWholeRows(source, stride, k, to, target);
            return;
        }
        for (int i = 0; i < cols; i += LANES) {
            VectorMask<Float> mask = S.indexInRange(i, cols);
            for (int p = 0; p < k; p++) {
                load(storage, source + p * stride + (long) i * storage.bytes, mask)
                        .intoArray(to, target + p * COLS + i);
            }
        }
    }

    private static void copyWholeRows(long source, long stride, int k, float[] to, int target) {
        for (int p = 0; p < k; p++) {
            Floats.load(source).intoArray(to, target);
            Floats.load(source + VECTOR).intoArray(to, target + LANES);
            source += stride;
            target += COLS;
        }
    }

    private static FloatVector load(Storage storage, long address, VectorMask<Float> mask) {
        return storage == Storage.F32 ? FloatVector.fromMemorySegment(S, Memory.ALL, address, Memory.ORDER, mask)
                : widen(address, mask.cast(HALVES));
    }

    /**
     * Multiplies the packed blocks: C (+)= A B for {@code rows} rows and {@code cols} columns of C.
     *
     * @param b holds the panels of B, from {@code first} on
     * @param cStride bytes from a row of C to the next
     */
    void multiply(int k, int rows, int cols, float[] b, int first, long c, long cStride, boolean add) {
        for (int col = 0; col < cols; col += COLS) {
            for (int row = 0; row < rows; row += ROWS) {
                long to = c + row * cStride + 4L * col;
                if (ROWS == 12 && rows - row >= ROWS && cols - col >= COLS) {
                    tile12(k, memory, panelsA + row * k, b, first + col * k, add ? to : ZEROS, add ? cStride : 0, to,
                            cStride);
                } else {
                    int count = Math.min(ROWS, rows - row);
                    multiplyPanels(k, count, panelsA + row * k, b, first + col * k);
                    store(count, Math.min(COLS, cols - col), to, cStride, add);
                }
            }
        }
    }

    private void multiplyPanels(int k, int rows, int i, float[] b, int j) {
        if (ROWS == 12 && rows > 8) {
            tile12(k, memory, i, b, j, ZEROS, 0, sums, SUMS_ROW);
        } else {
            for (int row = 0; row < rows; row += 4) {
                tile4(k, memory, i + row, b, j, sums + row * SUMS_ROW, SUMS_ROW);
            }
        }
    }

    private void store(int rows, int cols, long c, long cStride, boolean add) {
        VectorMask<Float> left = S.indexInRange(0, cols);
        VectorMask<Float> right = S.indexInRange(LANES, cols);
        for (int row = 0; row < rows; row++) {
            store(sums + row * SUMS_ROW, left, c + row * cStride, add);
            store(sums + row * SUMS_ROW + VECTOR, right, c + row * cStride + VECTOR, add);
        }
    }

    private static void store(long sums, VectorMask<Float> mask, long c, boolean add) {
        FloatVector value = Floats.load(sums);
        Floats.store(c, add ? value.add(Floats.load(c, mask)) : value, mask);
    }

    /**
     * The micro-kernel: 12 rows of a panel of A times a panel of B, all 12 × 2 vectors of sums in registers.
     *
     * @param start what is added to: C itself, or zeros, one row of them with a stride of 0
     */
    private static void tile12(int k, float[] a, int i, float[] b, int j, long start, long startStride, long c,
                               long cStride) {
        FloatVector c0l = Floats.load(start), c0r = Floats.load(start + VECTOR);
        FloatVector c1l = Floats.load(start + startStride), c1r = Floats.load(start + startStride + VECTOR);
        FloatVector c2l = Floats.load(start + 2 * startStride), c2r = Floats.load(start + 2 * startStride + VECTOR);
        FloatVector c3l = Floats.load(start + 3 * startStride), c3r = Floats.load(start + 3 * startStride + VECTOR);
        FloatVector c4l = Floats.load(start + 4 * startStride), c4r = Floats.load(start + 4 * startStride + VECTOR);
        FloatVector c5l = Floats.load(start + 5 * startStride), c5r = Floats.load(start + 5 * startStride + VECTOR);
        FloatVector c6l = Floats.load(start + 6 * startStride), c6r = Floats.load(start + 6 * startStride + VECTOR);
        FloatVector c7l = Floats.load(start + 7 * startStride), c7r = Floats.load(start + 7 * startStride + VECTOR);
        FloatVector c8l = Floats.load(start + 8 * startStride), c8r = Floats.load(start + 8 * startStride + VECTOR);
        FloatVector c9l = Floats.load(start + 9 * startStride), c9r = Floats.load(start + 9 * startStride + VECTOR);
        FloatVector c10l = Floats.load(start + 10 * startStride), c10r = Floats.load(start + 10 * startStride + VECTOR);
        FloatVector c11l = Floats.load(start + 11 * startStride), c11r = Floats.load(start + 11 * startStride + VECTOR);
        for (int p = 0; p < k; p++) {
            FloatVector l = FloatVector.fromArray(S, b, j), r = FloatVector.fromArray(S, b, j + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[i]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[i + 1]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[i + 2]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[i + 3]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            FloatVector a4 = FloatVector.broadcast(S, a[i + 4]);
            c4l = a4.fma(l, c4l);
            c4r = a4.fma(r, c4r);
            FloatVector a5 = FloatVector.broadcast(S, a[i + 5]);
            c5l = a5.fma(l, c5l);
            c5r = a5.fma(r, c5r);
            FloatVector a6 = FloatVector.broadcast(S, a[i + 6]);
            c6l = a6.fma(l, c6l);
            c6r = a6.fma(r, c6r);
            FloatVector a7 = FloatVector.broadcast(S, a[i + 7]);
            c7l = a7.fma(l, c7l);
            c7r = a7.fma(r, c7r);
            FloatVector a8 = FloatVector.broadcast(S, a[i + 8]);
            c8l = a8.fma(l, c8l);
            c8r = a8.fma(r, c8r);
            FloatVector a9 = FloatVector.broadcast(S, a[i + 9]);
            c9l = a9.fma(l, c9l);
            c9r = a9.fma(r, c9r);
            FloatVector a10 = FloatVector.broadcast(S, a[i + 10]);
            c10l = a10.fma(l, c10l);
            c10r = a10.fma(r, c10r);
            FloatVector a11 = FloatVector.broadcast(S, a[i + 11]);
            c11l = a11.fma(l, c11l);
            c11r = a11.fma(r, c11r);
            i += ROWS;
            j += COLS;
        }
        c0l.intoMemorySegment(Memory.ALL, c, Memory.ORDER);
        c0r.intoMemorySegment(Memory.ALL, c + VECTOR, Memory.ORDER);
        c1l.intoMemorySegment(Memory.ALL, c + cStride, Memory.ORDER);
        c1r.intoMemorySegment(Memory.ALL, c + cStride + VECTOR, Memory.ORDER);
        c2l.intoMemorySegment(Memory.ALL, c + 2 * cStride, Memory.ORDER);
        c2r.intoMemorySegment(Memory.ALL, c + 2 * cStride + VECTOR, Memory.ORDER);
        c3l.intoMemorySegment(Memory.ALL, c + 3 * cStride, Memory.ORDER);
        c3r.intoMemorySegment(Memory.ALL, c + 3 * cStride + VECTOR, Memory.ORDER);
        c4l.intoMemorySegment(Memory.ALL, c + 4 * cStride, Memory.ORDER);
        c4r.intoMemorySegment(Memory.ALL, c + 4 * cStride + VECTOR, Memory.ORDER);
        c5l.intoMemorySegment(Memory.ALL, c + 5 * cStride, Memory.ORDER);
        c5r.intoMemorySegment(Memory.ALL, c + 5 * cStride + VECTOR, Memory.ORDER);
        c6l.intoMemorySegment(Memory.ALL, c + 6 * cStride, Memory.ORDER);
        c6r.intoMemorySegment(Memory.ALL, c + 6 * cStride + VECTOR, Memory.ORDER);
        c7l.intoMemorySegment(Memory.ALL, c + 7 * cStride, Memory.ORDER);
        c7r.intoMemorySegment(Memory.ALL, c + 7 * cStride + VECTOR, Memory.ORDER);
        c8l.intoMemorySegment(Memory.ALL, c + 8 * cStride, Memory.ORDER);
        c8r.intoMemorySegment(Memory.ALL, c + 8 * cStride + VECTOR, Memory.ORDER);
        c9l.intoMemorySegment(Memory.ALL, c + 9 * cStride, Memory.ORDER);
        c9r.intoMemorySegment(Memory.ALL, c + 9 * cStride + VECTOR, Memory.ORDER);
        c10l.intoMemorySegment(Memory.ALL, c + 10 * cStride, Memory.ORDER);
        c10r.intoMemorySegment(Memory.ALL, c + 10 * cStride + VECTOR, Memory.ORDER);
        c11l.intoMemorySegment(Memory.ALL, c + 11 * cStride, Memory.ORDER);
        c11r.intoMemorySegment(Memory.ALL, c + 11 * cStride + VECTOR, Memory.ORDER);
    }

    /** The micro-kernel: 4 rows of a panel of A times a panel of B, all 4 × 2 vectors of sums in registers. */
    private static void tile4(int k, float[] a, int i, float[] b, int j, long c, long cStride) {
        FloatVector c0l = FloatVector.zero(S), c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S), c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S), c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S), c3r = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector l = FloatVector.fromArray(S, b, j), r = FloatVector.fromArray(S, b, j + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[i]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[i + 1]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[i + 2]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[i + 3]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            i += ROWS;
            j += COLS;
        }
        c0l.intoMemorySegment(Memory.ALL, c, Memory.ORDER);
        c0r.intoMemorySegment(Memory.ALL, c + VECTOR, Memory.ORDER);
        c1l.intoMemorySegment(Memory.ALL, c + cStride, Memory.ORDER);
        c1r.intoMemorySegment(Memory.ALL, c + cStride + VECTOR, Memory.ORDER);
        c2l.intoMemorySegment(Memory.ALL, c + 2 * cStride, Memory.ORDER);
        c2r.intoMemorySegment(Memory.ALL, c + 2 * cStride + VECTOR, Memory.ORDER);
        c3l.intoMemorySegment(Memory.ALL, c + 3 * cStride, Memory.ORDER);
        c3r.intoMemorySegment(Memory.ALL, c + 3 * cStride + VECTOR, Memory.ORDER);
    }

    /** A vector of bf16: the upper halves of the floats. */
    static FloatVector widen(long address, VectorMask<Short> mask) {
        return ((IntVector) ShortVector.fromMemorySegment(HALVES, Memory.ALL, address, Memory.ORDER, mask)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static float scalar(Storage storage, long address) {
        return storage == Storage.F32 ? Memory.ALL.get(Memory.FLOAT, address)
                : Float.intBitsToFloat(Memory.ALL.get(Memory.SHORT, address) << 16);
    }
}

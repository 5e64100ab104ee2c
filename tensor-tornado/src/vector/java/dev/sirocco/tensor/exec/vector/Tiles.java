package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.upTo;
import static dev.sirocco.tensor.exec.vector.Floats.zeros;

import dev.sirocco.tensor.exec.vector.Gemm.Storage;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Products of small matrices that stay in the cache, as attention has them. A matrix is a row of panels of {@link #W}
 * columns in a {@code float[]}; each panel lies row after row, so all strides are constants. A matrix of r rows and c
 * columns has {@code panels(c)} panels of r · W floats.
 */
final class Tiles {

    /** Columns of a panel: two vectors. */
    static final int W = 2 * LANES;
    /** Rows that are multiplied at once; the number of rows of a left factor is rounded up to a multiple of it. */
    static final int ROWS = 8;

    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[0]);

    private Tiles() {}

    /** Memory of this thread for intermediate values, kept for the next kernel; what it holds is undefined. */
    static float[] scratch(int size) {
        if (SCRATCH.get().length < size) {
            SCRATCH.set(new float[size]);
        }
        return SCRATCH.get();
    }

    static int panels(int columns) {
        return Math.ceilDiv(columns, W);
    }

    static int roundUp(int rows) {
        return Math.ceilDiv(rows, ROWS) * ROWS;
    }

    // ---- products ---------------------------------------------------------------------------------------------------

    /** C (m × W) += A (m × k) B (k × W), A in panels of {@code aRows} rows, of which the first m are taken. */
    static void addProduct(float[] x, int a, int aRows, int b, int c, int m, int k) {
        for (int p = 0; p < k; p += W) {
            for (int i = 0; i < m; i += ROWS) {
                tile(x, a + p * aRows + i * W, b + p * W, Math.min(W, k - p), c + i * W);
            }
        }
    }

    /** C (W × W) += Aᵀ B for A (k × W) and B (k × W). */
    static void addTransposedProduct(float[] x, int a, int b, int c, int k) {
        for (int i = 0; i < W; i += ROWS) {
            tileTransposed(x, a + i, b, k, c + i * W);
        }
    }

    /** C (8 × W) += A (8 × k) B (k × W), all of C in registers. */
    private static void tile(float[] x, int a, int b, int k, int c) {
        FloatVector c00 = at(x, c), c01 = at(x, c + LANES);
        FloatVector c10 = at(x, c + 1 * W), c11 = at(x, c + 1 * W + LANES);
        FloatVector c20 = at(x, c + 2 * W), c21 = at(x, c + 2 * W + LANES);
        FloatVector c30 = at(x, c + 3 * W), c31 = at(x, c + 3 * W + LANES);
        FloatVector c40 = at(x, c + 4 * W), c41 = at(x, c + 4 * W + LANES);
        FloatVector c50 = at(x, c + 5 * W), c51 = at(x, c + 5 * W + LANES);
        FloatVector c60 = at(x, c + 6 * W), c61 = at(x, c + 6 * W + LANES);
        FloatVector c70 = at(x, c + 7 * W), c71 = at(x, c + 7 * W + LANES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = at(x, b + p * W), b1 = at(x, b + p * W + LANES);
            FloatVector a0 = broadcast(x[a + p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = broadcast(x[a + 1 * W + p]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = broadcast(x[a + 2 * W + p]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = broadcast(x[a + 3 * W + p]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = broadcast(x[a + 4 * W + p]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = broadcast(x[a + 5 * W + p]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = broadcast(x[a + 6 * W + p]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = broadcast(x[a + 7 * W + p]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        put(c00, c01, x, c);
        put(c10, c11, x, c + 1 * W);
        put(c20, c21, x, c + 2 * W);
        put(c30, c31, x, c + 3 * W);
        put(c40, c41, x, c + 4 * W);
        put(c50, c51, x, c + 5 * W);
        put(c60, c61, x, c + 6 * W);
        put(c70, c71, x, c + 7 * W);
    }

    /** C (8 × W) += Aᵀ B for A (k × 8). */
    private static void tileTransposed(float[] x, int a, int b, int k, int c) {
        FloatVector c00 = at(x, c), c01 = at(x, c + LANES);
        FloatVector c10 = at(x, c + 1 * W), c11 = at(x, c + 1 * W + LANES);
        FloatVector c20 = at(x, c + 2 * W), c21 = at(x, c + 2 * W + LANES);
        FloatVector c30 = at(x, c + 3 * W), c31 = at(x, c + 3 * W + LANES);
        FloatVector c40 = at(x, c + 4 * W), c41 = at(x, c + 4 * W + LANES);
        FloatVector c50 = at(x, c + 5 * W), c51 = at(x, c + 5 * W + LANES);
        FloatVector c60 = at(x, c + 6 * W), c61 = at(x, c + 6 * W + LANES);
        FloatVector c70 = at(x, c + 7 * W), c71 = at(x, c + 7 * W + LANES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = at(x, b + p * W), b1 = at(x, b + p * W + LANES);
            FloatVector a0 = broadcast(x[a + p * W]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = broadcast(x[a + p * W + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = broadcast(x[a + p * W + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = broadcast(x[a + p * W + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = broadcast(x[a + p * W + 4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = broadcast(x[a + p * W + 5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = broadcast(x[a + p * W + 6]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = broadcast(x[a + p * W + 7]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        put(c00, c01, x, c);
        put(c10, c11, x, c + 1 * W);
        put(c20, c21, x, c + 2 * W);
        put(c30, c31, x, c + 3 * W);
        put(c40, c41, x, c + 4 * W);
        put(c50, c51, x, c + 5 * W);
        put(c60, c61, x, c + 6 * W);
        put(c70, c71, x, c + 7 * W);
    }

    static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(S, x, i);
    }

    private static void put(FloatVector left, FloatVector right, float[] x, int c) {
        left.intoArray(x, c);
        right.intoArray(x, c + LANES);
    }

    // ---- packing ----------------------------------------------------------------------------------------------------

    /** Copies rows of floats from memory into panels of {@code panelRows} rows, times a factor, with zeros around. */
    static void pack(long source, long rowBytes, int rows, int columns, float factor, float[] x, int target,
            int panelRows) {
        for (int j = 0; j < panels(columns) * W; j += LANES) {
            int panel = target + j / W * panelRows * W + j % W;
            packStrip(source + 4L * j, rowBytes, rows, upTo(j, columns), factor, x, panel);
            for (int i = rows; i < panelRows; i++) {
                zeros().intoArray(x, panel + i * W);
            }
        }
    }

    private static void packStrip(long source, long rowBytes, int rows, VectorMask<Float> mask, float factor,
                                  float[] x, int target) {
        for (int i = 0; i < rows; i++) {
            load(source + i * rowBytes, mask).mul(factor).intoArray(x, target + i * W);
        }
    }

    /**
     * Copies up to W rows of floats from memory into the columns of a panel, which has a row for each column of theirs.
     * The other columns of the panel hold anything.
     */
    static void packTransposed(Transposition transposition, long source, long rowBytes, int rows, int columns, float[] x,
            int target) {
        transposition.pack(Storage.F32, source, rowBytes, Float.BYTES, Math.min(rows, LANES), columns, x, target, W);
        if (rows > LANES) {
            transposition.pack(Storage.F32, source + LANES * rowBytes, rowBytes, Float.BYTES, rows - LANES, columns, x,
                    target + LANES, W);
        }
    }

    /** Copies rows of panels to memory, times a factor. */
    static void unpack(float[] x, int source, int panelRows, int rows, int columns, float factor,
                       long target, long rowBytes) {
        for (int j = 0; j < columns; j += LANES) {
            int panel = source + j / W * panelRows * W + j % W;
            unpackStrip(x, panel, rows, upTo(j, columns), factor, target + 4L * j, rowBytes);
        }
    }

    private static void unpackStrip(float[] x, int source, int rows, VectorMask<Float> mask, float factor,
                                    long target, long rowBytes) {
        for (int i = 0; i < rows; i++) {
            store(target + i * rowBytes, at(x, source + i * W).mul(factor), mask);
        }
    }
}

package dev.sirocco.tensor.exec.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The product of two matrices that lie in whole tiles, read where they are: C (+)= A B, where the rows of C are a
 * multiple of {@link #ROWS} and its columns one of {@link #WIDTH}. They lie in arrays, which C2 compiles to less code
 * than segments.
 *
 * @param byColumns whether a column of A lies side by side, else a row
 * @param aStep     elements from a row of A to the next, or from a column
 * @param bPanel    elements from a panel of columns of B to the next
 * @param bStep     elements from a row of B to the next
 * @param cRow      elements from a row of C to the next
 */
record RowTiles(boolean byColumns, int aStep, int bPanel, int bStep, int cRow) {

    private static final VectorSpecies<Float> S = Floats.S;
    private static final int LANES = Floats.LANES;

    /** Rows and columns of a tile: its sums and their factors fit 32 registers (AVX-512), or 16. */
    static final int ROWS = LANES >= 16 ? 8 : 4;
    static final int WIDTH = 2 * LANES;
    /** The first element of an array to be used: after the header of a large one it is the first of a cache line. */
    static final int START = 12 + 12 * WIDTH;
    /** The elements before it have room for a tile's sums. */
    private static final int SPARE = 12;

    /** What of a panel of B stays in L1 while the rows of A pass by. */
    private static final int DEPTH = 256;
    private static final ThreadLocal<float[]> SHARED = ThreadLocal.withInitial(() -> new float[0]);

    /** Memory of the calling thread, for all workers of the jobs that it gives out; what it holds is undefined. */
    static float[] shared(long size) {
        if (SHARED.get().length < START + size) {
            SHARED.set(new float[Math.toIntExact(START + size)]);
        }
        return SHARED.get();
    }

    /** Memory of a worker for the time of a part. */
    static float[] own(Workers workers, int worker, long size) {
        return workers.floats(worker, Math.toIntExact(START + size));
    }

    /** @param own an array of the worker's */
    void multiply(int rows, int cols, int depth, float[] a, int firstA, float[] b, int firstB, float[] c, int firstC,
                  boolean add, float[] own) {
        int piece = Gemm.evenPiece(depth, DEPTH, 1);
        int k = 0;
        do {
            int count = Math.min(piece, depth - k);
            for (int col = 0; col < cols; col += WIDTH) {
                int panel = firstB + col / WIDTH * bPanel + k * bStep;
                int row = 0;
                while (row < rows) {
                    int tile = firstC + row * cRow + col;
                    int height = height(rows - row);
                    if (add || k > 0) {
                        tile(height, count, a, firstA + (byColumns ? row + k * aStep : row * aStep + k), b, panel, own,
                                SPARE, WIDTH);
                        add(height, own, c, tile);
                    } else {
                        tile(height, count, a, firstA + (byColumns ? row + k * aStep : row * aStep + k), b, panel, c,
                                tile, cRow);
                    }
                    row += height;
                }
            }
            k += count;
        } while (k < depth);
    }

    /** The rows of the next tile where so many are left. */
    private int height(int rows) {
        return ROWS == 4 || byColumns || rows == 8 || rows == 16 ? ROWS : 12;
    }

    private void tile(int height, int k, float[] a, int i, float[] b, int panel, float[] c, int tile, int row) {
        if (byColumns && height == 8) {
            columns8(k, a, i, aStep, b, panel, bStep, c, tile, row);
        } else if (byColumns) {
            columns4(k, a, i, aStep, b, panel, bStep, c, tile, row);
        } else if (height == 12) {
            rows12(k, a, i, aStep, b, panel, bStep, c, tile, row);
        } else if (height == 8) {
            rows8(k, a, i, aStep, b, panel, bStep, c, tile, row);
        } else {
            rows4(k, a, i, aStep, b, panel, bStep, c, tile, row);
        }
    }

    private void add(int height, float[] own, float[] c, int tile) {
        for (int row = 0; row < height; row++) {
            int sums = SPARE + row * WIDTH;
            at(c, tile).add(at(own, sums)).intoArray(c, tile);
            at(c, tile + LANES).add(at(own, sums + LANES)).intoArray(c, tile + LANES);
            tile += cRow;
        }
    }

    private static void rows12(int k, float[] a, int row, int aRow, float[] b, int panel, int bStep, float[] c, int i,
                              int cRow) {
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
            FloatVector l = at(b, panel), r = at(b, panel + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[row + p]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[row + aRow + p]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[row + 2 * aRow + p]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[row + 3 * aRow + p]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            FloatVector a4 = FloatVector.broadcast(S, a[row + 4 * aRow + p]);
            c4l = a4.fma(l, c4l);
            c4r = a4.fma(r, c4r);
            FloatVector a5 = FloatVector.broadcast(S, a[row + 5 * aRow + p]);
            c5l = a5.fma(l, c5l);
            c5r = a5.fma(r, c5r);
            FloatVector a6 = FloatVector.broadcast(S, a[row + 6 * aRow + p]);
            c6l = a6.fma(l, c6l);
            c6r = a6.fma(r, c6r);
            FloatVector a7 = FloatVector.broadcast(S, a[row + 7 * aRow + p]);
            c7l = a7.fma(l, c7l);
            c7r = a7.fma(r, c7r);
            FloatVector a8 = FloatVector.broadcast(S, a[row + 8 * aRow + p]);
            c8l = a8.fma(l, c8l);
            c8r = a8.fma(r, c8r);
            FloatVector a9 = FloatVector.broadcast(S, a[row + 9 * aRow + p]);
            c9l = a9.fma(l, c9l);
            c9r = a9.fma(r, c9r);
            FloatVector a10 = FloatVector.broadcast(S, a[row + 10 * aRow + p]);
            c10l = a10.fma(l, c10l);
            c10r = a10.fma(r, c10r);
            FloatVector a11 = FloatVector.broadcast(S, a[row + 11 * aRow + p]);
            c11l = a11.fma(l, c11l);
            c11r = a11.fma(r, c11r);
            panel += bStep;
        }
        c0l.intoArray(c, i);
        c0r.intoArray(c, i + LANES);
        c1l.intoArray(c, i + cRow);
        c1r.intoArray(c, i + cRow + LANES);
        c2l.intoArray(c, i + 2 * cRow);
        c2r.intoArray(c, i + 2 * cRow + LANES);
        c3l.intoArray(c, i + 3 * cRow);
        c3r.intoArray(c, i + 3 * cRow + LANES);
        c4l.intoArray(c, i + 4 * cRow);
        c4r.intoArray(c, i + 4 * cRow + LANES);
        c5l.intoArray(c, i + 5 * cRow);
        c5r.intoArray(c, i + 5 * cRow + LANES);
        c6l.intoArray(c, i + 6 * cRow);
        c6r.intoArray(c, i + 6 * cRow + LANES);
        c7l.intoArray(c, i + 7 * cRow);
        c7r.intoArray(c, i + 7 * cRow + LANES);
        c8l.intoArray(c, i + 8 * cRow);
        c8r.intoArray(c, i + 8 * cRow + LANES);
        c9l.intoArray(c, i + 9 * cRow);
        c9r.intoArray(c, i + 9 * cRow + LANES);
        c10l.intoArray(c, i + 10 * cRow);
        c10r.intoArray(c, i + 10 * cRow + LANES);
        c11l.intoArray(c, i + 11 * cRow);
        c11r.intoArray(c, i + 11 * cRow + LANES);
    }

    private static void rows8(int k, float[] a, int row, int aRow, float[] b, int panel, int bStep, float[] c, int i,
                              int cRow) {
        FloatVector c0l = FloatVector.zero(S), c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S), c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S), c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S), c3r = FloatVector.zero(S);
        FloatVector c4l = FloatVector.zero(S), c4r = FloatVector.zero(S);
        FloatVector c5l = FloatVector.zero(S), c5r = FloatVector.zero(S);
        FloatVector c6l = FloatVector.zero(S), c6r = FloatVector.zero(S);
        FloatVector c7l = FloatVector.zero(S), c7r = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector l = at(b, panel), r = at(b, panel + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[row + p]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[row + aRow + p]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[row + 2 * aRow + p]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[row + 3 * aRow + p]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            FloatVector a4 = FloatVector.broadcast(S, a[row + 4 * aRow + p]);
            c4l = a4.fma(l, c4l);
            c4r = a4.fma(r, c4r);
            FloatVector a5 = FloatVector.broadcast(S, a[row + 5 * aRow + p]);
            c5l = a5.fma(l, c5l);
            c5r = a5.fma(r, c5r);
            FloatVector a6 = FloatVector.broadcast(S, a[row + 6 * aRow + p]);
            c6l = a6.fma(l, c6l);
            c6r = a6.fma(r, c6r);
            FloatVector a7 = FloatVector.broadcast(S, a[row + 7 * aRow + p]);
            c7l = a7.fma(l, c7l);
            c7r = a7.fma(r, c7r);
            panel += bStep;
        }
        c0l.intoArray(c, i);
        c0r.intoArray(c, i + LANES);
        c1l.intoArray(c, i + cRow);
        c1r.intoArray(c, i + cRow + LANES);
        c2l.intoArray(c, i + 2 * cRow);
        c2r.intoArray(c, i + 2 * cRow + LANES);
        c3l.intoArray(c, i + 3 * cRow);
        c3r.intoArray(c, i + 3 * cRow + LANES);
        c4l.intoArray(c, i + 4 * cRow);
        c4r.intoArray(c, i + 4 * cRow + LANES);
        c5l.intoArray(c, i + 5 * cRow);
        c5r.intoArray(c, i + 5 * cRow + LANES);
        c6l.intoArray(c, i + 6 * cRow);
        c6r.intoArray(c, i + 6 * cRow + LANES);
        c7l.intoArray(c, i + 7 * cRow);
        c7r.intoArray(c, i + 7 * cRow + LANES);
    }

    private static void rows4(int k, float[] a, int row, int aRow, float[] b, int panel, int bStep, float[] c, int i,
                              int cRow) {
        FloatVector c0l = FloatVector.zero(S), c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S), c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S), c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S), c3r = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector l = at(b, panel), r = at(b, panel + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[row + p]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[row + aRow + p]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[row + 2 * aRow + p]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[row + 3 * aRow + p]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            panel += bStep;
        }
        c0l.intoArray(c, i);
        c0r.intoArray(c, i + LANES);
        c1l.intoArray(c, i + cRow);
        c1r.intoArray(c, i + cRow + LANES);
        c2l.intoArray(c, i + 2 * cRow);
        c2r.intoArray(c, i + 2 * cRow + LANES);
        c3l.intoArray(c, i + 3 * cRow);
        c3r.intoArray(c, i + 3 * cRow + LANES);
    }

    private static void columns8(int k, float[] a, int column, int aStep, float[] b, int panel, int bStep, float[] c,
                                 int i, int cRow) {
        FloatVector c0l = FloatVector.zero(S), c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S), c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S), c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S), c3r = FloatVector.zero(S);
        FloatVector c4l = FloatVector.zero(S), c4r = FloatVector.zero(S);
        FloatVector c5l = FloatVector.zero(S), c5r = FloatVector.zero(S);
        FloatVector c6l = FloatVector.zero(S), c6r = FloatVector.zero(S);
        FloatVector c7l = FloatVector.zero(S), c7r = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector l = at(b, panel), r = at(b, panel + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[column]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[column + 1]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[column + 2]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[column + 3]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            FloatVector a4 = FloatVector.broadcast(S, a[column + 4]);
            c4l = a4.fma(l, c4l);
            c4r = a4.fma(r, c4r);
            FloatVector a5 = FloatVector.broadcast(S, a[column + 5]);
            c5l = a5.fma(l, c5l);
            c5r = a5.fma(r, c5r);
            FloatVector a6 = FloatVector.broadcast(S, a[column + 6]);
            c6l = a6.fma(l, c6l);
            c6r = a6.fma(r, c6r);
            FloatVector a7 = FloatVector.broadcast(S, a[column + 7]);
            c7l = a7.fma(l, c7l);
            c7r = a7.fma(r, c7r);
            column += aStep;
            panel += bStep;
        }
        c0l.intoArray(c, i);
        c0r.intoArray(c, i + LANES);
        c1l.intoArray(c, i + cRow);
        c1r.intoArray(c, i + cRow + LANES);
        c2l.intoArray(c, i + 2 * cRow);
        c2r.intoArray(c, i + 2 * cRow + LANES);
        c3l.intoArray(c, i + 3 * cRow);
        c3r.intoArray(c, i + 3 * cRow + LANES);
        c4l.intoArray(c, i + 4 * cRow);
        c4r.intoArray(c, i + 4 * cRow + LANES);
        c5l.intoArray(c, i + 5 * cRow);
        c5r.intoArray(c, i + 5 * cRow + LANES);
        c6l.intoArray(c, i + 6 * cRow);
        c6r.intoArray(c, i + 6 * cRow + LANES);
        c7l.intoArray(c, i + 7 * cRow);
        c7r.intoArray(c, i + 7 * cRow + LANES);
    }

    private static void columns4(int k, float[] a, int column, int aStep, float[] b, int panel, int bStep, float[] c,
                                 int i, int cRow) {
        FloatVector c0l = FloatVector.zero(S), c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S), c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S), c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S), c3r = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector l = at(b, panel), r = at(b, panel + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[column]);
            c0l = a0.fma(l, c0l);
            c0r = a0.fma(r, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[column + 1]);
            c1l = a1.fma(l, c1l);
            c1r = a1.fma(r, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[column + 2]);
            c2l = a2.fma(l, c2l);
            c2r = a2.fma(r, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[column + 3]);
            c3l = a3.fma(l, c3l);
            c3r = a3.fma(r, c3r);
            column += aStep;
            panel += bStep;
        }
        c0l.intoArray(c, i);
        c0r.intoArray(c, i + LANES);
        c1l.intoArray(c, i + cRow);
        c1r.intoArray(c, i + cRow + LANES);
        c2l.intoArray(c, i + 2 * cRow);
        c2r.intoArray(c, i + 2 * cRow + LANES);
        c3l.intoArray(c, i + 3 * cRow);
        c3r.intoArray(c, i + 3 * cRow + LANES);
    }

    static FloatVector at(float[] m, int i) {
        return FloatVector.fromArray(S, m, i);
    }

    static FloatVector broadcast(long address) {
        return FloatVector.broadcast(S, Memory.f32(address));
    }
}

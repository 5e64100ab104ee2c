package dev.sirocco.tensor.exec.vector;

import jdk.incubator.vector.FloatVector;

/**
 * The product of two matrices that lie in whole tiles, read where they are: C (+)= A B, where the rows of C are a
 * multiple of {@link #ROWS} and its columns one of {@link #WIDTH}.
 *
 * @param aRow   bytes from a row of A to the next
 * @param aStep  bytes from a column of A to the next
 * @param bPanel bytes from a panel of columns of B to the next
 * @param bStep  bytes from a row of B to the next
 * @param cRow   bytes from a row of C to the next
 */
record RowTiles(long aRow, long aStep, long bPanel, long bStep, long cRow) {

    /** Rows and columns of a tile: its sums and their factors fit 32 registers (AVX-512), or 16. */
    static final int ROWS = Lanes.COUNT >= 16 ? 8 : 4;
    static final int WIDTH = 2 * Lanes.COUNT;

    /** Elements of a tile. */
    static final int TILE = ROWS * WIDTH;

    /** What of a panel of B stays in L1 while the rows of A pass by. */
    private static final int DEPTH = 256;

    /** @param tile room for the sums of a tile: an array, which C2 compiles to less code than a segment */
    void multiply(int rows, int cols, int depth, long a, long b, long c, boolean add, float[] tile) {
        int piece = Gemm.evenPiece(depth, DEPTH, 1);
        int k = 0;
        do {
            int count = Math.min(piece, depth - k);
            for (int col = 0; col < cols; col += WIDTH) {
                long panel = b + col / WIDTH * bPanel + k * bStep;
                for (int row = 0; row < rows; row += ROWS) {
                    if (ROWS == 8) {
                        tile8(count, a + row * aRow + k * aStep, aRow, aStep, panel, bStep, tile);
                    } else {
                        tile4(count, a + row * aRow + k * aStep, aRow, aStep, panel, bStep, tile);
                    }
                    put(tile, c + row * cRow + 4L * col, add || k > 0);
                }
            }
            k += count;
        } while (k < depth);
    }

    private static void tile8(int k, long a, long aRow, long aStep, long b, long bStep, float[] tile) {
        FloatVector c00 = FloatVector.zero(Lanes.F32), c01 = FloatVector.zero(Lanes.F32);
        FloatVector c10 = FloatVector.zero(Lanes.F32), c11 = FloatVector.zero(Lanes.F32);
        FloatVector c20 = FloatVector.zero(Lanes.F32), c21 = FloatVector.zero(Lanes.F32);
        FloatVector c30 = FloatVector.zero(Lanes.F32), c31 = FloatVector.zero(Lanes.F32);
        FloatVector c40 = FloatVector.zero(Lanes.F32), c41 = FloatVector.zero(Lanes.F32);
        FloatVector c50 = FloatVector.zero(Lanes.F32), c51 = FloatVector.zero(Lanes.F32);
        FloatVector c60 = FloatVector.zero(Lanes.F32), c61 = FloatVector.zero(Lanes.F32);
        FloatVector c70 = FloatVector.zero(Lanes.F32), c71 = FloatVector.zero(Lanes.F32);
        long lower = a + 4 * aRow;
        long third = 3 * aRow;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = Lanes.floats(b), b1 = Lanes.floats(b + Lanes.BYTES);
            FloatVector a0 = broadcast(a);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = broadcast(a + aRow);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = broadcast(a + 2 * aRow);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = broadcast(a + third);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = broadcast(lower);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = broadcast(lower + aRow);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = broadcast(lower + 2 * aRow);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = broadcast(lower + third);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
            a += aStep;
            lower += aStep;
            b += bStep;
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, Lanes.COUNT);
        c10.intoArray(tile, WIDTH);
        c11.intoArray(tile, WIDTH + Lanes.COUNT);
        c20.intoArray(tile, 2 * WIDTH);
        c21.intoArray(tile, 2 * WIDTH + Lanes.COUNT);
        c30.intoArray(tile, 3 * WIDTH);
        c31.intoArray(tile, 3 * WIDTH + Lanes.COUNT);
        c40.intoArray(tile, 4 * WIDTH);
        c41.intoArray(tile, 4 * WIDTH + Lanes.COUNT);
        c50.intoArray(tile, 5 * WIDTH);
        c51.intoArray(tile, 5 * WIDTH + Lanes.COUNT);
        c60.intoArray(tile, 6 * WIDTH);
        c61.intoArray(tile, 6 * WIDTH + Lanes.COUNT);
        c70.intoArray(tile, 7 * WIDTH);
        c71.intoArray(tile, 7 * WIDTH + Lanes.COUNT);
    }

    private static void tile4(int k, long a, long aRow, long aStep, long b, long bStep, float[] tile) {
        FloatVector c00 = FloatVector.zero(Lanes.F32), c01 = FloatVector.zero(Lanes.F32);
        FloatVector c10 = FloatVector.zero(Lanes.F32), c11 = FloatVector.zero(Lanes.F32);
        FloatVector c20 = FloatVector.zero(Lanes.F32), c21 = FloatVector.zero(Lanes.F32);
        FloatVector c30 = FloatVector.zero(Lanes.F32), c31 = FloatVector.zero(Lanes.F32);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = Lanes.floats(b), b1 = Lanes.floats(b + Lanes.BYTES);
            FloatVector a0 = broadcast(a);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = broadcast(a + aRow);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = broadcast(a + 2 * aRow);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = broadcast(a + 3 * aRow);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            a += aStep;
            b += bStep;
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, Lanes.COUNT);
        c10.intoArray(tile, WIDTH);
        c11.intoArray(tile, WIDTH + Lanes.COUNT);
        c20.intoArray(tile, 2 * WIDTH);
        c21.intoArray(tile, 2 * WIDTH + Lanes.COUNT);
        c30.intoArray(tile, 3 * WIDTH);
        c31.intoArray(tile, 3 * WIDTH + Lanes.COUNT);
    }

    private void put(float[] tile, long c, boolean add) {
        for (int row = 0; row < ROWS; row++) {
            FloatVector left = FloatVector.fromArray(Lanes.F32, tile, row * WIDTH);
            FloatVector right = FloatVector.fromArray(Lanes.F32, tile, row * WIDTH + Lanes.COUNT);
            if (add) {
                left = left.add(Lanes.floats(c));
                right = right.add(Lanes.floats(c + Lanes.BYTES));
            }
            Lanes.put(c, left);
            Lanes.put(c + Lanes.BYTES, right);
            c += cRow;
        }
    }

    static FloatVector broadcast(long address) {
        return FloatVector.broadcast(Lanes.F32, Memory.f32(address));
    }
}

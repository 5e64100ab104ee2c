package dev.sirocco.tensor.exec.vector;

/**
 * Matrix multiplication C = A B or C += A B in single precision, for one pair of matrices or a batch.
 *
 * <p>The loops are those of Goto and van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication" (2008), in the form BLIS gave them (Van Zee and van de Geijn, 2015): a block of
 * {@code kc} rows and {@code nc} columns of B is packed into panels that stay in L2, then a block of
 * {@code mc} rows of A, and {@link Panel} multiplies one panel of each at a time. Products of few rows
 * go to {@link Gemv}, which does not pack.
 *
 * <p>Every element of C is summed by one worker, in an order that depends on the shape only: the
 * result has the same bits for any number of workers.
 */
final class Gemm {

    /** How a matrix is stored; C is always {@link #F32}. */
    enum Storage {
        /** 32-bit floating point. */
        F32(4),
        /** The upper half of a 32-bit floating-point number, widened while it is read. */
        BF16(2);

        final int bytes;

        Storage(int bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * The sizes: A is (m, k), B is (k, n), C is (m, n), each once for every index
     * (i0, i1, i2) below (batch0, batch1, batch2).
     */
    record Shape(int m, int n, int k, int batch0, int batch1, int batch2) {
        Shape {
            if (m < 0 || n < 0 || k < 0 || batch0 < 0 || batch1 < 0 || batch2 < 0) {
                throw new IllegalArgumentException("negative size in " + m + "×" + n + "×" + k
                        + ", batch " + batch0 + "×" + batch1 + "×" + batch2);
            }
        }

        Shape(int m, int n, int k) {
            this(m, n, k, 1, 1, 1);
        }

        int batch() {
            return Math.multiplyExact(Math.multiplyExact(batch0, batch1), batch2);
        }
    }

    /**
     * Where the elements of a matrix lie, as strides counted in elements. Fast where one of rowStride
     * and colStride is 1, so that a transposed view needs no copy; a batch stride of 0 broadcasts.
     */
    record Operand(Storage storage, long rowStride, long colStride,
                   long batchStride0, long batchStride1, long batchStride2) {

        /** One matrix in single precision, the same for the whole batch. */
        Operand(long rowStride, long colStride) {
            this(Storage.F32, rowStride, colStride, 0, 0, 0);
        }

        Operand stored(Storage storage) {
            return new Operand(storage, rowStride, colStride, batchStride0, batchStride1, batchStride2);
        }

        Operand batched(long batchStride0, long batchStride1, long batchStride2) {
            return new Operand(storage, rowStride, colStride, batchStride0, batchStride1, batchStride2);
        }

        long rowBytes() {
            return rowStride * storage.bytes;
        }

        long colBytes() {
            return colStride * storage.bytes;
        }

        /** Byte offset of the matrix with the given number, batch index (i0, i1, i2) in row-major order. */
        long batchBytes(int batch, Shape shape) {
            int i2 = batch % shape.batch2;
            int i1 = batch / shape.batch2 % shape.batch1;
            int i0 = batch / shape.batch2 / shape.batch1;
            return (i0 * batchStride0 + i1 * batchStride1 + i2 * batchStride2) * storage.bytes;
        }
    }

    /** What follows the product on the block of C just finished, while it is still in the cache. */
    @FunctionalInterface
    interface Epilogue {
        /**
         * Called by the worker that computed the block ({@link Workers#current}); the blocks of all
         * calls cover C once.
         */
        void apply(int batch, int row0, int rows, int col0, int cols);
    }

    /** Multiplications below which waking a second worker costs more than it brings. */
    private static final long SERIAL = 100_000;
    /** The cost of packing an element, in multiplications of the micro-kernel. */
    private static final int PACKING = 32;

    private static final int KC = 384;
    private static final int MC = 60;
    private static final int NC = 768;

    private final Shape shape;
    private final Operand a;
    private final Operand b;
    private final Operand c;
    private final boolean accumulate;
    private final int kc;

    /**
     * @param c          the result, of {@link Storage#F32} and column stride 1
     * @param accumulate whether the product is added to what C holds
     */
    Gemm(Shape shape, Operand a, Operand b, Operand c, boolean accumulate) {
        if (c.storage != Storage.F32 || c.colStride != 1 && shape.n > 1) {
            throw new IllegalArgumentException("C must be F32 with column stride 1: " + c);
        }
        this.shape = shape;
        this.a = a;
        this.b = b;
        this.c = c;
        this.accumulate = accumulate;
        this.kc = evenPiece(shape.k, KC, 1);
    }

    /** Multiplies the matrices at the given addresses; {@code epilogue} may be null. */
    void run(Workers workers, long a, long b, long c, Epilogue epilogue) {
        int batch = shape.batch();
        if (shape.m == 0 || shape.n == 0 || batch == 0) {
            return;
        }
        boolean serial = (long) batch * shape.m * shape.n * shape.k <= SERIAL;
        if (!serial && Gemv.sharesRows(shape, this.b)) {
            new Gemv(shape, this.a, this.b, this.c, accumulate).runShares(new Call(workers, a, b, c, epilogue));
            return;
        }
        int count = serial ? 1 : workers.count();
        int pieces = batch % count == 0 || batch >= 4 * count ? 1 : count;
        Grid grid = Gemv.suits(shape, this.b) ? Gemv.grid(shape, pieces) : Grid.of(shape, pieces);
        Call call = new Call(workers, a, b, c, epilogue);
        int parts = batch * grid.parts();
        if (serial) {
            for (int part = 0; part < parts; part++) {
                run(call, grid, part, Workers.current());
            }
        } else {
            workers.run(parts, (part, worker) -> run(call, grid, part, worker));
        }
    }

    private void run(Call call, Grid grid, int part, int worker) {
        int item = part / grid.parts();
        Call one = call.item(item, this);
        Region region = grid.region(part % grid.parts(), shape);
        if (Gemv.suits(shape, b)) {
            new Gemv(shape, a, b, c, accumulate).run(one, region, item, worker);
        } else {
            multiply(one, region, item, worker);
        }
    }

    /** The loops around the micro-kernel for the part of C that one worker computes. */
    private void multiply(Call call, Region region, int item, int worker) {
        int nc = evenPiece(region.cols(), NC, Panel.COLS);
        int mc = Math.min(MC, region.rows());
        Panel panel = new Panel(call.workers, worker, mc, kc, nc);
        for (int col = region.col0; col < region.colEnd; col += nc) {
            int cols = Math.min(nc, region.colEnd - col);
            int k0 = 0;
            do {
                int depth = Math.min(kc, shape.k - k0);
                boolean last = k0 + depth == shape.k;
                panel.packB(b, call.b + k0 * b.rowBytes() + col * b.colBytes(), depth, cols);
                for (int row = region.row0; row < region.rowEnd; row += mc) {
                    int rows = Math.min(mc, region.rowEnd - row);
                    panel.packA(a, call.a + row * a.rowBytes() + k0 * a.colBytes(), rows, depth);
                    panel.multiply(depth, rows, cols, call.c + row * c.rowBytes() + 4L * col, c.rowBytes(),
                            accumulate || k0 > 0);
                    if (last && call.epilogue != null) {
                        call.epilogue.apply(item, row, rows, col, cols);
                    }
                }
                k0 += depth;
            } while (k0 < shape.k);
        }
    }

    /** The size of equal pieces, a multiple of {@code unit}, when none may exceed {@code max}. */
    static int evenPiece(int total, int max, int unit) {
        int pieces = Math.max(1, Math.ceilDiv(total, max));
        return roundUp(Math.ceilDiv(total, pieces), unit);
    }

    static int roundUp(int size, int unit) {
        return Math.ceilDiv(size, unit) * unit;
    }

    /** The arguments of one call. */
    record Call(Workers workers, long a, long b, long c, Epilogue epilogue) {
        private Call item(int item, Gemm gemm) {
            return new Call(workers, a + gemm.a.batchBytes(item, gemm.shape),
                    b + gemm.b.batchBytes(item, gemm.shape), c + gemm.c.batchBytes(item, gemm.shape), epilogue);
        }
    }

    /** A rectangle of C. */
    record Region(int row0, int rowEnd, int col0, int colEnd) {
        int rows() {
            return rowEnd - row0;
        }

        int cols() {
            return colEnd - col0;
        }
    }

    /** A division of C into {@code down} by {@code across} regions of (rows, cols), the last ones smaller. */
    record Grid(int down, int across, int rows, int cols) {

        /** The division into at most {@code pieces} whose largest takes the least time. */
        static Grid of(Shape shape, int pieces) {
            Grid best = null;
            for (int down = 1; down <= pieces; down++) {
                if (pieces % down == 0) {
                    int rows = roundUp(Math.ceilDiv(shape.m, down), Panel.ROWS);
                    int cols = roundUp(Math.ceilDiv(shape.n, pieces / down), Panel.COLS);
                    Grid grid = new Grid(Math.ceilDiv(shape.m, rows), Math.ceilDiv(shape.n, cols), rows, cols);
                    best = best == null || grid.cost() < best.cost() ? grid : best;
                }
            }
            return best;
        }

        private long cost() {
            return (long) rows * cols + (long) PACKING * (rows + cols);
        }

        int parts() {
            return down * across;
        }

        Region region(int part, Shape shape) {
            int row0 = part / across * rows;
            int col0 = part % across * cols;
            return new Region(row0, Math.min(shape.m, row0 + rows), col0, Math.min(shape.n, col0 + cols));
        }
    }
}

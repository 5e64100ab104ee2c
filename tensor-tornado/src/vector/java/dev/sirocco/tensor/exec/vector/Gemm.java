package dev.sirocco.tensor.exec.vector;

import java.util.Arrays;

/**
 * Matrix multiplication C = A B or C += A B in single precision, for one pair of matrices or a batch.
 *
 * <p>The loops are those of Goto and van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication" (2008), in the form BLIS gave them (Van Zee and van de Geijn, 2015): a block of
 * {@code kc} rows and {@code nc} columns of B is packed into panels that stay in L2, then blocks of {@code mc}
 * rows of A, and {@link Panel} multiplies one panel of each at a time. Products of few rows
 * go to {@link Gemv}, which does not pack.
 *
 * <p>Every element of C is summed in an order that depends on the shape only: the
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

    /** Up to so many rows, packing B takes a share of the time that is worth the memory of panels that are kept. */
    private static final int KEPT_ROWS = 512;

    private static final int KC = 256;
    private static final int MC = 5 * Panel.ROWS;
    private static final int NC = 768;
    /** From so many products for each worker on, a worker computes whole ones. */
    private static final int MANY = 4;

    private final Shape shape;
    private final Operand a;
    private final Operand b;
    private final Operand c;
    private final boolean accumulate;
    private final int kc;
    private final boolean keepsPanels;
    /** All panels of B, block of k by block, where they are kept; packed by the first run. */
    private float[] panels;

    /** A product of matrices that may change from run to run. */
    Gemm(Shape shape, Operand a, Operand b, Operand c, boolean accumulate) {
        this(shape, a, b, c, accumulate, false);
    }

    /**
     * @param c           the result, of {@link Storage#F32} and column stride 1
     * @param accumulate  whether the product is added to what C holds
     * @param isConstantB whether B has the same elements, at the same address, in every run
     */
    Gemm(Shape shape, Operand a, Operand b, Operand c, boolean accumulate, boolean isConstantB) {
        if (c.storage != Storage.F32 || c.colStride != 1 && shape.n > 1) {
            throw new IllegalArgumentException("C must be F32 with column stride 1: " + c);
        }
        this.shape = shape;
        this.a = a;
        this.b = b;
        this.c = c;
        this.accumulate = accumulate;
        this.kc = evenPiece(shape.k, KC, 1);
        boolean isOneMatrix = b.batchStride0 == 0 && b.batchStride1 == 0 && b.batchStride2 == 0;
        keepsPanels = isConstantB && isOneMatrix && shape.m <= KEPT_ROWS && !Gemv.suits(shape, b)
                && panelsSize() <= Integer.MAX_VALUE;
    }

    private long panelsSize() {
        return (long) shape.k * roundUp(shape.n, Panel.COLS);
    }

    /** The bytes of panels that are kept from run to run. */
    long keptBytes() {
        return keepsPanels ? 4 * panelsSize() : 0;
    }

    /** Multiplies the matrices at the given addresses; {@code epilogue} may be null. */
    void run(Workers workers, long a, long b, long c, Epilogue epilogue) {
        int batch = shape.batch();
        if (shape.m == 0 || shape.n == 0 || batch == 0) {
            return;
        }
        if (keepsPanels && panels == null) {
            panels = packAll(workers, b);
        }
        Call call = new Call(workers, a, b, c, epilogue);
        long work = (long) shape.m * shape.n * shape.k;
        boolean serial = batch * work <= SERIAL;
        if (Gemv.suits(shape, this.b)) {
            runGemv(call, serial);
        } else if (serial) {
            for (int item = 0; item < batch; item++) {
                multiplyAlone(call, item, Workers.current());
            }
        } else if (batch >= MANY * workers.count() || work <= SERIAL) {
            workers.run(batch, (item, worker) -> multiplyAlone(call, item, worker));
        } else {
            for (int item = 0; item < batch; item++) {
                multiply(call, item, new Team(workers.count(), workers::run));
            }
        }
    }

    private float[] packAll(Workers workers, long address) {
        float[] all = new float[(int) panelsSize()];
        int strips = Math.ceilDiv(shape.n, Panel.COLS);
        workers.run(Math.ceilDiv(shape.k, kc) * strips, (part, worker) -> {
            int k0 = part / strips * kc;
            int col = part % strips * Panel.COLS;
            new Panel(workers, worker, 0, 0, 0).packB(b, address + k0 * b.rowBytes() + col * b.colBytes(),
                    Math.min(kc, shape.k - k0), Math.min(Panel.COLS, shape.n - col), all, kept(k0, col));
        });
        return all;
    }

    /** Where the kept panel begins that holds the rows of B from k0 on, and the columns from {@code col} on. */
    private int kept(int k0, int col) {
        return k0 * roundUp(shape.n, Panel.COLS) + Math.min(kc, shape.k - k0) * col;
    }

    private void runGemv(Call call, boolean serial) {
        if (!serial && Gemv.sharesRows(shape, b)) {
            new Gemv(shape, a, b, c, accumulate).runShares(call);
            return;
        }
        int batch = shape.batch();
        Grid grid = Gemv.columns(shape, serial || batch >= MANY * call.workers.count() ? 1 : call.workers.count());
        Team team = serial ? alone(Workers.current()) : new Team(call.workers.count(), call.workers::run);
        team.run(batch * grid.parts(), (part, worker) -> {
            int item = part / grid.parts();
            new Gemv(shape, a, b, c, accumulate).run(call.item(item, this), grid.region(part % grid.parts()), item,
                    worker);
        });
    }

    private static Team alone(int worker) {
        return new Team(1, (parts, body) -> {
            for (int part = 0; part < parts; part++) {
                body.run(part, worker);
            }
        });
    }

    private void multiplyAlone(Call call, int item, int worker) {
        multiply(call, item, alone(worker));
    }

    /** The loops around the micro-kernel, for one product of the batch. */
    private void multiply(Call all, int item, Team team) {
        Call call = all.item(item, this);
        int nc = evenPiece(shape.n, NC * team.count, Panel.COLS);
        for (int col = 0; col < shape.n; col += nc) {
            Grid grid = Grid.balanced(shape.m, Math.min(nc, shape.n - col), team.count);
            int k0 = 0;
            do {
                int depth = Math.min(kc, shape.k - k0);
                multiplyBlock(call, item, team, k0, depth, col, grid);
                k0 += depth;
            } while (k0 < shape.k);
        }
    }

    /**
     * Unless they are kept, each worker packs the panels of B that it needs, when it first does: to read those that
     * another core has just written takes longer than to pack them.
     */
    private void multiplyBlock(Call call, int item, Team team, int k0, int depth, int col, Grid grid) {
        boolean last = k0 + depth == shape.k;
        int[] packed = new int[call.workers.count()];
        Arrays.fill(packed, -1);
        team.run(grid.parts(), (part, worker) -> {
            Region region = grid.region(part);
            Panel panel = new Panel(call.workers, worker, grid.height(), kc, keepsPanels ? 0 : grid.width());
            float[] from = keepsPanels ? panels : panel.memory();
            int first = keepsPanels ? kept(k0, col + region.col0) : panel.panelsB();
            if (!keepsPanels && packed[worker] != region.col0) {
                packed[worker] = region.col0;
                panel.packB(b, call.b + k0 * b.rowBytes() + (col + region.col0) * b.colBytes(), depth, region.cols(),
                        from, first);
            }
            panel.packA(a, call.a + region.row0 * a.rowBytes() + k0 * a.colBytes(), region.rows(), depth);
            panel.multiply(depth, region.rows(), region.cols(), from, first,
                    call.c + region.row0 * c.rowBytes() + 4L * (col + region.col0), c.rowBytes(), accumulate || k0 > 0);
            if (last && call.epilogue != null) {
                call.epilogue.apply(item, region.row0, region.rows(), col + region.col0, region.cols());
            }
        });
    }

    /** The size of equal pieces, a multiple of {@code unit}, when none may exceed {@code max}. */
    static int evenPiece(int total, int max, int unit) {
        int pieces = Math.max(1, Math.ceilDiv(total, max));
        return roundUp(Math.ceilDiv(total, pieces), unit);
    }

    static int roundUp(int size, int unit) {
        return Math.ceilDiv(size, unit) * unit;
    }

    /** Who shares a product: all workers, or one of them. */
    private record Team(int count, Runner runner) {
        void run(int parts, Workers.Part body) {
            runner.run(parts, body);
        }

        @FunctionalInterface
        interface Runner {
            void run(int parts, Workers.Part body);
        }
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

    /**
     * A division of rows × cols elements into {@code down} by {@code across} regions of whole panels, as many in each
     * as can be, and at least one.
     */
    record Grid(int rows, int cols, int panelRows, int panelCols, int down, int across) {

        /**
         * The division of at most {@code NC · workers} columns of C: into as many shares as there are workers, one
         * below or beside the other, with which there is least to pack, and those into blocks of rows.
         */
        static Grid balanced(int rows, int cols, int workers) {
            int panels = Math.ceilDiv(rows, Panel.ROWS);
            Grid best = null;
            for (int across = Math.min(workers, Math.ceilDiv(cols, Panel.COLS)); across > 0; across--) {
                if (workers % across == 0) {
                    int down = Math.min(panels, roundUp(Math.ceilDiv(rows, MC), workers / across));
                    Grid grid = new Grid(rows, cols, Panel.ROWS, Panel.COLS, down, across);
                    best = best == null || grid.width() <= NC && grid.cost(workers) < best.cost(workers) ? grid : best;
                }
            }
            return best;
        }

        /** What the busiest worker does, in multiplications. */
        private long cost(int workers) {
            long height = largest(workers / across, rows, panelRows);
            return height * width() + PACKING * (height + width());
        }

        int parts() {
            return down * across;
        }

        /** Rows of the highest region. */
        int height() {
            return largest(down, rows, panelRows);
        }

        /** Columns of the widest region. */
        int width() {
            return largest(across, cols, panelCols);
        }

        /** Region by region down the columns: a worker's share of the parts has a share of the columns. */
        Region region(int part) {
            int i = part % down;
            int j = part / down;
            return new Region(begin(i, down, rows, panelRows), begin(i + 1, down, rows, panelRows),
                    begin(j, across, cols, panelCols), begin(j + 1, across, cols, panelCols));
        }

        private static int largest(int pieces, int size, int panel) {
            return Math.ceilDiv(Math.ceilDiv(size, panel), pieces) * panel;
        }

        private static int begin(int piece, int pieces, int size, int panel) {
            return (int) Math.min(size, (long) piece * Math.ceilDiv(size, panel) / pieces * panel);
        }
    }
}

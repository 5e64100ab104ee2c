package dev.sirocco.tensor.exec.tornado;

import static dev.sirocco.tensor.exec.tornado.KernelCode.LANES;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.exec.tornado.KernelCode.Vector;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;

/**
 * Products of matrices, in batches, on a CPU: each thread keeps a block of the result in registers, and runs the chain
 * that reads it while it is in the cache. Blocks that reach beyond the last row or column compute that one several
 * times.
 */
final class MatMulCode {

    /** What a block is made of, with its rows and columns; the sizes are those that were fastest on PoCL. */
    private enum Way {
        /** Vectors of the result's columns, where the right matrix has its rows in one piece. */
        COLUMNS(16, LANES),
        /** Vectors along the sum, where it runs through both matrices without a stride. */
        SUMS(4, 4),
        /** Single elements. */
        ELEMENTS(4, 4);

        private final int rows;
        private final int columns;

        Way(int rows, int columns) {
            this.rows = rows;
            this.columns = columns;
        }

        static Way of(View left, View right) {
            int rank = right.shape().rank();
            boolean isF32 = left.place().dtype() == DType.F32;
            if (isF32 && right.strides()[rank - 1] == 1 && right.shape().dim(-1) % LANES == 0) {
                return COLUMNS;
            }
            boolean isAlongSum = left.strides()[left.shape().rank() - 1] == 1 && right.strides()[rank - 2] == 1;
            return isF32 && isAlongSum && left.shape().dim(-1) >= LANES ? SUMS : ELEMENTS;
        }

        int rows(Shape out) {
            return Math.min(rows, out.dim(-2));
        }

        int columns(Shape out) {
            return Math.min(columns, out.dim(-1));
        }
    }

    /** Threads of a group: few, as each has much to do, and small products are to keep all cores busy. */
    private static final int GROUP = 8;

    private final KernelCode code;
    private final View left;
    private final View right;
    private final View out;
    private final int rows;
    private final int columns;
    private final int[] batch;
    private final int row;
    private final int column;

    private MatMulCode(KernelCode code, Way way, View left, View right, View out, int thread) {
        this.code = code;
        this.left = left;
        this.right = right;
        this.out = out;
        this.rows = way.rows(out.shape());
        this.columns = way.columns(out.shape());
        // Neighbouring threads share columns: a strip of the right matrix stays in the cache while rows pass by.
        int[] at = code.coordinates(thread, blocks(way, out.shape()).dims());
        this.batch = Arrays.copyOf(at, at.length - 2);
        this.row = times(at[at.length - 1], rows);
        this.column = times(at[at.length - 2], columns);
    }

    /** @param epilogue what is computed from each element of the product, or null */
    static Kernel kernel(String describe, View left, View right, View out, ChainCode epilogue) {
        Way way = Way.of(left, right);
        long threads = out.shape().numel() == 0 ? 0 : blocks(way, out.shape()).numel();
        return Kernel.elements(describe, threads, GROUP, (code, i) -> {
            MatMulCode block = new MatMulCode(code, way, left, right, out, i);
            switch (way) {
                case COLUMNS -> block.writeColumns();
                case SUMS -> block.writeSums();
                case ELEMENTS -> block.writeElements();
            }
            if (epilogue != null) {
                block.run(epilogue);
            }
        });
    }

    /** (batch …, blocks of columns, blocks of rows) */
    private static Shape blocks(Way way, Shape shape) {
        return shape.slice(0, shape.rank() - 2).concat(Shape.of(
                Math.ceilDiv(shape.dim(-1), way.columns(shape)), Math.ceilDiv(shape.dim(-2), way.rows(shape))));
    }

    private int times(int slot, int factor) {
        return code.intVariable(() -> {
            code.pushInt(slot);
            code.push(factor);
            code.multiply();
        });
    }

    /** The rows or columns of a block. */
    private int[] lines(int first, int count, int size) {
        int[] lines = new int[count];
        for (int i = 0; i < count; i++) {
            Value line = code.add(code.ofInt(first), code.constant(DType.I32, i));
            lines[i] = (size % count == 0 ? line
                    : code.call("min", DType.I32, line, code.constant(DType.I32, size - 1))).slot();
        }
        return lines;
    }

    private int[] rows() {
        return lines(row, rows, out.shape().dim(-2));
    }

    private int[] columns() {
        return lines(column, columns, out.shape().dim(-1));
    }

    private int[] at(int r, int c) {
        int[] at = Arrays.copyOf(batch, batch.length + 2);
        at[batch.length] = r;
        at[batch.length + 1] = c;
        return at;
    }

    private int sumLength() {
        return left.shape().dim(-1);
    }

    // ---- elements -------------------------------------------------------------------------------------------------

    private void writeElements() {
        int[] rows = rows();
        int[] columns = columns();
        Value[][] sums = new Value[rows.length][columns.length];
        for (Value[] line : sums) {
            Arrays.setAll(line, _ -> code.constant(DType.F32, 0));
        }
        addElements(sums, rows, columns, 0);
        store(sums, rows, columns);
    }

    /** Adds to the sums what they lack from term {@code from} on. */
    private void addElements(Value[][] sums, int[] rows, int[] columns, int from) {
        code.loop(() -> code.push(from), () -> code.push(sumLength()), 1, k -> {
            Value[] x = Arrays.stream(rows).mapToObj(r -> left.load(code, at(r, k))).toArray(Value[]::new);
            Value[] y = Arrays.stream(columns).mapToObj(c -> right.load(code, at(k, c))).toArray(Value[]::new);
            for (int r = 0; r < x.length; r++) {
                for (int c = 0; c < y.length; c++) {
                    code.assign(sums[r][c], code.add(sums[r][c], code.multiply(x[r], y[c])));
                }
            }
        });
    }

    private void store(Value[][] sums, int[] rows, int[] columns) {
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < columns.length; c++) {
                out.store(code, at(rows[r], columns[c]), sums[r][c]);
            }
        }
    }

    // ---- vectors --------------------------------------------------------------------------------------------------

    private void writeColumns() {
        int[] rows = rows();
        Vector[] sums = zeros(rows.length);
        code.loop(sumLength(), k -> {
            Vector y = load(right, at(k, column));
            for (int r = 0; r < rows.length; r++) {
                Vector x = code.repeat(left.load(code, at(rows[r], k)));
                code.assign(sums[r], code.add(sums[r], code.multiply(x, y)));
            }
        });
        for (int r = 0; r < rows.length; r++) {
            int to = index(out, at(rows[r], column));
            for (int lane = 0; lane < LANES; lane++) {
                code.store(out.place(), pushSum(to, lane), code.element(sums[r], lane));
            }
        }
    }

    private void writeSums() {
        int[] rows = rows();
        int[] columns = columns();
        Vector[][] sums = new Vector[rows.length][];
        Arrays.setAll(sums, _ -> zeros(columns.length));
        int whole = sumLength() / LANES * LANES;
        code.loop(() -> code.push(0), () -> code.push(whole), LANES, k -> {
            Vector[] x = Arrays.stream(rows).mapToObj(r -> load(left, at(r, k))).toArray(Vector[]::new);
            Vector[] y = Arrays.stream(columns).mapToObj(c -> load(right, at(k, c))).toArray(Vector[]::new);
            for (int r = 0; r < x.length; r++) {
                for (int c = 0; c < y.length; c++) {
                    code.assign(sums[r][c], code.add(sums[r][c], code.multiply(x[r], y[c])));
                }
            }
        });
        Value[][] totals = new Value[rows.length][columns.length];
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < columns.length; c++) {
                totals[r][c] = code.sum(sums[r][c]);
            }
        }
        if (whole < sumLength()) {
            addElements(totals, rows, columns, whole);
        }
        store(totals, rows, columns);
    }

    private Vector[] zeros(int count) {
        Vector[] zeros = new Vector[count];
        Value zero = code.constant(DType.F32, 0);
        Arrays.setAll(zeros, _ -> code.repeat(zero));
        return zeros;
    }

    /** The elements from these coordinates on. */
    private Vector load(View view, int[] at) {
        return code.load(view.place(), index(view, at));
    }

    private int index(View view, int[] at) {
        return code.intVariable(() -> code.pushIndex(view.place().offset(), at, view.strides()));
    }

    private KernelCode.Push pushSum(int slot, int constant) {
        return () -> {
            code.pushInt(slot);
            code.push(constant);
            code.add();
        };
    }

    // ---- epilogue -------------------------------------------------------------------------------------------------

    /** The block's elements, each once: what lies beyond the last row and column is left out. */
    private void run(ChainCode chain) {
        int lastRow = end(row, rows, out.shape().dim(-2));
        int lastColumn = end(column, columns, out.shape().dim(-1));
        code.loop(() -> code.pushInt(row), () -> code.pushInt(lastRow), 1, r ->
                code.loop(() -> code.pushInt(column), () -> code.pushInt(lastColumn), 1, c -> {
                    int number = code.intVariable(() -> code.pushIndex(0, at(r, c), out.shape().strides()));
                    chain.write(code, code.coordinates(number, chain.domain().dims()));
                }));
    }

    private int end(int first, int count, int size) {
        Value end = code.add(code.ofInt(first), code.constant(DType.I32, count));
        return code.call("min", DType.I32, end, code.constant(DType.I32, size)).slot();
    }
}

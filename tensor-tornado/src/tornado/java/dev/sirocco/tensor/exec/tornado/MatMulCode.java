package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;

/**
 * Products of matrices, in batches: each thread keeps a block of the result in registers, and runs the chain that reads
 * it while it is in the cache. Blocks that reach beyond the last row or column compute that one several times.
 */
final class MatMulCode {

    /** Rows and columns of a block; 4 × 8, 8 × 4 and 4 × 16 were slower on PoCL. */
    private static final int ROWS = 4;
    private static final int COLUMNS = 4;

    private final KernelCode code;
    private final View left;
    private final View right;
    private final View out;
    private final int[] batch;
    private final int row;
    private final int column;

    private MatMulCode(KernelCode code, View left, View right, View out, int thread) {
        this.code = code;
        this.left = left;
        this.right = right;
        this.out = out;
        // Neighbouring threads have neighbouring columns, whose elements lie side by side.
        int[] at = code.coordinates(thread, blocks(out.shape()).dims());
        this.batch = Arrays.copyOf(at, at.length - 2);
        this.row = times(at[at.length - 2], rows(out.shape()));
        this.column = times(at[at.length - 1], columns(out.shape()));
    }

    /** @param epilogue what is computed from each element of the product, or null */
    static Kernel kernel(String describe, View left, View right, View out, ChainCode epilogue) {
        long threads = out.shape().numel() == 0 ? 0 : blocks(out.shape()).numel();
        return Kernel.elements(describe, threads, (code, i) -> {
            MatMulCode block = new MatMulCode(code, left, right, out, i);
            block.write();
            if (epilogue != null) {
                block.run(epilogue);
            }
        });
    }

    private static int rows(Shape shape) {
        return Math.min(ROWS, shape.dim(-2));
    }

    private static int columns(Shape shape) {
        return Math.min(COLUMNS, shape.dim(-1));
    }

    private static Shape blocks(Shape shape) {
        return shape.slice(0, shape.rank() - 2).concat(Shape.of(
                Math.ceilDiv(shape.dim(-2), rows(shape)), Math.ceilDiv(shape.dim(-1), columns(shape))));
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
            lines[i] = (size % count == 0 ? line : code.call("min", DType.I32, line, code.constant(DType.I32, size - 1))).slot();
        }
        return lines;
    }

    private int[] at(int r, int c) {
        int[] at = Arrays.copyOf(batch, batch.length + 2);
        at[batch.length] = r;
        at[batch.length + 1] = c;
        return at;
    }

    private void write() {
        int[] rows = lines(row, rows(out.shape()), out.shape().dim(-2));
        int[] columns = lines(column, columns(out.shape()), out.shape().dim(-1));
        Value[][] sums = new Value[rows.length][columns.length];
        for (Value[] line : sums) {
            Arrays.setAll(line, _ -> code.constant(DType.F32, 0));
        }
        code.loop(left.shape().dim(-1), k -> {
            Value[] x = Arrays.stream(rows).mapToObj(r -> left.load(code, at(r, k))).toArray(Value[]::new);
            Value[] y = Arrays.stream(columns).mapToObj(c -> right.load(code, at(k, c))).toArray(Value[]::new);
            for (int r = 0; r < x.length; r++) {
                for (int c = 0; c < y.length; c++) {
                    code.assign(sums[r][c], code.add(sums[r][c], code.multiply(x[r], y[c])));
                }
            }
        });
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < columns.length; c++) {
                out.store(code, at(rows[r], columns[c]), sums[r][c]);
            }
        }
    }

    /** The block's elements, each once: what lies beyond the last row and column is left out. */
    private void run(ChainCode chain) {
        int lastRow = end(row, rows(out.shape()), out.shape().dim(-2));
        int lastColumn = end(column, columns(out.shape()), out.shape().dim(-1));
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

package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Products of matrices, in batches, on a GPU: a group of threads computes a tile of the result. It moves the parts of
 * both matrices that the tile needs, some terms of the sum at a time, to memory that it shares, and each thread adds up
 * a block of the tile in registers. What lies beyond an edge is read from the edge and not written; terms beyond the
 * sum are zero.
 */
final class TiledMatMulCode {

    /** Threads of a group along each side of a tile. */
    private static final int SIDE = 16;
    /** Rows and columns of a thread, {@link #SIDE} apart, so that neighbouring threads have neighbouring columns. */
    private static final int BLOCK = 4;
    private static final int TILE = SIDE * BLOCK;
    /** Terms of the sum in shared memory. */
    private static final int DEPTH = 16;

    private final KernelCode code;
    private final View left;
    private final View right;
    private final View out;
    private final int[] batch;
    private final int thread;
    private final int firstRow;
    private final int firstColumn;
    private final int row;
    private final int column;

    private TiledMatMulCode(KernelCode code, View left, View right, View out) {
        this.code = code;
        this.left = left;
        this.right = right;
        this.out = out;
        this.thread = code.thread("localIdx");
        int[] at = code.coordinates(code.thread("groupIdx"), tiles(out.shape()).dims());
        this.batch = Arrays.copyOf(at, at.length - 2);
        this.firstRow = product(at[at.length - 2], TILE);
        this.firstColumn = product(at[at.length - 1], TILE);
        int[] inTile = code.coordinates(thread, new int[] {SIDE, SIDE});
        this.row = inTile[0];
        this.column = inTile[1];
    }

    /** @param epilogue what is computed from each element of the product, or null */
    static Kernel kernel(String describe, View left, View right, View out, ChainCode epilogue) {
        return Kernel.groups(describe, tiles(out.shape()).numel(), SIDE * SIDE, code -> {
            TiledMatMulCode tile = new TiledMatMulCode(code, left, right, out);
            tile.write();
            if (epilogue != null) {
                tile.run(epilogue);
            }
        });
    }

    /** (batch …, tiles along rows, tiles along columns) */
    private static Shape tiles(Shape shape) {
        return shape.slice(0, shape.rank() - 2).concat(Shape.of(
                Math.ceilDiv(shape.dim(-2), TILE), Math.ceilDiv(shape.dim(-1), TILE)));
    }

    private void write() {
        int length = left.shape().dim(-1);
        int x = code.sharedArray(TILE * DEPTH);                         // (rows, terms)
        int y = code.sharedArray(DEPTH * TILE);                         // (terms, columns)
        Value[][] sums = new Value[BLOCK][BLOCK];
        for (Value[] line : sums) {
            Arrays.setAll(line, _ -> code.constant(DType.F32, 0));
        }
        code.loop(() -> code.push(0), () -> code.push(length), DEPTH, from -> {
            for (int part = 0; part < TILE * DEPTH; part += SIDE * SIDE) {
                int number = plus(thread, part);
                int[] inX = code.coordinates(number, new int[] {TILE, DEPTH});
                int[] inY = code.coordinates(number, new int[] {DEPTH, TILE});
                fetch(left, x, number, within(sum(firstRow, inX[0]), -2), sum(from, inX[1]), true);
                fetch(right, y, number, within(sum(firstColumn, inY[1]), -1), sum(from, inY[0]), false);
            }
            code.barrier();
            for (int k = 0; k < DEPTH; k++) {
                Value[] rows = new Value[BLOCK];
                Value[] columns = new Value[BLOCK];
                for (int i = 0; i < BLOCK; i++) {
                    int inRow = i * SIDE * DEPTH + k;
                    int inColumn = k * TILE + i * SIDE;
                    rows[i] = code.loadShared(x, () -> code.pushIndex(inRow, new int[] {row}, new long[] {DEPTH}));
                    columns[i] = code.loadShared(y, () -> code.pushIndex(inColumn, new int[] {column}, new long[] {1}));
                }
                for (int r = 0; r < BLOCK; r++) {
                    for (int c = 0; c < BLOCK; c++) {
                        code.assign(sums[r][c], code.add(sums[r][c], code.multiply(rows[r], columns[c])));
                    }
                }
            }
            code.barrier();
        });
        for (int r = 0; r < BLOCK; r++) {
            for (int c = 0; c < BLOCK; c++) {
                int toRow = plus(sum(firstRow, row), r * SIDE);
                int toColumn = plus(sum(firstColumn, column), c * SIDE);
                Value total = sums[r][c];
                ifInside(toRow, out.shape().dim(-2), TILE, () -> ifInside(toColumn, out.shape().dim(-1), TILE,
                        () -> out.store(code, at(toRow, toColumn), total)));
            }
        }
    }

    /** Moves an element to shared memory. */
    private void fetch(View from, int to, int number, int line, int term, boolean isLeft) {
        Value value = code.constant(DType.F32, 0);
        ifInside(term, left.shape().dim(-1), DEPTH,
                () -> code.assign(value, from.load(code, isLeft ? at(line, term) : at(term, line))));
        code.storeShared(to, () -> code.pushInt(number), value);
    }

    /** What is always so is not asked: TornadoVM's compiler stumbles over conditions that it finds to be constant. */
    private void ifInside(int slot, int size, int step, Runnable body) {
        if (size % step == 0) {
            body.run();
        } else {
            code.ifLess(() -> code.pushInt(slot), () -> code.push(size), body);
        }
    }

    /** A row or column of the result, the last one instead of those behind it. */
    private int within(int slot, int axis) {
        int size = out.shape().dim(axis);
        return size % TILE == 0 ? slot
                : code.call("min", DType.I32, code.ofInt(slot), code.constant(DType.I32, size - 1)).slot();
    }

    private int[] at(int r, int c) {
        int[] at = Arrays.copyOf(batch, batch.length + 2);
        at[batch.length] = r;
        at[batch.length + 1] = c;
        return at;
    }

    private int product(int slot, int factor) {
        return code.multiply(code.ofInt(slot), code.constant(DType.I32, factor)).slot();
    }

    private int sum(int a, int b) {
        return code.add(code.ofInt(a), code.ofInt(b)).slot();
    }

    private int plus(int slot, int constant) {
        return code.add(code.ofInt(slot), code.constant(DType.I32, constant)).slot();
    }

    /** Each thread's own elements. */
    private void run(ChainCode chain) {
        loopInside(firstRow, row, -2, r -> loopInside(firstColumn, column, -1, c -> {
            int number = code.intVariable(() -> code.pushIndex(0, at(r, c), out.shape().strides()));
            chain.write(code, code.coordinates(number, chain.domain().dims()));
        }));
    }

    private void loopInside(int first, int offset, int axis, IntConsumer body) {
        int end = plus(first, TILE);
        int last = code.call("min", DType.I32, code.ofInt(end), code.constant(DType.I32, out.shape().dim(axis))).slot();
        int from = sum(first, offset);
        code.loop(() -> code.pushInt(from), () -> code.pushInt(last), SIDE, body);
    }
}

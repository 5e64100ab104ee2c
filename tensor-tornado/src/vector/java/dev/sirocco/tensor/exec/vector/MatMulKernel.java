package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Matrix products, [… M, K] × [… K, N], with an optional chain on each block of the result. */
final class MatMulKernel implements Kernel {

    private final Gemm gemm;
    private final View a;
    private final View b;
    private final View out;
    private final Gemm.Epilogue epilogue;
    private final String description;

    /** @param chain over the elements of the product in their order; null for none */
    MatMulKernel(View a, View b, View out, Chain chain, String description) {
        this.a = a;
        this.b = b;
        this.out = out;
        this.description = description;
        int rank = out.shape().rank();
        int m = out.shape().dim(-2);
        int n = out.shape().dim(-1);
        int[] batchAxes = out.shape().slice(0, rank - 2).dims();
        List<long[]> strides = List.of(batchStrides(a), batchStrides(b), batchStrides(out));
        int[] batch = Axes.collapse(batchAxes, strides);
        this.gemm = new Gemm(new Gemm.Shape(m, n, a.shape().dim(-1), size(batch, 0), size(batch, 1), size(batch, 2)),
                operand(a, batchAxes, strides), operand(b, batchAxes, strides), operand(out, batchAxes, strides),
                false, b.isConstant());
        this.epilogue = chain == null ? null : (item, row, rows, col, cols) -> {
            int worker = Workers.current();
            if (cols == n) {
                chain.run(((long) item * m + row) * n, (long) rows * n, worker);
            } else {
                for (int r = row; r < row + rows; r++) {
                    chain.run(((long) item * m + r) * n + col, cols, worker);
                }
            }
        };
    }

    /** Whether a product reads an operand through these strides. */
    static boolean accepts(View v) {
        Shape s = v.shape();
        boolean stored = v.dtype() == DType.F32 || v.dtype() == DType.BF16;
        boolean oneIsUnit = v.stride(-1) == 1 || v.stride(-2) == 1 || s.dim(-1) == 1 || s.dim(-2) == 1;
        int[] batch = s.slice(0, s.rank() - 2).dims();
        return stored && oneIsUnit && v.stride(-1) >= 0 && v.stride(-2) >= 0 && batch.length <= 3;
    }

    private static long[] batchStrides(View v) {
        return Arrays.copyOf(v.strides(), v.strides().length - 2);
    }

    private static int size(int[] batch, int axis) {
        int i = axis - (3 - batch.length);                            // right-aligned to three axes
        return i < 0 ? 1 : batch[i];
    }

    private static Gemm.Operand operand(View v, int[] batchAxes, List<long[]> strides) {
        long[] batch = Axes.collapsed(batchAxes, strides, batchStrides(v));
        List<Long> three = new ArrayList<>(List.of(0L, 0L, 0L));
        for (int i = 0; i < batch.length; i++) {
            three.set(3 - batch.length + i, batch[i]);
        }
        long row = v.shape().dim(-2) == 1 ? v.shape().dim(-1) : v.stride(-2);
        long col = v.shape().dim(-1) == 1 ? 1 : v.stride(-1);
        Gemm.Storage storage = v.dtype() == DType.BF16 ? Gemm.Storage.BF16 : Gemm.Storage.F32;
        return new Gemm.Operand(storage, row, col, three.get(0), three.get(1), three.get(2));
    }

    @Override
    public void run(Workers workers) {
        gemm.run(workers, a.address(), b.address(), out.address(), epilogue);
    }

    @Override
    public long keptBytes() {
        return gemm.keptBytes();
    }

    @Override
    public String describe() {
        return description;
    }
}

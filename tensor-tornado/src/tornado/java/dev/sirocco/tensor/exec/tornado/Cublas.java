package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Large products of matrices by NVIDIA's library. It is given whole arrays, never parts of one, so each operand is
 * first copied to an array of its own, and the product is copied out of another; the chain that reads it runs with that
 * copy. The larger the product, the smaller a part of the work such copies are.
 */
final class Cublas {

    /** Below this, copies and launches would cost more than the library saves; an estimate, not yet measured. */
    private static final double LEAST_FLOPS = 2.0 * 512 * 512 * 512;
    private static final int LEAST_SIDE = 64;

    /**
     * Matrices that lie one behind the other in an array.
     *
     * @param isTransposed whether columns, not rows, are in one piece
     * @param isShared whether there is one for all products of a batch
     */
    record Operand(DeviceArray array, int rows, int columns, boolean isTransposed, boolean isShared) {

        /** The length of what is in one piece: cuBLAS' leading dimension. */
        private int pitch() {
            return isTransposed ? rows : columns;
        }

        private long batchStride() {
            return isShared ? 0 : (long) rows * columns;
        }

        private View view(int batch) {
            long[] strides = isTransposed ? new long[] {batchStride(), 1, pitch()}
                    : new long[] {batchStride(), pitch(), 1};
            return new View(array.whole(), Shape.of(batch, rows, columns), strides);
        }
    }

    /** Products (batch, m, n) of matrices (m, k) and (k, n). */
    record Call(int batch, Operand left, Operand right, DeviceArray out) {

        private static final int AS_IT_IS = 0;
        private static final int TRANSPOSED = 1;

        /**
         * Those of {@code cublasSgemmStridedBatched}. cuBLAS has columns in one piece where we have rows: it sees
         * transposed matrices, and multiplied in the opposite order they give the transposed product.
         */
        List<Object> arguments() {
            int m = left.rows;
            int n = right.columns;
            return List.of(operation(right), operation(left), n, m, left.columns, 1f,
                    right.array.array(), right.pitch(), right.batchStride(),
                    left.array.array(), left.pitch(), left.batchStride(),
                    0f, out.array(), n, (long) m * n, batch);
        }

        private static int operation(Operand operand) {
            return operand.isTransposed ? TRANSPOSED : AS_IT_IS;
        }

        private Kernel kernel(String describe) {
            return new Kernel(describe, this, List.of(left.array, right.array, out), null);
        }

        /** The same by a kernel of ours, to try everything around the call where there is no cuBLAS. */
        private Kernel standIn(String describe) {
            return MatMulCode.kernel(describe, left.view(batch), right.view(batch),
                    View.contiguous(out.whole(), Shape.of(batch, left.rows, right.columns)), null);
        }
    }

    /** Arrays for the operands and results of calls, one call after the other. */
    private final Pool lefts = new Pool();
    private final Pool rights = new Pool();
    private final Pool products = new Pool();
    private final boolean isStandIn;

    /** @param isStandIn whether kernels of ours stand in for the library */
    Cublas(boolean isStandIn) {
        this.isStandIn = isStandIn;
    }

    List<Pool> pools() {
        return List.of(lefts, rights, products);
    }

    /** Whether the library is worth while. */
    static boolean isFor(View left, View right, View out) {
        int k = left.shape().dim(-1);
        int leastSide = Math.min(k, Math.min(out.shape().dim(-2), out.shape().dim(-1)));
        return left.place().dtype() == DType.F32 && right.place().dtype() == DType.F32
                && leastSide >= LEAST_SIDE && 2.0 * out.shape().numel() * k >= LEAST_FLOPS;
    }

    /** @param epilogue what is computed from each element of the product, or null */
    List<Kernel> kernels(String describe, View left, View right, View out, ChainCode epilogue) {
        int batch = Math.toIntExact(batches(out).numel());
        int m = out.shape().dim(-2);
        int k = left.shape().dim(-1);
        int n = out.shape().dim(-1);
        // With one right matrix for all, the left ones are one below the other, as it were.
        boolean isOne = batch == 1 || isRepeated(right);
        boolean isLeftTransposed = hasColumnsInOnePiece(left) && !(isOne && batch > 1);
        boolean isRightTransposed = hasColumnsInOnePiece(right);
        boolean isLeftShared = !isOne && isRepeated(left);
        Kernel packLeft = pack("pack left", lefts, isLeftShared ? matrix(left) : left, isLeftTransposed);
        Kernel packRight = pack("pack right", rights, isOne ? matrix(right) : right, isRightTransposed);
        Place product = products.at(DType.F32, 0, out.shape().numel());
        Call call = new Call(isOne ? 1 : batch,
                new Operand(lefts.at(DType.F32, 0, 0).array(), isOne ? batch * m : m, k, isLeftTransposed,
                        isLeftShared),
                new Operand(rights.at(DType.F32, 0, 0).array(), k, n, isRightTransposed, false), product.array());
        return List.of(packLeft, packRight, isStandIn ? call.standIn("stand-in for cuBLAS") : call.kernel("cuBLAS"),
                unpack(describe, View.contiguous(product, out.shape()), out, epilogue));
    }

    private static Shape batches(View view) {
        return view.shape().slice(0, view.shape().rank() - 2);
    }

    /** Whether it is the same matrix for all products. */
    private static boolean isRepeated(View view) {
        Shape batches = batches(view);
        for (int i = 0; i < batches.rank(); i++) {
            if (batches.dim(i) != 1 && view.strides()[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasColumnsInOnePiece(View view) {
        int rank = view.shape().rank();
        return view.strides()[rank - 1] != 1 && view.strides()[rank - 2] == 1;
    }

    /** The first matrix of a batch. */
    private static View matrix(View view) {
        int rank = view.shape().rank();
        return new View(view.place(), view.shape().slice(rank - 2, rank),
                Arrays.copyOfRange(view.strides(), rank - 2, rank));
    }

    private static View transposed(View view) {
        int rank = view.shape().rank();
        int[] dims = view.shape().dims().clone();
        long[] strides = view.strides().clone();
        dims[rank - 2] = view.shape().dim(-1);
        dims[rank - 1] = view.shape().dim(-2);
        strides[rank - 2] = view.strides()[rank - 1];
        strides[rank - 1] = view.strides()[rank - 2];
        return new View(view.place(), Shape.of(dims), strides);
    }

    private static Kernel pack(String describe, Pool to, View view, boolean isTransposed) {
        View from = isTransposed ? transposed(view) : view;
        View packed = View.contiguous(to.at(DType.F32, 0, from.shape().numel()), from.shape());
        return Kernel.elements(describe, from.shape().numel(),
                (code, i) -> packed.store(code, i, from.load(code, code.coordinates(i, from.shape().dims()))));
    }

    private static Kernel unpack(String describe, View product, View out, ChainCode epilogue) {
        return Kernel.elements(describe, out.shape().numel(), (code, i) -> {
            out.store(code, i, product.load(code, i));
            if (epilogue != null) {
                epilogue.write(code, code.coordinates(i, epilogue.domain().dims()));
            }
        });
    }
}

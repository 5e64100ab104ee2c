package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.QuantisedMatMul;
import dev.sirocco.tensor.ir.Node;
import java.util.List;

/**
 * {@link QuantisedMatMul}: for a few rows of x, as in decoding, {@link QuantisedDots} reads each block once; for more,
 * some rows of the matrix at a time are unpacked, and {@link Gemm} multiplies them.
 */
record QuantisedMatMulKernel(QuantisedMatMul op) implements KernelFactory {

    /** Up to so many rows of x, unpacking takes longer than reading the blocks for each of them. */
    private static final int FEW = 4;
    /** Rows of the matrix that are unpacked at a time: with them Gemm is at its best, and they stay in L2 or L3. */
    private static final int UNPACKED = 512;
    /** The slot of scratch memory for them; the matrix multiplication uses others. */
    private static final int UNPACKED_ROWS = 3;

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        View x = in.get(0);
        View rows = in.get(1);
        int k = x.shape().dim(-1);
        int n = rows.shape().dim(0);
        int m = k == 0 ? 0 : Math.toIntExact(x.shape().numel() / k);
        QuantisedDots dots = new QuantisedDots(op.format(), k);
        String name = "product of %s × %s in %s".formatted(x.shape(), n, op.format());
        long y = out.getFirst().address();
        return m <= FEW ? new BoundKernel(name, workers -> dots.run(workers, x.address(), m, rows.address(), n, y))
                : new Unpacked(name, dots, m, n, k, x.address(), rows.address(), y);
    }

    private static final class Unpacked implements Kernel {

        private final String name;
        private final QuantisedDots dots;
        private final int n;
        private final int k;
        private final long x;
        private final long rows;
        private final long y;
        private final Gemm product;
        private final Gemm last;

        Unpacked(String name, QuantisedDots dots, int m, int n, int k, long x, long rows, long y) {
            this.name = name;
            this.dots = dots;
            this.n = n;
            this.k = k;
            this.x = x;
            this.rows = rows;
            this.y = y;
            product = gemm(m, UNPACKED);
            last = gemm(m, n % UNPACKED);
        }

        private Gemm gemm(int m, int count) {
            return new Gemm(new Gemm.Shape(m, count, k), new Gemm.Operand(k, 1), new Gemm.Operand(1, k),
                    new Gemm.Operand(n, 1), false);
        }

        @Override
        public void run(Workers workers) {
            long some = workers.scratch(Workers.current(), UNPACKED_ROWS, 4L * Math.min(n, UNPACKED) * k);
            for (int row = 0; row < n; row += UNPACKED) {
                int first = row;
                int count = Math.min(UNPACKED, n - row);
                Chunks chunks = Chunks.of(count, k);
                workers.run(chunks.count(), (chunk, _) -> {
                    for (int i = chunks.start(chunk); i < chunks.end(chunk); i++) {
                        dots.unpack(rows + (first + i) * dots.rowBytes(), some + 4L * i * k);
                    }
                });
                (count == UNPACKED ? product : last).run(workers, x, some, y + 4L * row, null);
            }
        }

        @Override
        public String describe() {
            return name;
        }
    }
}

package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/** The softmax family along the last axis, forward and backward: each row on its own. */
enum SoftmaxKernel implements KernelFactory {
    SOFTMAX {
        @Override
        void row(long x, long y, long dy, long out, int n) {
            softmax(x, out, n);
        }
    },
    LOG_SOFTMAX {
        @Override
        void row(long x, long y, long dy, long out, int n) {
            float max = Rows.max(x, n);
            Rows.affine(x, (float) (max + Math.log(Rows.expSum(x, max, n))), 1, 0, out, n);
        }
    },
    /** Operands x, y, dy: dx = y (dy - Σ y dy). */
    SOFTMAX_BACKWARD {
        @Override
        void row(long x, long y, long dy, long out, int n) {
            Rows.product(y, dy, Rows.dot(y, 0, dy, 0, n), out, n);
        }
    },
    /** Operands x, y, dy: dx = dy - exp(y) Σ dy. */
    LOG_SOFTMAX_BACKWARD {
        @Override
        void row(long x, long y, long dy, long out, int n) {
            Rows.scaledExp(y, 0, -Rows.sum(dy, n), out, n);
            Rows.add(dy, out, n);
        }
    };

    /** One row of n; y and dy are there in the backward ops only. */
    abstract void row(long x, long y, long dy, long out, int n);

    /** y = softmax(x); x and y may be the same. */
    static void softmax(long x, long y, int n) {
        float max = Rows.max(x, n);
        Rows.scaledExp(x, max, 1, y, n);
        Rows.affine(y, 0, 1 / Rows.sum(y, n), 0, y, n);
    }

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        int n = shape.dim(-1);
        long rows = n == 0 ? 0 : shape.numel() / n;
        Chunks chunks = Chunks.of(rows, 2L * n);
        long x = in.getFirst().address();
        long y = in.size() > 1 ? in.get(1).address() : 0;
        long dy = in.size() > 1 ? in.get(2).address() : 0;
        long target = out.getFirst().address();
        return new BoundKernel("%s of %d rows of %d".formatted(name().toLowerCase(), rows, n), workers ->
                workers.run(chunks.count(), (chunk, _) -> {
                    for (int row = chunks.start(chunk); row < chunks.end(chunk); row++) {
                        long at = 4L * row * n;
                        row(x + at, y + at, dy + at, target + at, n);
                    }
                }));
    }
}
